// Package archive lists what archives and disk images hold, and tells what is
// odd about them: files that only some readers see, names that lead out of
// the folder, bombs, and passwords that fit. It reads them as far as it can
// and knows nothing of messages.
package archive

import (
	"archive/tar"
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"io"
	"path"
	"strings"

	"golang.org/x/text/encoding/charmap"

	"postern/content"
)

// Limits of one archive.
const (
	maxNesting = 2       // archives inside archives that are listed
	maxInner   = 8 << 20 // bytes that an inner archive may have
	maxSniffed = 64      // files whose first bytes are looked at
	maxOpened  = 16      // documents that are handed over
	maxName    = 255
)

// A lister lists a format.
type lister struct {
	format string
	is     func([]byte) bool
	list   func(*reader, []byte, string)
}

// at tells whether a file has a mark at a place.
func at(offset int, mark string) func([]byte) bool {
	return func(b []byte) bool { return len(b) >= offset+len(mark) && string(b[offset:offset+len(mark)]) == mark }
}

// listers are the formats, the plain ones first.
func listers() []lister {
	return []lister{
		{"zip", isZip, (*reader).zip},
		{"gzip", at(0, "\x1f\x8b"), (*reader).gzip},
		{"bzip2", at(0, "BZh"), (*reader).bzip2},
		{"7z", at(0, "7z\xbc\xaf\x27\x1c"), (*reader).sevenZip},
		{"rar", at(0, "Rar!\x1a\x07\x01\x00"), (*reader).rar5},
		{"rar", at(0, "Rar!\x1a\x07\x00"), (*reader).rar4},
		{"cab", at(0, "MSCF\x00\x00\x00\x00"), (*reader).cabinet},
		{"xz", at(0, xzMagic), (*reader).xz},
		{"ace", at(7, "**ACE**"), nil},
		{"arj", isARJ, (*reader).arj},
		{"lzh", isLZH, (*reader).lzh},
		{"vhdx", at(0, "vhdxfile"), (*reader).disk},
		{"vhd", isVHD, (*reader).disk},
		{"iso", at(isoStart+1, "CD001"), (*reader).iso},
		{"udf", isUDF, (*reader).udf},
		{"tar", at(257, "ustar"), (*reader).tar},
		{"fat", isFAT, (*reader).fat},
		{"ntfs", at(3, "NTFS    "), (*reader).disk},
		{"disk", isDisk, (*reader).disk},
	}
}

// Is tells whether a file is an archive or a disk image that Decode reads.
func Is(body []byte) bool { return formatOf(body) != nil }

func formatOf(body []byte) *lister {
	for _, l := range listers() {
		if l.is(body) {
			return &l
		}
	}
	return nil
}

func isZip(b []byte) bool {
	return at(0, zipLocal)(b) || at(0, zipEnd)(b) || at(0, "PK\x07\x08")(b) || at(0, "PK00PK\x03\x04")(b) || at(0, zipCentral)(b)
}

// Trailing tells of a ZIP archive behind something else, as behind a program
// that unpacks it.
func Trailing(body []byte) bool {
	_, _, dir := directory(body)
	return dir != nil
}

// Decode lists a file; name is what it is called. Where it asks for a
// password, passwords are tried. What other decoders read of what is inside is
// handed to open, if that is not nil, by its path.
func Decode(f *content.Found, body []byte, name string, passwords []string, b *content.Budget, open func(path string, data []byte)) {
	r := &reader{found: f, passwords: passwords, budget: b, name: name, open: open}
	l := formatOf(body)
	switch {
	case l != nil:
		f.Format = l.format
		if l.list != nil {
			l.list(r, body, "")
		}
	case Trailing(body):
		f.Format = "zip"
		r.zip(body, "")
	default:
		f.Flags |= content.Broken
	}
	if b.Bytes == 0 || b.Steps == 0 {
		f.Flags |= content.OverBudget
	}
}

// A reader lists one file and those inside.
type reader struct {
	found     *content.Found
	passwords []string
	budget    *content.Budget
	name      string
	depth     int
	sniffed   int
	open      func(path string, data []byte)
	opened    int
}

// wanted tells whether a file is to be unpacked for another decoder.
func (r *reader) wanted(name string) bool {
	return r.open != nil && r.opened < maxOpened && documents[strings.ToLower(path.Ext(name))]
}

// documents are the extensions of what other decoders read: documents, pages,
// messages, calendars, shortcuts, notebooks and images.
var documents = extensions(".pdf .doc .docx .docm .dot .dotx .dotm .rtf .xls .xlsx .xlsm .xlsb .xlam .ppt .pptx .pptm .ppsx .ppsm .odt .ods .odp .slk " +
	".htm .html .shtml .xhtml .mht .svg .eml .ics .vcf .txt .url .lnk .one .png .jpg .jpeg .gif .bmp .webp .tif .tiff")

func extensions(list string) map[string]bool {
	m := map[string]bool{}
	for ext := range strings.FieldsSeq(list) {
		m[ext] = true
	}
	return m
}

// hand gives a file that was unpacked to whoever reads it.
func (r *reader) hand(name string, data []byte) {
	if len(data) > 0 && r.wanted(name) {
		r.opened++
		r.open(name, data)
	}
}

// add notes a name; false means that the limit was reached.
func (r *reader) add(name string) bool {
	if escapes(name) {
		r.found.Flags |= content.Traversal
	}
	if !content.Spend(&r.budget.Steps, 1) {
		r.found.Flags |= content.OverBudget
		return false
	}
	return r.found.AddName(name)
}

// zip lists a ZIP archive.
func (r *reader) zip(body []byte, prefix string) {
	z := ReadZip(body, r.budget)
	passwords := r.passwords
	for i := range z.Files {
		f := &z.Files[i]
		if !r.add(prefix + f.Name) {
			break
		}
		if !f.Encrypted {
			r.inner(z, f, prefix)
			continue
		}
		if r.sniffed >= maxSniffed || strings.HasSuffix(f.Name, "/") {
			continue
		}
		r.sniffed++
		data, password, ok := z.Unlock(f, passwords, r.budget)
		if !ok {
			passwords = nil // that do not open the first file
			continue
		}
		passwords = []string{password}
		r.found.Flags |= content.Opened
		r.sniff(data)
		r.hand(prefix+f.Name, data)
		r.descend(data, prefix+f.Name)
	}
	r.found.Flags |= z.Flags
}

// inner looks at a file of an archive that is not encrypted.
func (r *reader) inner(z *Zip, f *File, prefix string) {
	if r.depth < maxNesting && packed(f.Name) {
		r.descend(z.Open(f, maxInner, r.budget), prefix+f.Name)
		return
	}
	if r.wanted(f.Name) {
		data := z.Open(f, maxInner, r.budget)
		r.sniff(data)
		r.hand(prefix+f.Name, data)
		return
	}
	if r.sniffed < maxSniffed && len(f.data) > 0 {
		r.sniffed++
		trial := Zip{} // a file that is cut at its beginning is not damaged
		r.sniff(trial.Open(f, sniffed, r.budget))
	}
}

// sniffed is how many bytes tell what a file is.
const sniffed = 64

// sniff notes a program by its first bytes.
func (r *reader) sniff(data []byte) {
	if len(data) > sniffed/2 && program(data) {
		r.found.Flags |= content.Program
	}
}

// program tells of the formats of programs: PE, ELF, Mach-O, shell links.
func program(b []byte) bool {
	for _, mark := range [...]string{"MZ", "\x7fELF", "\xcf\xfa\xed\xfe", "\xce\xfa\xed\xfe", "\xca\xfe\xba\xbe", "\x4c\x00\x00\x00\x01\x14\x02\x00"} {
		if len(b) >= len(mark) && string(b[:len(mark)]) == mark {
			return true
		}
	}
	return false
}

// packed tells by its name whether a file is an archive.
func packed(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".zip", ".jar", ".tar", ".gz", ".tgz", ".7z", ".rar", ".iso", ".img", ".vhd", ".vhdx", ".cab", ".bz2", ".xz", ".txz", ".arj", ".lzh":
		return true
	}
	return false
}

// descend lists an archive inside an archive.
func (r *reader) descend(body []byte, name string) {
	if r.depth >= maxNesting || len(body) == 0 {
		return
	}
	l := formatOf(body)
	if l == nil || l.list == nil {
		return
	}
	r.depth++
	outer := r.name
	r.name = path.Base(name)
	l.list(r, body, name+"/")
	r.name = outer
	r.depth--
}

// unpack reads a decompressor as far as the budget goes.
func (r *reader) unpack(from io.Reader) []byte {
	limit := min(maxInner, r.budget.Bytes)
	out, err := io.ReadAll(io.LimitReader(from, int64(limit)+1))
	if err != nil {
		r.found.Flags |= content.Broken
	}
	if len(out) > limit {
		r.found.Flags |= content.OverBudget
		out = out[:limit]
	}
	content.Spend(&r.budget.Bytes, len(out))
	return out
}

// gzip names the one file in a gzip file (RFC 1952), or the files of a tar in
// it.
func (r *reader) gzip(body []byte, prefix string) {
	z, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		r.found.Flags |= content.Broken
		return
	}
	r.one(r.unpack(z), z.Name, prefix)
}

func (r *reader) bzip2(body []byte, prefix string) {
	r.one(r.unpack(bzip2.NewReader(bytes.NewReader(body))), "", prefix)
}

// one names the one file that a compressed file holds.
func (r *reader) one(out []byte, name, prefix string) {
	if name == "" {
		name = r.name
		for _, ext := range [...]string{".gz", ".tgz", ".bz2", ".xz"} {
			name = strings.TrimSuffix(name, ext)
		}
	}
	if at(257, "ustar")(out) {
		r.tar(out, prefix)
		return
	}
	name = fileName([]byte(name))
	if r.add(prefix + name) {
		r.sniff(out)
		r.hand(prefix+name, out)
		r.descend(out, prefix+name)
	}
}

// tar lists a tar file.
func (r *reader) tar(body []byte, prefix string) {
	t := tar.NewReader(bytes.NewReader(body))
	for {
		h, err := t.Next()
		if err != nil {
			if err != io.EOF {
				r.found.Flags |= content.Broken
			}
			return
		}
		name := prefix + fileName([]byte(h.Name))
		if !r.add(name) {
			return
		}
		switch {
		case r.depth < maxNesting && packed(name):
			r.descend(r.unpack(t), name)
		case r.wanted(name):
			r.hand(name, r.unpack(t))
		}
	}
}

// fileName is a name in UTF-8 and on one line. Of one that is too long the
// end stays, where its extension is.
func fileName(b []byte) string {
	s := strings.ToValidUTF8(string(b), "\x00")
	if strings.Contains(s, "\x00") {
		if end := bytes.IndexByte(b, 0); end >= 0 {
			b = b[:end] // what stands behind it is not shown
		}
		s = string(b)
		if decoded, err := charmap.CodePage437.NewDecoder().Bytes(b); err == nil && strings.ToValidUTF8(s, "") != s {
			s = string(decoded)
		}
	}
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == 0x2028 || r == 0x2029 {
			return ' '
		}
		return r
	}, s)
	return strings.ToValidUTF8(s[max(0, len(s)-maxName):], "")
}
