package parse

import "bytes"

// decodeUU undoes uuencode (POSIX uuencode(1)), which is no MIME encoding but
// is met as one.
func decodeUU(body []byte, limit int) (_ []byte, ok bool) {
	b, found := nextUU(body)
	if !found {
		return nil, false
	}
	return decodeUULines(body[b.lines:b.end], limit), b.whole
}

// A uuBlock is a file in a text: text[start:end], its data from lines on.
type uuBlock struct {
	name              string
	start, lines, end int
	whole             bool // with its end
}

// nextUU finds the next uuencoded file in text: a line "begin MODE NAME" with
// a line of data below it.
func nextUU(text []byte) (b uuBlock, ok bool) {
	for pos := 0; ; {
		if !bytes.HasPrefix(text[pos:], []byte("begin ")) {
			i := bytes.Index(text[pos:], []byte("\nbegin "))
			if i < 0 {
				return b, false
			}
			pos += i + 1
		}
		end := lineEnd(text, pos)
		mode, name, _ := bytes.Cut(trimEOL(text[pos+6:end]), []byte(" "))
		if isMode(mode) && len(bytes.TrimSpace(name)) > 0 && len(name) < 256 && isUULine(text[end:lineEnd(text, end)]) {
			b = uuBlock{name: oneLine(toUTF8(string(name))), start: pos, lines: end}
			b.end, b.whole = uuEnd(text, end)
			return b, true
		}
		pos = end
	}
}

// isMode reports the permissions of a file, in octal.
func isMode(mode []byte) bool {
	return (len(mode) == 3 || len(mode) == 4) && len(bytes.Trim(mode, "01234567")) == 0
}

// isUULine reports a line of data: its first character tells how many bytes
// the others hold. Trailing space may have been lost on the way.
func isUULine(line []byte) bool {
	line = trimEOL(line)
	if len(line) < 2 || line[0] <= ' ' || line[0] > '`' {
		return false
	}
	n := int(line[0]-' ') & 63
	if need := (n + 2) / 3 * 4; len(line)-1 > need+4 || len(line)-1 < n && len(line)-1 < need-8 {
		return false
	}
	for _, c := range line {
		if c < ' ' || c > '`' {
			return false
		}
	}
	return true
}

// uuEnd is where the data that begins at pos ends.
func uuEnd(text []byte, pos int) (end int, whole bool) {
	for pos < len(text) {
		end = lineEnd(text, pos)
		line := text[pos:end]
		switch trimmed := bytes.TrimSpace(trimEOL(line)); {
		case string(trimmed) == "end":
			return end, true
		case len(trimmed) == 0 || string(trimmed) == "`": // nothing more to come but "end"
		case !isUULine(line):
			return pos, false
		}
		pos = end
	}
	return len(text), false
}

// decodeUULines decodes lines of data, to at most limit bytes.
func decodeUULines(lines []byte, limit int) []byte {
	out := make([]byte, 0, min(len(lines)*3/4+3, limit+64))
	for len(lines) > 0 && len(out) < limit {
		end := lineEnd(lines, 0)
		line := trimEOL(lines[:end])
		lines = lines[end:]
		if len(line) == 0 || line[0] == '`' || string(line) == "end" {
			continue
		}
		out = appendUU(out, line)
	}
	return out[:min(len(out), limit)]
}

func appendUU(out, line []byte) []byte {
	n := int(line[0]-' ') & 63
	want := len(out) + n
	for line = line[1:]; len(out) < want && len(line) > 0; {
		var q [4]byte
		for i := range min(4, len(line)) {
			q[i] = (line[i] - ' ') & 63
		}
		out = append(out, q[0]<<2|q[1]>>4, q[1]<<4|q[2]>>2, q[2]<<6|q[3])
		line = line[min(4, len(line)):]
	}
	return out[:min(len(out), want)]
}

// withoutUU is text without the files that are uuencoded in it.
func withoutUU(text []byte) []byte {
	var out []byte
	for {
		b, ok := nextUU(text)
		if !ok {
			return append(out, text...)
		}
		out, text = append(out, text[:b.start]...), text[b.end:]
	}
}
