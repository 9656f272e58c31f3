package office

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"postern/content"
	"postern/content/archive"
	"postern/internal/shared"
)

func read(tb testing.TB, body []byte) *content.Found {
	tb.Helper()
	b := content.DefaultBudget
	return content.Guard(content.Office, func(f *content.Found) { Decode(f, body, &b) })
}

// sample gives the bytes of a file of the suite, out of its locked archive
// where it is in one.
func sample(t *testing.T, file string) []byte {
	t.Helper()
	body, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(file, ".zip") {
		return body
	}
	b := content.DefaultBudget
	z := archive.ReadZip(body, &b)
	data, _, ok := z.Unlock(&z.Files[0], []string{"wrong", "infected-test"}, &b)
	if !ok {
		t.Errorf("%s does not open", file)
	}
	return data
}

// An expectation is what the documents of a pattern hold.
type expectation struct {
	pattern string
	flags   content.Flags
	name    string // one of the names inside
	not     content.Flags
}

// dangers are the flags that a harmless document must not have.
const dangers = content.Macro | content.DDE | content.Template | content.Equation | content.Suspicious | content.OnOpen | content.Object

var expectations = []expectation{
	{pattern: "basic/encrypted.docx", flags: content.Encrypted},
	{pattern: "excel4-macros/*", flags: content.Macro | content.Sheet},
	{pattern: "msodde/dde-*", flags: content.DDE},
	{pattern: "msodde/RTF-Spec-1.7.rtf", not: dangers},
	{pattern: "msodde/harmless-*", not: dangers},
	{pattern: "ooxml/dde-*", flags: content.DDE},
	{pattern: "ooxml/harmless-*", not: dangers},
	{pattern: "oleform/*", flags: content.Macro},
	{pattern: "oleobj/embedded-simple-*", flags: content.Embedded | content.Object, name: "simple-text-file.txt"},
	{pattern: "oleobj/embedded-unicode*", flags: content.Embedded | content.Object},
	{pattern: "oleobj/external_link/*", flags: content.External},
	{pattern: "oleobj/sample_with_calc_embedded.doc", flags: content.Object | content.Program, name: "calc.exe"},
	{pattern: "oleobj/sample_with_lnk_*", flags: content.Object | content.Embedded},
	{pattern: "olevba/*", flags: content.Macro},
	{pattern: "other/*", not: dangers},
	{pattern: "rtfobj/*", flags: content.Object},
}

// judgedDifferently are files that we read otherwise, each with the reason.
var judgedDifferently = map[string]string{
	"msodde/dde-in-csv.csv":                  "a CSV file is plain text, which a sheet asks twice about before it starts anything; it is read as text",
	"msodde/dde-test.xlsb":                   "the binary form of external links is told as external, not as DDE",
	"oleobj/embedded-simple-2007-as2003.xml": "the storage inside is told as embedded; the file in it is packed in a way of its own",
}

// TestOletools reads the files of oletools, and wants of each what the tool
// that it is a case for finds there.
func TestOletools(t *testing.T) {
	t.Parallel()
	dir := shared.Dir(t, "suites/files-oletools")
	passed, count := 0, 0
	var odd []string
	for _, want := range expectations {
		files, _ := filepath.Glob(filepath.Join(dir, want.pattern))
		if len(files) == 0 {
			t.Errorf("%s: no file", want.pattern)
		}
		for _, file := range files {
			count++
			name, _ := filepath.Rel(dir, file)
			f := read(t, sample(t, file))
			ok := f.Flags.Has(want.flags) && !f.Flags.Any(want.not) && (want.name == "" || slices.Contains(f.Names, want.name))
			switch {
			case ok:
				passed++
			case judgedDifferently[name] != "":
				odd = append(odd, name+": "+judgedDifferently[name])
			default:
				t.Errorf("%s: %s; %q", name, f.Flags, f.Names)
			}
		}
	}
	t.Logf("passed %d of %d; judged differently:\n%s", passed, count, strings.Join(odd, "\n"))
}
