package pdf

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/makiuchi-d/gozxing/qrcode/decoder"
	"github.com/makiuchi-d/gozxing/qrcode/encoder"

	"postern/content"
)

// A build writes a file object by object.
type build struct {
	b     bytes.Buffer
	count int
}

// add writes an object.
func (w *build) add(format string, args ...any) {
	w.count++
	if w.b.Len() == 0 {
		w.b.WriteString("%PDF-1.7\n")
	}
	fmt.Fprintf(&w.b, "%d 0 obj\n", w.count)
	fmt.Fprintf(&w.b, format, args...)
	w.b.WriteString("\nendobj\n")
}

// stream writes a stream object.
func (w *build) stream(entries string, data []byte) {
	w.add("<<%s /Length %d>>\nstream\n%s\nendstream", entries, len(data), data)
}

func (w *build) bytes() []byte {
	return append(bytes.Clone(w.b.Bytes()), "trailer\n<</Root 1 0 R>>\nstartxref\n0\n%%EOF\n"...)
}

func packed(data []byte) []byte {
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	_, _ = z.Write(data)
	_ = z.Close()
	return b.Bytes()
}

// page writes a file of one page with that content and those resources.
func page(contents, resources string) []byte {
	var w build
	w.add("<</Type/Catalog/Pages 2 0 R>>")
	w.add("<</Type/Pages/Kids[3 0 R]/Count 1/Resources<<%s>>>>", resources)
	w.add("<</Type/Page/Parent 2 0 R/Contents 4 0 R>>")
	w.stream("/Filter/FlateDecode", packed([]byte(contents)))
	return w.bytes()
}

func read(tb testing.TB, body []byte, passwords ...string) *content.Found {
	tb.Helper()
	b := content.DefaultBudget
	return content.Guard(content.PDF, func(f *content.Found) { Decode(f, body, func() []string { return passwords }, &b) })
}

const helvetica = "/Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>"

func TestText(t *testing.T) {
	t.Parallel()
	mapped := "/Font<</F1<</Type/Font/Subtype/Type0/Encoding/Identity-H/DescendantFonts[<</W[1[500 500]]>>]/ToUnicode 5 0 R>>>>"
	withMap := func() []byte {
		body := bytes.TrimSuffix(page("BT /F1 10 Tf 10 700 Td <000100020005> Tj ET", mapped), []byte("trailer\n<</Root 1 0 R>>\nstartxref\n0\n%%EOF\n"))
		var w build
		w.count = 4
		w.b.WriteByte('\n')
		w.stream("", []byte("1 beginbfchar <0005> <0021> endbfchar 1 beginbfrange <0001> <0002> <0048> endbfrange"))
		return append(body, w.bytes()...)
	}
	for name, test := range map[string]struct {
		body []byte
		want string
	}{
		"lines":   {page("BT /F1 12 Tf 72 700 Td (Hello) Tj 0 -14 Td (world) Tj ET", helvetica), "Hello\nworld"},
		"kerning": {page("BT /F1 12 Tf 72 700 Td [(Pay) -300 (no) 20 (w)] TJ ET", helvetica), "Pay now"},
		"escapes": {page(`BT /F1 12 Tf (a\(b\)\101\
c) ' ET`, helvetica), "a(b)Ac"},
		"placed":     {page("BT /F1 10 Tf 1 0 0 1 72 700 Tm (Sign) Tj 1 0 0 1 100 700 Tm (in) Tj ET", helvetica), "Sign in"},
		"to unicode": {withMap(), "HI!"},
		"differences": {page("BT /F1 10 Tf (\x01\x02\x03) Tj ET",
			"/Font<</F1<</Subtype/Type1/Encoding<</Differences[1/Udieresis/uni00DF/a]>>>>>>"), "Üßa"},
		"transformed": {page("q .24 0 0 .24 0 0 cm BT /F1 50 Tf 1 0 0 1 0 0 Tm (A) Tj ET Q q .24 0 0 .24 100 0 cm BT /F1 50 Tf (B) Tj ET Q", helvetica), "A B"},
	} {
		if f := read(t, test.body); f.Text != test.want || f.Pages != 1 || f.Flags != 0 {
			t.Errorf("%s: %q, %d pages, flags %s; want %q", name, f.Text, f.Pages, f.Flags, test.want)
		}
	}
}

func TestActions(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		object string
		flags  content.Flags
		links  []content.Link
		names  []string
	}{
		"link":             {"<</Type/Annot/Subtype/Link/A<</S/URI/URI(https://a.example/\\(x\\))>>>>", 0, []content.Link{{URL: "https://a.example/(x)", Via: content.ViaAction}}, nil},
		"in UTF-16":        {"<</A<</S/URI/URI<FEFF0068007400740070003A002F002F0061002E006500780061006D0070006C0065>>>>>", 0, []content.Link{{URL: "http://a.example", Via: content.ViaAction}}, nil},
		"script":           {"<</OpenAction<</S/J#61vaScript/JS(app.launchURL\\(\"https://a.example/x\"\\))>>>>", content.OnOpen | content.Script, []content.Link{{URL: "https://a.example/x", Via: content.ViaScript}}, nil},
		"a page is opened": {"<</OpenAction[3 0 R/Fit]>>", 0, nil, nil},
		"launch":           {"<</S/Launch/Win<</F(cmd.exe)>>>>", content.Launch, nil, []string{"cmd.exe"}},
		"form":             {"<</AcroForm<</Fields[9 0 R]>>/X<</S/SubmitForm/F<</FS/URL/F(https://a.example/f)>>>>>>", content.Form | content.SubmitForm, []content.Link{{URL: "https://a.example/f", Via: content.ViaForm}}, nil},
		"password field":   {"<</FT/Tx/Ff 8192>>", content.Password, nil, nil},
		"file inside":      {"<</Type/Filespec/F(a.exe)/UF(b.exe)/EF<</F 9 0 R>>>>", content.Embedded, nil, []string{"b.exe"}},
	} {
		var w build
		w.add("<</Type/Catalog>>")
		w.add("%s", test.object)
		f := read(t, w.bytes())
		if f.Flags != test.flags || !slices.Equal(f.Links, test.links) || !slices.Equal(f.Names, test.names) {
			t.Errorf("%s: flags %s, links %v, names %q", name, f.Flags, f.Links, f.Names)
		}
	}
}

// TestWays reads the same link however the file is written.
func TestWays(t *testing.T) {
	t.Parallel()
	const object = "<</A<</S/URI/URI(https://a.example/)>>>>"
	inStream := func(filter string, encode func([]byte) []byte) []byte {
		var w build
		w.add("<</Type/Catalog>>")
		w.stream("/Type/ObjStm/N 1/First 4 "+filter, encode([]byte("7 0 "+object)))
		return w.bytes()
	}
	hexed := func(b []byte) []byte { return fmt.Appendf(nil, "%x>", b) }
	predicted := func(b []byte) []byte { return packed(append([]byte{0}, b...)) }
	for name, body := range map[string][]byte{
		"plain":             []byte("%PDF-1.4\n1 0 obj" + object + "endobj"),
		"junk before":       []byte(strings.Repeat("x", 900) + "%PDF-1.4\n1 0 obj" + object + "endobj"),
		"never closed":      []byte("%PDF-1.4\n1 0 obj\n<</A<</S/URI/URI(https://a.example/)"),
		"old version":       []byte("%PDF-1.4\n1 0 obj" + object + "endobj 1 0 obj null endobj"),
		"object stream":     inStream("", bytes.Clone),
		"packed":            inStream("/Filter[/FlateDecode]", packed),
		"predicted":         inStream("/Filter/FlateDecode/DecodeParms<</Predictor 12/Columns 44>>", predicted),
		"hexadecimal":       inStream("/Filter/ASCIIHexDecode", hexed),
		"twice":             inStream("/Filter[/AHx/Fl]", func(b []byte) []byte { return hexed(packed(b)) }),
		"run lengths":       inStream("/Filter/RunLengthDecode", func(b []byte) []byte { return append([]byte{byte(len(b) - 1)}, b...) }),
		"length is a lie":   bytes.Replace(inStream("/Filter/FlateDecode", packed), []byte("/Length "), []byte("/Length 9"), 1),
		"cut in the middle": bytes.Split(inStream("/Filter/FlateDecode", packed), []byte("\nendstream"))[0],
	} {
		if f := read(t, body); len(f.Links) != 1 || f.Links[0].URL != "https://a.example/" {
			t.Errorf("%s: links %v, flags %s", name, f.Links, f.Flags)
		}
	}
}

// modules gives a QR code as rows of dark and light.
func modules(tb testing.TB, text string) [][]bool {
	tb.Helper()
	qr, err := encoder.Encoder_encodeWithoutHint(text, decoder.ErrorCorrectionLevel_M)
	if err != nil {
		tb.Fatal(err)
	}
	m := qr.GetMatrix()
	rows := make([][]bool, m.GetHeight())
	for y := range rows {
		for x := range m.GetWidth() {
			rows[y] = append(rows[y], m.Get(x, y) == 1)
		}
	}
	return rows
}

func withImage(entries string, data []byte) []byte {
	body := bytes.TrimSuffix(page("q 100 0 0 100 0 0 cm /I Do Q", "/XObject<</I 5 0 R>>"), []byte("trailer\n<</Root 1 0 R>>\nstartxref\n0\n%%EOF\n"))
	var w build
	w.count = 4
	w.b.WriteByte('\n')
	w.stream("/Subtype/Image "+entries, data)
	return append(body, w.bytes()...)
}

func TestCodes(t *testing.T) {
	t.Parallel()
	const url = "https://login.forger.test/mfa"
	rows := modules(t, url)
	const scale, space = 3, 4
	side := (len(rows) + 2*space) * scale
	dark := func(x, y int) bool {
		x, y = x/scale-space, y/scale-space
		return x >= 0 && y >= 0 && y < len(rows) && x < len(rows) && rows[y][x]
	}
	var grey, rgb, bits bytes.Buffer
	for y := range side {
		row := make([]byte, (side+7)/8)
		for x := range side {
			v := byte(0xff)
			if dark(x, y) {
				v = 0
			} else {
				row[x/8] |= 0x80 >> (x % 8)
			}
			grey.WriteByte(v)
			rgb.Write([]byte{v, v, v})
		}
		bits.Write(row)
	}
	size := fmt.Sprintf("/Width %d/Height %d", side, side)
	for name, body := range map[string][]byte{
		"grey":    withImage(size+"/BitsPerComponent 8/ColorSpace/DeviceGray/Filter/FlateDecode", packed(grey.Bytes())),
		"rgb":     withImage(size+"/BitsPerComponent 8/ColorSpace/DeviceRGB/Filter/FlateDecode", packed(rgb.Bytes())),
		"one bit": withImage(size+"/BitsPerComponent 1/ColorSpace/DeviceGray", bits.Bytes()),
		"palette": withImage(size+"/BitsPerComponent 1/ColorSpace[/Indexed/DeviceRGB 1<000080FFFFE0>]", bits.Bytes()),
		"drawn":   page(drawn(rows), ""),
	} {
		f := read(t, body)
		if !slices.Equal(f.Codes, []string{url}) {
			t.Errorf("%s: %q, flags %s", name, f.Codes, f.Flags)
		}
		if name != "drawn" && (f.Images != 1 || !f.Flags.Has(content.ImageOnly)) {
			t.Errorf("%s: %d images, flags %s", name, f.Images, f.Flags)
		}
	}
}

// drawn fills a square for each dark module.
func drawn(rows [][]bool) string {
	var b strings.Builder
	b.WriteString("2.5 0 0 2.5 100 100 cm 0 0 0 rg\n")
	for y := range rows {
		for x, dark := range rows[y] {
			if dark {
				fmt.Fprintf(&b, "%d %d 1 1 re f\n", x, len(rows)-y)
			}
		}
	}
	return b.String()
}

// locked is a file with a link, encrypted with RC4 of 128 bits.
func locked(password string) []byte {
	key := fileKey([]byte(password), 3, 16, make([]byte, 32), []byte("id"), 0xfffffffc, false)
	c := cipher{key: key}
	user := userEntry(key, []byte("id"))
	link := c.undo([]byte("https://a.example/"), 2, 0, rc4Method)
	var w build
	w.add("<</Type/Catalog>>")
	w.add("<</A<</S/URI/URI<%x>>>>>", link)
	w.add("<</Filter/Standard/V 2/R 3/Length 128/P -4/O<%x>/U<%x>>>", make([]byte, 32), append(user, make([]byte, 16)...))
	return append(w.b.Bytes(), "trailer<</Root 1 0 R/Encrypt 3 0 R/ID[(id)(id)]>>"...)
}

func TestEncryption(t *testing.T) {
	t.Parallel()
	if f := read(t, locked("")); f.Flags != content.Protected || len(f.Links) != 1 || f.Links[0].URL != "https://a.example/" {
		t.Errorf("empty password: flags %s, links %v", f.Flags, f.Links)
	}
	if f := read(t, locked("123")); f.Flags != content.Encrypted || len(f.Links) != 0 {
		t.Errorf("no password: flags %s, links %v", f.Flags, f.Links)
	}
	if f := read(t, locked("123"), "wrong", "123"); f.Flags != content.Encrypted|content.Opened || len(f.Links) != 1 {
		t.Errorf("password: flags %s, links %v", f.Flags, f.Links)
	}
}

func BenchmarkDecode(b *testing.B) {
	letter := page(strings.Repeat("BT /F1 12 Tf 72 700 Td [(Please) -300 (pay) -300 (the) -300 (sum)] TJ ET\n", 300), helvetica)
	for name, body := range map[string][]byte{"letter": letter, "code": page(drawn(modules(b, "https://a.example/")), "")} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				read(b, body)
			}
		})
	}
}
