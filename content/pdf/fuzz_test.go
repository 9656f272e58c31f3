package pdf

import (
	"testing"

	"postern/content"
	"postern/internal/decoding"
)

// FuzzDecode: the decoder keeps to what every decoder must.
func FuzzDecode(f *testing.F) {
	for _, seed := range seeds(f) {
		f.Add(seed)
	}
	decode := func(found *content.Found, body []byte, b *content.Budget) {
		Decode(found, body, func() []string { return []string{"123"} }, b)
	}
	f.Fuzz(func(t *testing.T, body []byte) { decoding.Check(t, decode, body) })
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
