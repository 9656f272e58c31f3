package signals

import (
	"strings"

	"postern/content"
)

// OfficeCount counts documents of office suites.
var OfficeCount = define(Signal{
	Name: "office.count", Level: Message, Unit: Count,
	Doc:  "Attached documents of office suites.",
	Eval: func(f *Facts) float64 { return found(f, content.Office, func(*content.Found) bool { return true }) },
})

// OfficeMacro counts documents that hold macros.
var OfficeMacro = define(Signal{
	Name: "office.macro", Level: Message, Unit: Count,
	Doc:  "Attached documents that hold macros.",
	Eval: func(f *Facts) float64 { return having(f, content.Office, content.Macro) },
})

// OfficeAutoRun counts documents whose macros run by themselves.
var OfficeAutoRun = define(Signal{
	Name: "office.auto_run", Level: Message, Unit: Count,
	Doc: "Attached documents with a macro that runs when they are opened or closed.",
	Eval: func(f *Facts) float64 {
		return found(f, content.Office, func(x *content.Found) bool { return x.Flags.Has(content.Macro | content.OnOpen) })
	},
})

// OfficeSuspicious counts documents that start programs or fetch files.
var OfficeSuspicious = define(Signal{
	Name: "office.suspicious", Level: Message, Unit: Count,
	Doc:  "Attached documents with a macro or a field that starts programs or fetches files.",
	Eval: func(f *Facts) float64 { return having(f, content.Office, content.Suspicious) },
})

// OfficeArmed counts documents that do so by themselves.
var OfficeArmed = define(Signal{
	Name: "office.armed", Level: Message, Unit: Count,
	Doc: "Attached documents with a macro or a field that starts programs or fetches files by itself, or whose macros lost their source.",
	Eval: func(f *Facts) float64 {
		return found(f, content.Office, func(x *content.Found) bool {
			return x.Flags.Has(content.Suspicious|content.OnOpen|content.Macro) || x.Flags.Has(content.Suspicious|content.DDE) || x.Flags.Has(content.Stomped)
		})
	},
})

// OfficeObscured counts documents that are written to be hard to read.
var OfficeObscured = define(Signal{
	Name: "office.obscured", Level: Message, Unit: Count,
	Doc:  "Attached documents that hide what they hold: macros that spell words by numbers, objects broken up by control words.",
	Eval: func(f *Facts) float64 { return having(f, content.Office, content.Obscured) },
})

// OfficeSheet counts documents with macros of Excel 4.
var OfficeSheet = define(Signal{
	Name: "office.sheet_macro", Level: Message, Unit: Count,
	Doc:  "Attached documents with macros in the cells of a sheet (Excel 4).",
	Eval: func(f *Facts) float64 { return having(f, content.Office, content.Sheet) },
})

// OfficeDDE counts documents with a field that starts a program.
var OfficeDDE = define(Signal{
	Name: "office.dde", Level: Message, Unit: Count,
	Doc:  "Attached documents with a field that talks to another program (dynamic data exchange).",
	Eval: func(f *Facts) float64 { return having(f, content.Office, content.DDE) },
})

// OfficeTemplate counts documents that load a part of themselves.
var OfficeTemplate = define(Signal{
	Name: "office.remote_template", Level: Message, Unit: Count,
	Doc:  "Attached documents that load a template, a frame or an object from elsewhere.",
	Eval: func(f *Facts) float64 { return having(f, content.Office, content.Template) },
})

// OfficeExternal counts documents that refer to other files.
var OfficeExternal = define(Signal{
	Name: "office.external", Level: Message, Unit: Count,
	Doc:  "Attached documents that refer to files elsewhere.",
	Eval: func(f *Facts) float64 { return having(f, content.Office, content.External) },
})

// OfficeObject counts documents with an object of another program.
var OfficeObject = define(Signal{
	Name: "office.object", Level: Message, Unit: Count,
	Doc:  "Attached documents that hold an object of another program, or a control.",
	Eval: func(f *Facts) float64 { return having(f, content.Office, content.Object|content.ActiveX) },
})

// OfficeEquation counts documents with an object of the old equation editor.
var OfficeEquation = define(Signal{
	Name: "office.equation", Level: Message, Unit: Count,
	Doc:  "Attached documents that hold an object of the old equation editor.",
	Eval: func(f *Facts) float64 { return having(f, content.Office, content.Equation) },
})

// OfficeUpdating counts RTF files whose objects load at once.
var OfficeUpdating = define(Signal{
	Name: "office.updating_object", Level: Message, Unit: Count,
	Doc: "Attached RTF files with an object that is loaded as soon as they are opened.",
	Eval: func(f *Facts) float64 {
		return found(f, content.Office, func(x *content.Found) bool {
			return x.Format == "rtf" && x.Flags.Has(content.Object|content.OnOpen)
		})
	},
})

// OfficeProgram counts documents with a program inside.
var OfficeProgram = define(Signal{
	Name: "office.program", Level: Message, Unit: Count,
	Doc: "Attached documents that hold a program or script, by its first bytes or its name.",
	Eval: func(f *Facts) float64 {
		return found(f, content.Office, func(x *content.Found) bool { return x.Flags.Has(content.Program) || dangerous(x.Names) != "" })
	},
})

// OfficeEncrypted counts documents that ask for a password.
var OfficeEncrypted = define(Signal{
	Name: "office.encrypted", Level: Message, Unit: Count,
	Doc:  "Attached documents of office suites that ask for a password.",
	Eval: func(f *Facts) float64 { return having(f, content.Office, content.Encrypted) },
})

// OfficeLures counts documents that ask to switch macros on.
var OfficeLures = define(Signal{
	Name: "office.asks_to_enable", Level: Message, Unit: Count,
	Doc: "Attached documents whose text asks to enable their content, macros or editing.",
	Eval: func(f *Facts) float64 {
		return found(f, content.Office, func(x *content.Found) bool {
			text := strings.ToLower(x.Text[:min(len(x.Text), maxLure)])
			for _, phrase := range enableLures {
				if strings.Contains(text, phrase) {
					return true
				}
			}
			return false
		})
	},
})

// maxLure is how much of a document's text is searched for a lure.
const maxLure = 16 << 10

var enableLures = []string{
	"enable content", "enable editing", "enable macros", "enable the content", "inhalt aktivieren", "bearbeitung aktivieren", "makros aktivieren",
	"activer le contenu", "activer les macros", "habilitar contenido", "habilitar macros", "habilitar conteúdo", "abilita contenuto", "abilita modifica",
	"inhoud inschakelen", "włącz zawartość", "включить содержимое", "içeriği etkinleştir", "コンテンツの有効化", "启用内容",
}

// dangerous is the first of the names that a program or script has.
func dangerous(names []string) string {
	for _, e := range names {
		if last, _ := kinds(e); last == executable {
			return e
		}
	}
	return ""
}
