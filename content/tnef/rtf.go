package tnef

import (
	"encoding/binary"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
)

// dictionary is what compressed RTF may refer to from its start (MS-OXRTFCP
// §2.1.2.1).
const dictionary = "{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript " +
	"\\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par " +
	"\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"

const (
	compressed   = 0x75465a4c // "LZFu"
	uncompressed = 0x414c454d // "MELA"
)

// decompress undoes the compression of RTF (MS-OXRTFCP §3.1), giving at most
// limit bytes; nil where it is not of that form.
func decompress(data []byte, limit int) []byte {
	if len(data) < 16 {
		return nil
	}
	kind, data := binary.LittleEndian.Uint32(data[8:]), data[16:]
	switch kind {
	case uncompressed:
		return data[:min(len(data), limit)]
	case compressed:
	default:
		return nil
	}
	const window = 4096
	out := make([]byte, len(dictionary), len(dictionary)+min(limit, 4*len(data)))
	copy(out, dictionary)
	limit += len(dictionary)
	for len(data) > 0 && len(out) < limit {
		control := data[0]
		data = data[1:]
		for bit := range 8 {
			if len(out) >= limit {
				break
			}
			if control>>bit&1 == 0 {
				if len(data) == 0 {
					break
				}
				out, data = append(out, data[0]), data[1:]
				continue
			}
			if len(data) < 2 {
				return out[len(dictionary):]
			}
			ref := int(binary.BigEndian.Uint16(data))
			data = data[2:]
			at, n := ref>>4, ref&0xf+2
			back := (len(out) - at) & (window - 1) // how far behind the write position
			if back == 0 {
				return out[len(dictionary):] // the end
			}
			if back > len(out) {
				return out[len(dictionary):]
			}
			for range n {
				out = append(out, out[len(out)-back])
			}
		}
	}
	return out[len(dictionary):min(len(out), limit)]
}

// readRTF gives the text of RTF, at most limit bytes, or the HTML that it was
// made from (MS-OXRTFEX §2.1).
func readRTF(rtf []byte, limit int) (text string, isHTML bool) {
	r := rtfReader{src: rtf, page: charmap.Windows1252, limit: limit}
	head := string(rtf[:min(len(rtf), 512)])
	r.html = strings.Contains(head, `\fromhtml1`)
	r.state.skipped = 1
	for r.pos < len(r.src) && r.out.Len() < limit {
		r.step()
	}
	r.flush()
	return strings.TrimSpace(r.out.String()), r.html
}

// maxGroups bounds the nesting of groups.
const maxGroups = 500

// An rtfReader reads RTF.
type rtfReader struct {
	src    []byte
	pos    int
	limit  int
	html   bool
	page   encoding.Encoding
	state  rtfState
	groups []rtfState
	deeper int // groups that were too deep
	narrow []byte
	out    strings.Builder
	unread int // characters to skip behind a \u
}

// An rtfState is what a group restores when it ends.
type rtfState struct {
	skip    bool // no text: fonts, colours, pictures
	tag     bool // HTML as it was
	htmlrtf bool // RTF that stands for HTML
	skipped int  // how many characters stand behind \u for old readers
}

func (r *rtfReader) step() {
	c := r.src[r.pos]
	r.pos++
	switch c {
	case '{':
		if len(r.groups) < maxGroups {
			r.groups = append(r.groups, r.state)
		} else {
			r.deeper++
		}
	case '}':
		switch {
		case r.deeper > 0:
			r.deeper--
		case len(r.groups) > 0:
			r.state = r.groups[len(r.groups)-1]
			r.groups = r.groups[:len(r.groups)-1]
		}
		r.unread = 0
	case '\\':
		r.control()
	case '\r', '\n', 0:
	default:
		r.write(c)
	}
}

// write takes a character in the code page.
func (r *rtfReader) write(c byte) {
	if r.unread > 0 {
		r.unread--
		return
	}
	if !r.silent() {
		r.narrow = append(r.narrow, c)
	}
}

// silent reports that what stands here is not shown.
func (r *rtfReader) silent() bool {
	return r.state.skip || r.html && r.state.htmlrtf
}

func (r *rtfReader) flush() {
	if len(r.narrow) > 0 {
		r.out.WriteString(decode(r.page, r.narrow))
		r.narrow = r.narrow[:0]
	}
}

func (r *rtfReader) text(s string) {
	if !r.silent() {
		r.flush()
		r.out.WriteString(s)
	}
}

// control reads what follows a backslash.
func (r *rtfReader) control() {
	if r.pos >= len(r.src) {
		return
	}
	c := r.src[r.pos]
	if c|0x20 < 'a' || c|0x20 > 'z' {
		r.pos++
		r.symbol(c)
		return
	}
	start := r.pos
	for r.pos < len(r.src) && r.pos < start+32 && r.src[r.pos]|0x20 >= 'a' && r.src[r.pos]|0x20 <= 'z' {
		r.pos++
	}
	word := string(r.src[start:r.pos])
	n, sign, has := 0, 1, false
	if r.pos < len(r.src) && r.src[r.pos] == '-' {
		sign = -1
		r.pos++
	}
	for r.pos < len(r.src) && r.src[r.pos] >= '0' && r.src[r.pos] <= '9' {
		if n < 1<<24 {
			n = n*10 + int(r.src[r.pos]-'0')
		}
		has = true
		r.pos++
	}
	if r.pos < len(r.src) && r.src[r.pos] == ' ' {
		r.pos++
	}
	r.word(word, sign*n, has)
}

func (r *rtfReader) symbol(c byte) {
	switch c {
	case '\'':
		if r.pos+2 <= len(r.src) {
			if h, l := unhex(r.src[r.pos]), unhex(r.src[r.pos+1]); h < 16 && l < 16 {
				r.write(h<<4 | l)
			}
			r.pos += 2
		}
	case '~':
		r.text("\u00a0")
	case '*':
		r.state.skip = true // a destination that old readers may not know
	case '\\', '{', '}':
		r.write(c)
	case '\r', '\n':
		r.text("\n")
	}
}

func (r *rtfReader) word(word string, n int, has bool) {
	switch word {
	case "fonttbl", "colortbl", "stylesheet", "info", "pict", "object", "header", "footer", "themedata", "listtable", "filetbl", "datastore":
		r.state.skip = true
	case "htmltag":
		r.state.skip, r.state.tag = false, true
	case "mhtmltag":
		r.state.skip = true
	case "htmlrtf":
		r.state.htmlrtf = !has || n != 0
	case "ansicpg":
		if enc := codePage(uint32(max(n, 0))); enc != nil { //nolint:gosec // at most 2^24 tens
			r.flush()
			r.page = enc
		}
	case "uc":
		r.state.skipped = max(0, min(n, 8))
	case "u":
		if n < 0 {
			n += 1 << 16
		}
		r.text(string(rune(n))) //nolint:gosec // at most 2^24 tens
		r.unread = r.state.skipped
	case "par", "line", "row", "sect", "page":
		r.text("\n")
	case "tab", "cell":
		r.text("\t")
	case "lquote", "rquote":
		r.text("'")
	case "ldblquote", "rdblquote":
		r.text(`"`)
	case "endash", "emdash":
		r.text("-")
	case "bullet":
		r.text("*")
	}
}

func unhex(c byte) byte {
	switch {
	case '0' <= c && c <= '9':
		return c - '0'
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10
	}
	return 0xff
}
