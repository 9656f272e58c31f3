package office

import (
	"strings"

	"postern/content"
)

// autoRun are the names of procedures that run by themselves, in lower case.
var autoRun = []string{
	"autoexec", "autoopen", "auto_open", "autonew", "auto_new", "autoclose", "auto_close", "autoexit", "auto_exit",
	"document_open", "document_new", "document_close", "document_beforeclose", "documentopen", "document_contentcontrolonenter",
	"workbook_open", "workbook_activate", "workbook_close", "workbook_beforeclose", "workbook_deactivate",
	"presentation_open", "presentation_close", "slideshow_begin", "onslideshowpagechange",
}

// controlRun are the ends of names of procedures that a control runs by
// itself as soon as it is shown.
var controlRun = []string{"_layout(", "_painted(", "_painting(", "_resize(", "_gotfocus(", "_onconnecting(", "_mousemove(", "_beforenavigate2(", "_documentcomplete(", "_statechange(", "_progresschange("}

// A call is something that macros of people at work seldom do, or that tells
// of trade where strong is false.
type call struct {
	name   string // in lower case
	strong bool
	word   bool // stands alone, not as a part of a longer name
}

var calls = []call{
	{"shell", true, true},
	{"wscript.shell", true, false},
	{"shell.application", true, false},
	{"shellexecute", true, false},
	{"shellbrowserwindow", true, false},
	{"urldownloadtofile", true, false},
	{"powershell", true, false},
	{"cmd.exe", true, false},
	{"cmd /c", true, false},
	{"mshta", true, false},
	{"rundll32", true, false},
	{"regsvr32", true, false},
	{"certutil", true, false},
	{"bitsadmin", true, false},
	{"wmic", true, true},
	{"win32_process", true, false},
	{"winmgmts:", true, false},
	{"createprocess", true, false},
	{"createthread", true, false},
	{"createremotethread", true, false},
	{"virtualalloc", true, false},
	{"rtlmovememory", true, false},
	{"writeprocessmemory", true, false},
	{"queueuserapc", true, false},
	{"schedule.service", true, false},
	{"macscript", true, true},
	{"applescripttask", true, false},
	{"xmlhttp", true, false},
	{"winhttprequest", true, false},
	{"internetopen", true, false},
	{"adodb.stream", false, false},
	{"createobject", false, true},
	{"getobject", false, true},
	{"callbyname", false, true},
	{"savetofile", false, true},
	{"environ", false, true},
	{"chrw", false, true},
	{"chr", false, true},
	{"strreverse", false, true},
	{"regwrite", false, true},
	{"sendkeys", false, true},
	{"vbproject", false, true},
	{"executeexcel4macro", false, true},
}

// manyCodes is how many letters a source writes as numbers before it counts
// as obscured.
const manyCodes = 25

// joints are where a string was cut in two.
var joints = strings.NewReplacer(`" & "`, "", `"&"`, "", `" + "`, "", `"+"`, "", " _\r\n", " ", "^", "")

// judgeSource looks at the source of one module.
func (d *decoder) judgeSource(source string) {
	lower := strings.ToLower(source)
	code := statements(lower)
	if code == "" {
		return
	}
	f := d.found
	f.Flags |= content.Macro
	joined := joints.Replace(code)
	for _, name := range autoRun {
		if strings.Contains(code, "sub "+name) || strings.Contains(code, "function "+name) {
			f.Flags |= content.OnOpen
			f.AddCall(name)
		}
	}
	for _, end := range controlRun {
		if strings.Contains(code, end) {
			f.Flags |= content.OnOpen
			f.AddCall(strings.TrimSuffix(end, "("))
		}
	}
	for _, c := range calls {
		if !has(joined, c) {
			continue
		}
		f.AddCall(c.name)
		if c.strong {
			f.Flags |= content.Suspicious
		}
	}
	if strings.Count(code, "chr(")+strings.Count(code, "chrw(")+strings.Count(code, "chr$(") >= manyCodes || strings.Contains(code, "strreverse(") {
		f.Flags |= content.Obscured
	}
	addresses(f, joined)
}

// statements is a source without its attributes and comments; "" where
// nothing else is in it.
func statements(source string) string {
	var b strings.Builder
	b.Grow(len(source))
	for line := range strings.Lines(source) {
		t := strings.TrimSpace(line)
		if t == "" || strings.HasPrefix(t, "attribute ") || strings.HasPrefix(t, "'") || strings.HasPrefix(t, "rem ") ||
			t == "option explicit" || strings.HasPrefix(t, "option base") || strings.HasPrefix(t, "option compare") {
			continue
		}
		b.WriteString(line)
	}
	return b.String()
}

// has finds a call, alone where it must stand alone.
func has(code string, c call) bool {
	for rest := code; ; {
		i := strings.Index(rest, c.name)
		if i < 0 {
			return false
		}
		end := i + len(c.name)
		if !c.word || (i == 0 || !letter(rest[i-1]) && rest[i-1] != '"') && (end == len(rest) || !letter(rest[end]) && !strings.ContainsRune(".:=", rune(rest[end]))) {
			return true
		}
		rest = rest[end:]
	}
}

func letter(c byte) bool { return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '_' }

// addresses notes the addresses in a source or a command.
func addresses(f *content.Found, text string) {
	for rest := text; ; {
		i := strings.Index(rest, "http")
		if i < 0 {
			return
		}
		rest = rest[i:]
		end := strings.IndexAny(rest, "\"'`<> \t\r\n),;|\x00")
		if end < 0 {
			end = len(rest)
		}
		if url := rest[:end]; strings.HasPrefix(url, "http://") || strings.HasPrefix(url, "https://") {
			f.AddLink(url, "", content.ViaScript)
		}
		rest = rest[end:]
	}
}
