package smtpd

import "bytes"

// A flaw is something in a message that may not travel by SMTP, since the next
// hop might take it for a line end, or for the end (RFC 5321 §2.3.8, §4.1.1.4).
type flaw uint8

const (
	bareLF flaw = 1 << iota
	bareCR
	nul
)

// dots reads the content of DATA in blocks: it finds the end, drops the dots
// that the client stuffed, and notes flaws on the way. The end is CRLF.CRLF
// and nothing else. Others have taken LF.LF or LF.CRLF for it as well, and so
// let one message carry another past us; here both are content, and flawed.
type dots struct {
	state dotState
	flaws flaw
}

// A dotState tells what stands before the next byte.
type dotState uint8

const (
	lineStart dotState = iota // CRLF, or nothing
	afterDot                  // a dot at the start of a line
	afterDotCR
	inLine
	afterCR
)

// read moves content from src to dst and tells how much. The two may overlap
// if src begins at least one byte after dst. At the end of the message it says
// so, and rest is what follows in src; otherwise all of src has been read.
func (d *dots) read(dst, src []byte) (n int, rest []byte, end bool) {
	for rest = src; len(rest) > 0 && !end; {
		first := rest[0]
		switch d.state {
		case lineStart:
			d.state = inLine
			if first == '.' { // stuffed, or the end (RFC 5321 §4.5.2)
				d.state, rest = afterDot, rest[1:]
			}
		case afterDot:
			d.state = inLine
			if first == '\r' {
				d.state, rest = afterDotCR, rest[1:]
			}
		case afterDotCR:
			if first == '\n' {
				end, rest = true, rest[1:]
				continue
			}
			d.state, d.flaws = inLine, d.flaws|bareCR
			n += copy(dst[n:], "\r")
		case afterCR, inLine:
			var line []byte
			line, rest = cutLine(rest)
			d.look(line)
			n += copy(dst[n:], line)
		}
	}
	if bytes.IndexByte(dst[:n], 0) >= 0 {
		d.flaws |= nul
	}
	return n, rest, end
}

// look checks the line ends of one line, or of the piece of it that is here.
func (d *dots) look(line []byte) {
	if d.state == afterCR {
		if line[0] == '\n' {
			d.state = lineStart
			return
		}
		d.flaws |= bareCR
	}
	last := len(line) - 1
	rightCR := len(line) // where a CR may stand
	switch {
	case bytes.HasSuffix(line, []byte(crlf)):
		d.state, rightCR = lineStart, last-1
	case line[last] == '\n':
		d.state, d.flaws = inLine, d.flaws|bareLF
	case line[last] == '\r':
		d.state, rightCR = afterCR, last
	default:
		d.state = inLine
	}
	if cr := bytes.IndexByte(line, '\r'); cr >= 0 && cr < rightCR {
		d.flaws |= bareCR
	}
}

// cutLine cuts after the first LF.
func cutLine(b []byte) (line, rest []byte) {
	if i := bytes.IndexByte(b, '\n'); i >= 0 {
		return b[:i+1], b[i+1:]
	}
	return b, nil
}

// flawsOf looks through a message that came in chunks of known size.
func flawsOf(message []byte) flaw {
	d := dots{state: inLine}
	for rest := message; len(rest) > 0; {
		var line []byte
		line, rest = cutLine(rest)
		d.look(line)
		if d.state == lineStart {
			d.state = inLine
		}
	}
	if d.state == afterCR {
		d.flaws |= bareCR
	}
	if bytes.IndexByte(message, 0) >= 0 {
		d.flaws |= nul
	}
	return d.flaws
}

// normalize appends message to out with a line end for each bare CR and each
// bare LF, and without NUL. The verdict is about the result, and the result is
// what goes on.
func normalize(out, message []byte) []byte {
	for i, c := range message {
		switch {
		case c == 0:
		case c == '\r':
			out = append(out, crlf...)
		case c != '\n':
			out = append(out, c)
		case i == 0 || message[i-1] != '\r':
			out = append(out, crlf...)
		}
	}
	return out
}

// normalSize is at least as long as what normalize makes of message.
func normalSize(message []byte) int {
	return len(message) + bytes.Count(message, []byte("\n")) + bytes.Count(message, []byte("\r")) -
		2*bytes.Count(message, []byte(crlf)) - bytes.Count(message, []byte("\x00"))
}
