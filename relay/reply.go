package relay

import (
	"bufio"
	"errors"
	"fmt"
	"strings"
)

// Limits on what a next hop may say. RFC 5321 §4.5.3.1.5 grants a reply line
// 512 octets; many servers send more.
const (
	maxReplyLine  = 4096 // octets, also the size of the read buffer
	maxReplyLines = 128
	maxReplyText  = 400 // octets of Reply.Text: with its codes it fits a line of 512
)

var errMalformed = errors.New("malformed reply")

// readReply reads one reply, however many lines it has (RFC 5321 §4.2.1). each,
// where given, gets the text of every line.
func readReply(r *bufio.Reader, each func(text string)) (Reply, error) {
	var reply Reply
	var text strings.Builder
	for range maxReplyLines {
		line, err := r.ReadSlice('\n')
		if err != nil {
			if errors.Is(err, bufio.ErrBufferFull) {
				return Reply{}, fmt.Errorf("%w: line too long", errMalformed)
			}
			return Reply{}, err
		}
		code, rest, last, ok := splitReplyLine(line)
		if !ok || reply.Code != 0 && code != reply.Code {
			return Reply{}, errMalformed
		}
		reply.Code = code
		enhanced, rest := cutEnhanced(code, rest)
		if enhanced != [3]int{} {
			reply.Enhanced = enhanced
		}
		if each != nil {
			each(rest)
		}
		if text.Len() < maxReplyText && rest != "" {
			text.WriteString(rest + " ")
		}
		if last {
			reply.Text = strings.TrimSpace(text.String()[:min(text.Len(), maxReplyText)])
			return reply, nil
		}
	}
	return Reply{}, fmt.Errorf("%w: too many lines", errMalformed)
}

// splitReplyLine takes "250-text CRLF" apart. The text is printable ASCII
// afterwards: it goes on to our client and into logs.
func splitReplyLine(line []byte) (code int, text string, last, ok bool) {
	n := len(line) - 2
	if n < 3 || line[n] != '\r' {
		return 0, "", false, false
	}
	for _, c := range line[:3] {
		if c < '0' || c > '9' {
			return 0, "", false, false
		}
		code = code*10 + int(c-'0')
	}
	if code < 200 || code > 599 {
		return 0, "", false, false
	}
	if n == 3 { // the text may be left out (RFC 5321 §4.2)
		return code, "", true, true
	}
	if line[3] != ' ' && line[3] != '-' {
		return 0, "", false, false
	}
	return code, printable(line[4:n]), line[3] == ' ', true
}

func printable(b []byte) string {
	s := make([]byte, len(b))
	for i, c := range b {
		if c < ' ' || c > '~' {
			c = '?'
		}
		s[i] = c
	}
	return strings.TrimSpace(string(s))
}

// cutEnhanced splits an enhanced status code (RFC 2034 §4) off text. Its class
// has to agree with the code.
func cutEnhanced(code int, text string) (enhanced [3]int, rest string) {
	word, rest, _ := strings.Cut(text, " ")
	for i := range enhanced {
		digits, more, dot := strings.Cut(word, ".")
		if dot != (i < 2) || digits == "" || len(digits) > 3 {
			return [3]int{}, text
		}
		for _, c := range digits {
			if c < '0' || c > '9' {
				return [3]int{}, text
			}
			enhanced[i] = enhanced[i]*10 + int(c-'0')
		}
		word = more
	}
	if enhanced[0] != code/100 {
		return [3]int{}, text
	}
	return enhanced, strings.TrimLeft(rest, " ")
}

// temporary is a reply as our client may hear it. A 421 announces the end of
// the connection that it came by, and that is ours, not the client's.
func (r Reply) temporary() Reply {
	if r.Code == 421 {
		r.Code = 451
	}
	return r
}
