package pdf

import (
	"reflect"
	"testing"
	"unicode/utf8"

	"postern/content"
)

// FuzzDecode holds the decoder to its budget, to values that can be shown, and
// to giving the same value twice. No guard stands before it.
func FuzzDecode(f *testing.F) {
	for _, seed := range seeds(f) {
		f.Add(seed)
	}
	passwords := func() []string { return []string{"123"} }
	f.Fuzz(func(t *testing.T, body []byte) {
		before := string(body)
		for _, budget := range []content.Budget{{Bytes: 4096, Pixels: 4096, Codes: 1, Steps: 500}, content.DefaultBudget} {
			b, c := budget, budget
			var one, two content.Found
			Decode(&one, body, passwords, &b)
			Decode(&two, body, passwords, &c)
			if !reflect.DeepEqual(one, two) {
				t.Errorf("two readings differ:\n%+v\n%+v", one, two)
			}
			if min(b.Bytes, b.Pixels, b.Codes, b.Steps) < 0 {
				t.Errorf("overdrawn: %+v", b)
			}
			if len(one.Text) > content.MaxText || len(one.Names) > content.MaxNames {
				t.Errorf("%d bytes of text, %d names", len(one.Text), len(one.Names))
			}
			for _, s := range append(append(one.Names, one.Codes...), one.Text, one.Title, one.Author, one.Program, one.Producer) {
				if !utf8.ValidString(s) {
					t.Errorf("%q is no UTF-8", s)
				}
			}
		}
		if string(body) != before {
			t.Error("the input was changed")
		}
	})
}

func seeds(f *testing.F) [][]byte {
	f.Helper()
	return [][]byte{
		page("BT /F1 12 Tf 72 700 Td [(Pay) -300 (no) 20 (w)] TJ ET q 1 0 0 1 0 0 cm 0 g 1 2 3 4 re f Q", helvetica),
		locked(""), locked("123"),
		withImage("/Width 29/Height 29/BitsPerComponent 1/ColorSpace[/Indexed/DeviceRGB 1<000080FFFFE0>]/Filter/ASCIIHexDecode", []byte("fffffff8c0697018df58f7d8>")),
		[]byte("%PDF-1.4\n1 0 obj<</OpenAction<</S/J#61vaScript/JS(app.launchURL\\(\"https://a.example/x\"\\))>>/EF<</F 2 0 R>>/UF(a.exe)>>endobj"),
		[]byte("%PDF-1.7\n1 0 obj<</Type/ObjStm/N 1/First 4/Filter[/A85/LZW/RL/Fl]/DecodeParms[null<</Predictor 12>>]>>stream\n7 0 <</URI(http://a.example)>>~>\nendstream"),
		[]byte("%PDF-1.7\n1 0 obj<</Filter/Standard/V 5/R 6/CF<</StdCF<</CFM/AESV3>>>>/StmF/StdCF/StrF/StdCF/U<00>/UE<00>>>endobj trailer<</Encrypt 1 0 R/ID[()]>>"),
	}
}
