package signals

import (
	"strings"

	"postern/content"
	"postern/parse"
)

// ArchiveCount counts archives and disk images.
var ArchiveCount = define(Signal{
	Name: "archive.count", Level: Message, Unit: Count,
	Doc:  "Attached archives and disk images, by their bytes.",
	Eval: func(f *Facts) float64 { return found(f, content.Archive, func(*content.Found) bool { return true }) },
})

// ArchiveFiles counts the files in them.
var ArchiveFiles = define(Signal{
	Name: "archive.files", Level: Message, Unit: Count,
	Doc: "Files that attached archives and disk images list, those of archives inside included; unknown without one.",
	Eval: func(f *Facts) float64 {
		n, any := 0, false
		for _, h := range f.look().held {
			if x := h.Found; x != nil && x.Kind == content.Archive {
				n, any = n+len(x.Names), true
			}
		}
		if !any {
			return Unknown
		}
		return float64(n)
	},
})

// diskImages are formats that Windows opens as a drive.
var diskImages = map[string]bool{"iso": true, "udf": true, "vhd": true, "vhdx": true, "fat": true, "ntfs": true, "disk": true}

// ArchiveDisk counts disk images.
var ArchiveDisk = define(Signal{
	Name: "archive.disk_image", Level: Message, Unit: Count,
	Doc: "Attached disk images, whatever they are called.",
	Eval: func(f *Facts) float64 {
		return found(f, content.Archive, func(x *content.Found) bool { return diskImages[x.Format] })
	},
})

// ArchiveEncrypted counts archives that ask for a password.
var ArchiveEncrypted = define(Signal{
	Name: "archive.encrypted", Level: Message, Unit: Count,
	Doc:  "Attached archives that ask for a password.",
	Eval: func(f *Facts) float64 { return having(f, content.Archive, content.Encrypted) },
})

// ArchiveOpened counts archives that the message gives the password for.
var ArchiveOpened = define(Signal{
	Name: "archive.opened", Level: Message, Unit: Count,
	Doc:  "Attached archives that open with a password which the message itself gives.",
	Eval: func(f *Facts) float64 { return having(f, content.Archive, content.Opened) },
})

// ArchiveAmbiguous counts archives that programs read differently.
var ArchiveAmbiguous = define(Signal{
	Name: "archive.ambiguous", Level: Message, Unit: Count,
	Doc:  "Attached archives that show different files to different programs.",
	Eval: func(f *Facts) float64 { return having(f, content.Archive, content.Ambiguous) },
})

// ArchiveTraversal counts archives with names that lead out of the folder.
var ArchiveTraversal = define(Signal{
	Name: "archive.traversal", Level: Message, Unit: Count,
	Doc:  "Attached archives with a name that leads out of the folder it is unpacked to.",
	Eval: func(f *Facts) float64 { return having(f, content.Archive, content.Traversal) },
})

// ArchiveBomb counts archives that grow beyond measure.
var ArchiveBomb = define(Signal{
	Name: "archive.bomb", Level: Message, Unit: Count,
	Doc:  "Attached archives that would grow beyond measure when unpacked.",
	Eval: func(f *Facts) float64 { return having(f, content.Archive, content.Bomb) },
})

// ArchiveProgram counts archives with a program by its first bytes.
var ArchiveProgram = define(Signal{
	Name: "archive.program", Level: Message, Unit: Count,
	Doc:  "Attached archives that hold a program or a shortcut by its first bytes, whatever it is called.",
	Eval: func(f *Facts) float64 { return having(f, content.Archive, content.Program) },
})

// ArchiveMacro counts archives with a document that may carry macros.
var ArchiveMacro = define(Signal{
	Name: "archive.macro", Level: Message, Unit: Count,
	Doc:  "Attached archives that list a document named as one with macros.",
	Eval: func(f *Facts) float64 { return listing(f, macro) },
})

// ArchivePage counts archives with a web page.
var ArchivePage = define(Signal{
	Name: "archive.page", Level: Message, Unit: Count,
	Doc:  "Attached archives that list a web page.",
	Eval: func(f *Facts) float64 { return listing(f, html) },
})

// ArchiveNested counts archives that hold archives.
var ArchiveNested = define(Signal{
	Name: "archive.nested", Level: Message, Unit: Count,
	Doc:  "Attached archives that list another archive.",
	Eval: func(f *Facts) float64 { return listing(f, archive) },
})

// listing counts the archives that list a file of a kind.
func listing(f *Facts, want kind) float64 {
	return found(f, content.Archive, func(x *content.Found) bool {
		for _, name := range x.Names {
			if last, _ := kinds(name); last == want {
				return true
			}
		}
		return false
	})
}

// ArchiveSingle counts archives that hold nothing but a program or script.
var ArchiveSingle = define(Signal{
	Name: "archive.only_program", Level: Message, Unit: Count,
	Doc: "Attached archives whose files are one or two, among them a program, a script, a shortcut or a disk image.",
	Eval: func(f *Facts) float64 {
		return found(f, content.Archive, func(x *content.Found) bool {
			return len(x.Names) > 0 && len(x.Names) <= fewFiles && (dangerous(x.Names) != "" || x.Flags.Has(content.Program))
		})
	},
})

// fewFiles are no more than a program and what is shown in its place.
const fewFiles = 2

// FileShortcut counts shortcuts that start programs.
var FileShortcut = define(Signal{
	Name: "file.shortcut", Level: Message, Unit: Count,
	Doc: "Attached shortcuts, whatever they are called.",
	Eval: func(f *Facts) float64 {
		return found(f, content.Shortcut, func(*content.Found) bool { return true })
	},
})

// FileShortcutArmed counts shortcuts that run a command or lead to a share.
var FileShortcutArmed = define(Signal{
	Name: "file.shortcut_armed", Level: Message, Unit: Count,
	Doc:  "Attached shortcuts that run a command, or lead to a file on another machine.",
	Eval: func(f *Facts) float64 { return having(f, content.Shortcut, content.Suspicious|content.Network) },
})

// FileNotebook counts notebooks with a program or script inside.
var FileNotebook = define(Signal{
	Name: "file.notebook_program", Level: Message, Unit: Count,
	Doc: "Attached OneNote notebooks that hold a program or script.",
	Eval: func(f *Facts) float64 {
		return found(f, content.Notebook, func(x *content.Found) bool {
			return x.Flags.Any(content.Program|content.Script) || dangerous(x.Names) != ""
		})
	},
})

// FilePadded counts names that are padded.
var FilePadded = define(Signal{
	Name: "file.name_padded", Level: Message, Unit: Count,
	Doc: "Attached files whose name hides its end behind a run of spaces, dots or underscores.",
	Eval: func(f *Facts) float64 {
		return attachments(f, func(a *parse.Attachment) bool {
			for _, run := range [...]string{"      ", "......", "______", "\u00a0\u00a0\u00a0\u00a0", "\u3000\u3000\u3000"} {
				if i := strings.Index(a.Name, run); i >= 0 && strings.Contains(a.Name[i:], ".") {
					return true
				}
			}
			return false
		})
	},
})

// FileLure counts names of business matters on files that run or open a page.
var FileLure = define(Signal{
	Name: "file.name_lure", Level: Message, Unit: Count,
	Doc: "Attached programs, web pages, archives and documents with macros that are named after an invoice, an order, a payment, a voice message or the like.",
	Eval: func(f *Facts) float64 {
		return attachments(f, func(a *parse.Attachment) bool {
			last, _ := kinds(a.Name)
			if last == "" || last == document {
				return false
			}
			name := strings.ToLower(a.Name)
			for _, word := range lureWords {
				if strings.Contains(name, word) {
					return true
				}
			}
			return false
		})
	},
})

// lureWords are what files of trade and of offices are called.
var lureWords = []string{
	"invoice", "payment", "remittance", "purchase", "order", "quotation", "rfq", "statement", "receipt", "swift", "transfer", "voicemail", "voice message",
	"scan", "fax", "document", "contract", "agreement", "payroll", "salary", "bonus", "shipment", "delivery", "awb", "dhl", "fedex", "tax", "overdue",
	"rechnung", "zahlung", "mahnung", "bestellung", "angebot", "lohn", "facture", "paiement", "devis", "commande", "factura", "pago", "pedido", "fattura",
	"pagamento", "ordine", "fatura", "boleto", "nota fiscal", "comprovante", "factuur", "betaling", "faktura", "płatność", "zamówienie", "счет", "оплата",
	"sipariş", "ödeme", "請求書", "注文書", "发票", "订单",
}
