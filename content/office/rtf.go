package office

import (
	"bytes"
	"encoding/binary"
	"strings"

	"postern/content"
)

// Limits of RTF.
const (
	maxGroups  = 200     // deep
	maxObject  = 2 << 20 // bytes of one object
	maxObjects = 50
	maxTricks  = 20 // odd control words before a file counts as obscured
)

// A target is where the text of a group goes.
type target uint8

const (
	toText target = iota
	toNothing
	toObject // hexadecimal digits of an object
	toClass
	toField
	toTemplate
)

// A group is what its end gives back.
type group struct {
	to   target
	skip int // letters that stand for one \u
}

// An rtfReader reads one file.
type rtfReader struct {
	*decoder
	stack   []group
	now     group
	object  []byte
	half    byte // a digit that waits for its second; none where it is noDigit
	other   strings.Builder
	pending int // letters to skip
	tricks  int
	objects int
}

// quiet are the groups whose text the reader does not see.
var quiet = map[string]bool{
	"fonttbl": true, "colortbl": true, "stylesheet": true, "info": true, "pict": true, "generator": true, "themedata": true, "datastore": true,
	"colorschememapping": true, "latentstyles": true, "listtable": true, "listoverridetable": true, "rsidtbl": true, "xmlnstbl": true, "filetbl": true,
	"revtbl": true, "bkmkstart": true, "bkmkend": true, "nonshppict": true, "datafield": true, "fchars": true, "lchars": true, "pgptbl": true,
}

// rtf reads a file in the Rich Text Format.
func (d *decoder) rtf(body []byte) {
	if i := bytes.Index(body[:min(len(body), 2048)], []byte(`{\rt`)); i >= 0 && !bytes.HasPrefix(body[i:], []byte(`{\rtf1`)) {
		d.found.Flags |= content.Obscured // Word opens {\rt as well
	}
	r := rtfReader{decoder: d, half: noDigit}
	r.now.skip = 1
	for i := 0; i < len(body); {
		if r.now.to != toObject && !content.Spend(&d.budget.Steps, 1) {
			break
		}
		switch c := body[i]; c {
		case '{':
			i++
			r.open()
		case '}':
			i++
			r.shut()
		case '\\':
			i = r.control(body, i+1)
		case '\r', '\n':
			i++
		default:
			end := i + 1
			for end < len(body) && !special(body[end]) {
				end++
			}
			r.text(body[i:end])
			i = end
		}
	}
	r.finish()
	if r.tricks > maxTricks {
		d.found.Flags |= content.Obscured
	}
}

func special(c byte) bool { return c == '{' || c == '}' || c == '\\' || c == '\r' || c == '\n' }

func (r *rtfReader) open() {
	if len(r.stack) < maxGroups {
		r.stack = append(r.stack, r.now)
	} else {
		r.tricks++
	}
	if r.now.to == toObject {
		r.tricks++ // groups inside of digits
	}
}

func (r *rtfReader) shut() {
	if len(r.stack) == 0 {
		return
	}
	before := r.stack[len(r.stack)-1]
	r.stack = r.stack[:len(r.stack)-1]
	if r.now.to != before.to {
		r.finish()
	}
	r.now = before
}

// finish uses what a group gathered.
func (r *rtfReader) finish() {
	text := r.other.String()
	switch r.now.to {
	case toObject:
		r.embedded(r.object)
		r.object, r.half = nil, noDigit
	case toClass:
		r.class(text)
	case toField:
		r.field(text)
	case toTemplate:
		text = strings.TrimSpace(text)
		if lower := strings.ToLower(text); strings.HasPrefix(lower, "http") || strings.HasPrefix(text, `\\`) {
			r.found.Flags |= content.Template
			r.found.AddLink(text, "", content.ViaRelation)
		}
	case toText, toNothing:
		return
	}
	r.other.Reset()
}

// class notes what kind of object it is, by its name.
func (r *rtfReader) class(name string) {
	switch lower := strings.ToLower(strings.TrimSpace(name)); {
	case strings.HasPrefix(lower, "equation"):
		r.found.Flags |= content.Equation
	case strings.HasPrefix(lower, "otkloadr"), strings.HasPrefix(lower, "htmlfile"):
		r.found.Flags |= content.Suspicious
	}
}

// control reads a control word or symbol; i is behind the backslash.
func (r *rtfReader) control(body []byte, i int) int {
	if i >= len(body) {
		return i
	}
	start := i
	for i < len(body) && (body[i]|0x20) >= 'a' && (body[i]|0x20) <= 'z' {
		i++
	}
	if i == start {
		return r.symbol(body, i)
	}
	word := string(body[start:min(i, start+40)])
	if i-start > 32 {
		r.tricks++
	}
	number, from := 0, i
	negative := i < len(body) && body[i] == '-'
	if negative {
		i++
	}
	for i < len(body) && body[i] >= '0' && body[i] <= '9' {
		if number < 1<<30/10 {
			number = number*10 + int(body[i]-'0')
		}
		i++
	}
	if i-from > 10 {
		r.tricks++
	}
	if negative {
		number = -number
	}
	if i < len(body) && body[i] == ' ' {
		i++
	}
	if word == "bin" && number > 0 {
		end := min(i+number, len(body))
		if r.now.to == toObject {
			r.object = append(r.object, body[i:end]...)
			r.tricks += 5
		}
		return end
	}
	r.word(word, number, i > from && number != 0)
	return i
}

// symbol reads a control symbol.
func (r *rtfReader) symbol(body []byte, i int) int {
	switch c := body[i]; c {
	case '\'':
		if i+3 <= len(body) {
			hi, lo := digit(body[i+1]), digit(body[i+2])
			if hi < 16 && lo < 16 {
				if r.now.to == toObject {
					r.tricks++
					r.half = noDigit // Word drops the digit that waits
				} else {
					r.text([]byte{hi<<4 | lo})
				}
				return i + 3
			}
		}
		return i + 1
	case '*':
		return i + 1
	case '~', '\r', '\n':
		r.text([]byte(" "))
	case '\\', '{', '}':
		r.text([]byte{c})
	}
	return i + 1
}

// word acts upon a control word.
func (r *rtfReader) word(word string, number int, _ bool) {
	to := r.now.to
	switch word {
	case "objdata":
		r.now.to = toObject
	case "objclass":
		r.now.to = toClass
	case "objupdate", "objautlink":
		r.found.Flags |= content.OnOpen
	case "objocx":
		r.found.Flags |= content.ActiveX
	case "template":
		r.now.to = toTemplate
	case "fldinst":
		r.now.to = toField
	case "fldrslt":
		r.now.to = toText
	case "par", "line", "row", "page":
		r.text([]byte("\n"))
	case "tab", "cell":
		r.text([]byte(" "))
	case "uc":
		r.now.skip = max(0, min(number, 10))
	case "u":
		letter := rune(number & 0xffff) // negative above 32767
		switch to {
		case toText:
			r.write(string(letter))
		case toField:
			r.other.WriteRune(letter)
		case toNothing, toObject, toClass, toTemplate:
		}
		r.pending = r.now.skip
	default:
		if quiet[word] {
			r.now.to = toNothing
		} else if to == toObject && word != "mmath" {
			r.tricks++
		}
	}
}

// text takes the letters between control words.
func (r *rtfReader) text(s []byte) {
	if r.pending > 0 {
		n := min(r.pending, len(s))
		s = s[n:]
		r.pending -= n
	}
	switch r.now.to {
	case toText:
		r.write(narrow(s))
	case toObject:
		r.digits(s)
	case toClass, toField, toTemplate:
		if r.other.Len() < maxField {
			r.other.Write(s)
		}
	case toNothing:
	}
}

// digits gathers the bytes of an object.
func (r *rtfReader) digits(s []byte) {
	if len(r.object)+len(s)/2 > maxObject || !content.Spend(&r.budget.Bytes, len(s)/2) {
		r.found.Flags |= content.OverBudget
		return
	}
	for _, c := range s {
		v := digit(c)
		switch {
		case v == noDigit:
			if c > ' ' {
				r.tricks++
			}
		case r.half == noDigit:
			r.half = v
		default:
			r.object = append(r.object, r.half<<4|v)
			r.half = noDigit
		}
	}
}

// noDigit stands for what is no hexadecimal digit.
const noDigit = 0xff

func digit(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return c - '0'
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10
	}
	return noDigit
}

// embedded reads an object of OLE 1 (MS-OLEDS §2.2.5).
func (r *rtfReader) embedded(data []byte) {
	f := r.found
	f.Flags |= content.Object | content.Embedded
	if len(data) < 8 || r.objects >= maxObjects {
		return
	}
	r.objects++
	c := data[8:]
	next := func() []byte {
		if len(c) < 4 {
			c = nil
			return nil
		}
		n := uint64(binary.LittleEndian.Uint32(c))
		c = c[4:]
		if n > uint64(len(c)) {
			n = uint64(len(c))
		}
		out := c[:n]
		c = c[n:]
		return out
	}
	class := strings.ToLower(strings.TrimRight(string(next()), "\x00"))
	next()
	next()
	if strings.HasPrefix(class, "equation") {
		f.Flags |= content.Equation
	}
	inner := next()
	if at := bytes.Index(data, []byte(compoundMagic)); at >= 0 {
		r.decode(data[at:])
	} else if class == "package" && len(inner) > 6 {
		r.native(append(make([]byte, 4), inner...))
	}
	for _, url := range wideAddresses(data) {
		f.Flags |= content.Template
		f.AddLink(url, "", content.ViaRelation)
	}
}
