package office

import (
	"strings"

	"postern/content"
)

// field looks at the instruction of a field of Word (ECMA-376 Part 1 §17.16.5).
func (d *decoder) field(instr string) {
	instr = strings.TrimSpace(instr)
	if instr == "" || !content.Spend(&d.budget.Steps, 1) {
		return
	}
	kind, rest, _ := strings.Cut(instr, " ")
	rest = strings.TrimSpace(rest)
	switch upper := strings.ToUpper(strings.Trim(kind, `"\`)); upper {
	case "DDE", "DDEAUTO":
		d.dde(rest, "")
	case "HYPERLINK":
		if url := quoted(rest); strings.Contains(url, ":") {
			d.found.AddLink(url, "", content.ViaAction)
		}
	case "INCLUDEPICTURE", "INCLUDETEXT", "IMPORT", "INCLUDE", "LINK":
		url := quoted(rest)
		if i := strings.Index(rest, "http"); i >= 0 {
			url = strings.TrimRight(strings.Fields(rest[i:])[0], `"`)
		}
		if strings.HasPrefix(url, "http") {
			d.found.AddLink(url, "", content.ViaRelation)
			if upper != "INCLUDEPICTURE" {
				d.found.Flags |= content.External | content.Template
			}
		}
	default:
		// QUOTE fields spell a DDE by the numbers of its letters.
		if i := strings.Index(strings.ToUpper(instr), "DDEAUTO"); i >= 0 {
			d.dde(strings.TrimSpace(instr[i+len("DDEAUTO"):]), "")
		}
	}
}

// quoted is the first argument of a field.
func quoted(s string) string {
	if after, ok := strings.CutPrefix(s, `"`); ok {
		s, _, _ = strings.Cut(after, `"`)
		return s
	}
	s, _, _ = strings.Cut(s, " ")
	return s
}

// dde notes a program that a field starts.
func (d *decoder) dde(program, topic string) {
	f := d.found
	f.Flags |= content.DDE
	command := strings.TrimSpace(strings.Map(line, program+" "+topic))
	if f.Command == "" {
		f.Command = strings.ToValidUTF8(command[:min(len(command), 1024)], "")
	}
	lower := strings.ToLower(command)
	for _, name := range [...]string{"cmd", "powershell", "mshta", "rundll32", "regsvr32", "msexcel", "winword", "wscript", "cscript", "certutil"} {
		if strings.Contains(lower, name) {
			f.AddCall(name)
			if !strings.HasPrefix(name, "ms") || name == "mshta" {
				f.Flags |= content.Suspicious
			}
		}
	}
	addresses(f, command)
}

// formula looks at a formula of a sheet, which starts a program where it is
// written PROGRAM|TOPIC!ITEM.
func (d *decoder) formula(formula string) {
	if !content.Spend(&d.budget.Steps, 1) {
		return
	}
	lower := strings.ToLower(formula)
	program, topic, ok := strings.Cut(strings.TrimLeft(formula, "=+-@\"' "), "|")
	if ok && strings.Contains(topic, "!") && plainName(program) {
		d.dde(program, topic)
	}
	if strings.Contains(lower, "hyperlink(") || strings.Contains(lower, "webservice(") {
		addresses(d.found, formula)
	}
}

// plainName tells whether a word could be the name of a program.
func plainName(s string) bool {
	s = strings.Trim(s, "'\" ")
	for _, c := range []byte(strings.ToLower(s)) {
		if !letter(c) && !strings.ContainsRune(`.\:/`, rune(c)) {
			return false
		}
	}
	return s != ""
}
