package parse

import (
	"bytes"
	"iter"
	"strings"
)

// Field gives the value of the first field of that name, compared without
// regard to case.
func (m *Message) Field(name string) (value string, ok bool) {
	for v := range m.Fields(name) {
		return v, true
	}
	return "", false
}

// Fields gives the values of all fields of that name, topmost first.
func (m *Message) Fields(name string) iter.Seq[string] { return fieldValues(m.Header, name) }

func fieldValues(fields []Field, name string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for i := range fields {
			if strings.EqualFold(fields[i].Name, name) && !yield(fields[i].Value) {
				return
			}
		}
	}
}

// header reads a header block from pos on: its fields, appended to fields,
// and the offset of the body. The block ends at an empty line, at a delimiter
// of an open multipart, or where text begins that cannot be a field.
func (c *content) header(fields []Field, pos int) ([]Field, int) {
	start, had := pos, len(fields)
	for pos < len(c.raw) {
		end := lineEnd(c.raw, pos)
		line := trimEOL(c.raw[pos:end])
		if len(line) == 0 {
			return fields, end
		}
		if i, _ := c.delimiter(line); i >= 0 {
			return fields, pos
		}
		n := fieldName(line)
		switch {
		case n > 0:
			end = c.fieldEnd(end)
			if len(fields)-had >= c.lim.Fields || end-start > c.lim.HeaderBytes {
				c.defect(OverLimit)
				break
			}
			fields = append(fields, Field{
				Name: strings.TrimRight(c.src[pos:pos+n], " \t"), Value: unfold(c.src[pos+n+1 : end]), Start: pos, End: end,
			})
		case bytes.HasPrefix(line, []byte("From ")) && pos == 0, bytes.HasPrefix(line, []byte(">From ")): // mbox
		case c.fieldFollows(end):
			c.defect(BadField)
		default: // no empty line before the body
			c.defect(BadField)
			return fields, pos
		}
		pos = end
	}
	return fields, pos
}

// fieldEnd is the offset behind the continuation lines at pos (RFC 5322
// §2.2.3), those among them that lost their leading space.
func (c *content) fieldEnd(pos int) int {
	for pos < len(c.raw) {
		end := lineEnd(c.raw, pos)
		switch line := c.raw[pos:end]; {
		case line[0] == ' ' || line[0] == '\t':
		case isLostFold(c.raw[:pos], line):
			c.defect(BadField)
		default:
			return pos
		}
		pos = end
	}
	return pos
}

// fieldFollows reports whether the header goes on at pos, where up to two
// more junk lines may stand.
func (c *content) fieldFollows(pos int) bool {
	for range 3 {
		if pos >= len(c.raw) {
			return false
		}
		end := lineEnd(c.raw, pos)
		line := c.raw[pos:end]
		if line[0] == ' ' || line[0] == '\t' || fieldName(line) > 0 {
			return true
		}
		if len(trimEOL(line)) == 0 {
			return false
		}
		pos = end
	}
	return false
}

// fieldName is the length of the name before the colon, with the space that
// RFC 5322 §4.5 allows behind it; 0 where line is no field.
func fieldName(line []byte) int {
	colon := bytes.IndexByte(line, ':')
	if colon <= 0 {
		return 0
	}
	for _, b := range bytes.TrimRight(line[:colon], " \t") {
		if b <= ' ' || b >= 0x7f {
			return 0
		}
	}
	if line[0] == ' ' || line[0] == '\t' {
		return 0
	}
	return colon
}

// isLostFold reports a parameter on a line of its own without a leading
// space: what stands before ends in ";" and the line looks like name=value.
func isLostFold(before, line []byte) bool {
	eq := bytes.IndexByte(line, '=')
	return eq > 0 && bytes.HasSuffix(trimEOL(before), []byte(";")) && !bytes.ContainsAny(line[:eq], ": \t\"")
}

// unfold takes the line ends out of a field body and cuts the space around it.
func unfold(s string) string {
	s = strings.TrimSpace(s)
	if strings.IndexByte(s, '\n') < 0 {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for line := range strings.Lines(s) {
		b.WriteString(bareLine(line))
	}
	return b.String()
}

// lineEnd is the offset behind the line that begins at pos.
func lineEnd(raw []byte, pos int) int {
	if i := bytes.IndexByte(raw[pos:], '\n'); i >= 0 {
		return pos + i + 1
	}
	return len(raw)
}

// bareLine is line without the returns and line feeds at its end.
func bareLine(line string) string {
	n := len(line)
	for n > 0 && (line[n-1] == '\n' || line[n-1] == '\r') {
		n--
	}
	return line[:n]
}

func trimEOL(line []byte) []byte {
	line = bytes.TrimSuffix(line, []byte("\n"))
	return bytes.TrimSuffix(line, []byte("\r"))
}

// once are the fields that may stand only once (RFC 5322 §3.6, RFC 2045 §3).
const once = " date sender reply-to to cc bcc message-id in-reply-to references subject " +
	"mime-version content-type content-transfer-encoding content-disposition content-id "

// fields takes from the header what the message says about itself.
func (c *content) fields() {
	m, seen := c.m, map[string]bool{}
	froms := 0
	for i := range m.Header {
		f := &m.Header[i]
		name := strings.ToLower(f.Name)
		if is8bit(f.Value) {
			c.defect(EightBitHeader)
		}
		if name == "from" {
			froms++
			c.mailboxes(&m.From, f.Value)
			continue
		}
		if !strings.Contains(once, " "+name+" ") {
			continue
		}
		again := seen[name]
		if seen[name] = true; again {
			c.defect(RepeatedField)
		}
		c.field(name, f.Value, again)
	}
	switch {
	case len(m.Header) == 0:
		c.defect(NoHeader)
	case froms == 0:
		c.defect(NoFrom)
	case froms > 1:
		c.defect(ManyFrom)
	}
}

// field reads one known field. Of the address fields all are read, of the
// others the first one counts.
func (c *content) field(name, value string, again bool) {
	m := c.m
	value = toUTF8(value)
	switch name {
	case "sender":
		c.mailboxes(&m.Sender, value)
	case "reply-to":
		c.mailboxes(&m.ReplyTo, value)
	case "to":
		c.mailboxes(&m.To, value)
	case "cc":
		c.mailboxes(&m.Cc, value)
	}
	if again {
		return
	}
	switch name {
	case "subject":
		m.Subject = c.words(value)
	case "message-id":
		m.MessageID = strings.Trim(value, "<> \t")
		if ids := messageIDs(value); len(ids) > 0 {
			m.MessageID = ids[0]
		}
		m.MessageID = oneLine(m.MessageID)
	case "in-reply-to":
		m.InReplyTo = messageIDs(value)
	case "references":
		m.References = messageIDs(value)
	case "date":
		date, ok := parseDate(value)
		if !ok {
			c.defect(BadDate)
		}
		m.Date = date
	}
}

func (c *content) mailboxes(list *[]Mailbox, value string) {
	all, ok, over := mailboxes(*list, toUTF8(value), c.lim.Addresses)
	if !ok {
		c.defect(BadAddress)
	}
	if over {
		c.defect(OverLimit)
	}
	*list = all
}

// words decodes unstructured text (RFC 5322 §2.2.1) with its encoded-words.
func (c *content) words(value string) string {
	s, ok := decodeWords(value)
	if !ok {
		c.defect(BadEncodedWord)
	}
	return s
}

// messageIDs gives what stands in angle brackets (RFC 5322 §3.6.4).
func messageIDs(s string) []string {
	var ids []string
	for {
		_, after, found := strings.Cut(s, "<")
		if !found {
			return ids
		}
		id, rest, found := strings.Cut(after, ">")
		if !found {
			return ids
		}
		ids, s = append(ids, oneLine(strings.TrimSpace(id))), rest
	}
}
