package relay

import (
	"bytes"
	"errors"
	"io"
)

// errLineEnds refuses what receivers disagree about: a bare CR or LF can end
// the data for one and not for the other (RFC 5321 §2.3.8, §4.1.1.4), and
// NUL cuts lines short. It is the last line of defence; nothing has been sent.
var errLineEnds = errors.New("relay: message holds a bare CR, a bare LF or a NUL")

// checkLines sees to it that every CR and LF of message is part of a CRLF, and
// that there is no NUL. dots tells whether a line begins with a dot.
func checkLines(message [][]byte) (dots bool, err error) {
	cr, lf := 0, 0
	last := byte('\n') // the octet before; the first one begins a line
	for _, piece := range message {
		dots = dots || last == '\n' && len(piece) > 0 && piece[0] == '.'
		cr += bytes.Count(piece, []byte{'\r'})
		if bytes.IndexByte(piece, 0) >= 0 {
			return false, errLineEnds
		}
		for {
			i := bytes.IndexByte(piece, '\n')
			if i < 0 {
				break
			}
			if i > 0 {
				last = piece[i-1]
			}
			if last != '\r' {
				return false, errLineEnds
			}
			lf++
			last, piece = '\n', piece[i+1:]
			dots = dots || len(piece) > 0 && piece[0] == '.'
		}
		if len(piece) > 0 {
			last = piece[len(piece)-1]
		}
	}
	if cr != lf {
		return false, errLineEnds
	}
	return dots, nil
}

// is7bit tells whether message has no octet above 127.
func is7bit(message [][]byte) bool {
	for _, piece := range message {
		for _, c := range piece {
			if c > 127 {
				return false
			}
		}
	}
	return true
}

// writeData writes message as mail data: a dot that begins a line is doubled,
// and a line of one dot ends it (RFC 5321 §4.5.2). checkLines has passed, so
// that a line begins only after CRLF, and has told of dots.
func writeData(w io.Writer, message [][]byte, dots bool) error {
	last := byte('\n')
	for _, piece := range message {
		if len(piece) == 0 {
			continue
		}
		if piece[0] == '.' && last == '\n' {
			if _, err := w.Write([]byte{'.'}); err != nil {
				return err
			}
		}
		last = piece[len(piece)-1]
		for dots {
			i := bytes.Index(piece, []byte{'\n', '.'})
			if i < 0 {
				break
			}
			// Up to and with the dot, which then begins what is left.
			if _, err := w.Write(piece[:i+2]); err != nil {
				return err
			}
			piece = piece[i+1:]
		}
		if _, err := w.Write(piece); err != nil {
			return err
		}
	}
	end := "\r\n.\r\n"
	if last == '\n' {
		end = end[2:]
	}
	_, err := io.WriteString(w, end)
	return err
}
