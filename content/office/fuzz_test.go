package office

import (
	"bytes"
	"testing"

	"postern/content"
	"postern/internal/decoding"
)

// FuzzDecode: the decoder keeps to what every decoder must.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{\rtf1{\object\objupdate{\*\objclass Equation.3}{\*\objdata 01050000020000000800000050}}{\field{\*\fldinst DDEAUTO cmd}}}`))
	f.Add(append([]byte(compoundMagic), make([]byte, 1024)...))
	f.Add([]byte("ID;P\nNN;NAuto_open\nC;X1;EEXEC(\"calc\")"))
	f.Add([]byte(`<?xml?><?mso-application?><w:instrText>DDE cmd</w:instrText>`))
	f.Fuzz(func(t *testing.T, body []byte) { decoding.Check(t, Decode, body) })
}

// FuzzDecompress: no more comes out than was asked for.
func FuzzDecompress(f *testing.F) {
	f.Add([]byte("\x01\x19\xb0\x00abcdefgh\x00ijklmnop\x00qrstuv."))
	f.Fuzz(func(t *testing.T, data []byte) {
		const limit = 10_000
		if out, ok := decompress(data, limit); ok && len(out) > limit {
			t.Fatalf("%d bytes", len(out))
		}
	})
}

// TestDecompress unpacks the examples of MS-OVBA §3.2.
func TestDecompress(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ packed, want string }{
		{"\x01\x19\xb0\x00abcdefgh\x00ijklmnop\x00qrstuv.", "abcdefghijklmnopqrstuv."},
		{"\x01\x2f\xb0\x00#aaabcde\x82f\x00\x70aghij\x018\x08akl\x000mnop\x06q\x02p\x04\x10rstuv\x10wxyz\x00<", "#aaabcdefaaaaghijaaaaaklaaamnopqaaaaaaaaaaaarstuvwxyzaaa"},
		{"\x01\x03\xb0\x02a\x45\x00", string(bytes.Repeat([]byte("a"), 73))},
	} {
		if out, ok := decompress([]byte(test.packed), 1000); !ok || string(out) != test.want {
			t.Errorf("%q, %v; want %q", out, ok, test.want)
		}
	}
}

// TestSource judges sources of macros.
func TestSource(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		source string
		want   content.Flags
	}{
		"attributes alone": {"Attribute VB_Name = \"ThisDocument\"\r\n", 0},
		"a calculation":    {"Sub Sum()\r\nRange(\"A1\") = 1\r\nEnd Sub\r\n", content.Macro},
		"in a comment":     {"Sub A()\r\n' Shell \"calc\"\r\nx = 1\r\nEnd Sub", content.Macro},
		"armed":            {"Sub AutoOpen()\r\nShell \"calc\"\r\nEnd Sub", content.Macro | content.OnOpen | content.Suspicious},
		"in pieces":        {"Sub A()\r\nx = \"WScr\" & \"ipt.Sh\" + \"ell\"\r\nEnd Sub", content.Macro | content.Suspicious},
	} {
		d := decoder{found: &content.Found{}}
		d.judgeSource(test.source)
		if d.found.Flags != test.want {
			t.Errorf("%s: %s; want %s", name, d.found.Flags, test.want)
		}
	}
}
