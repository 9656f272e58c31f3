package mailbox

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"iter"
	"regexp"
	"strings"
)

var (
	mboxFrom = []byte("From ")
	// clock is the time in a "From " line, which sets it apart from prose.
	clock = regexp.MustCompile(`\d\d?:\d\d`)
)

// A Piece is one message in a file.
type Piece struct {
	Offset, Length int64
	Head           []byte // its first bytes as they stand, no more than asked for
}

// Split yields the messages of one file or stream with their first bytes, at
// most keep. Where it does not begin as an mbox it is one message.
func Split(in io.Reader, keep int) iter.Seq2[Piece, error] {
	r := bufio.NewReaderSize(in, 64<<10)
	head, _ := r.Peek(len(mboxFrom))
	mbox := bytes.Equal(head, mboxFrom)
	return func(yield func(Piece, error) bool) {
		var p Piece
		blank, whole := true, true // the line before is empty; the last piece read ended a line
		for {
			text, err := r.ReadSlice('\n')
			if mbox && blank && whole && p.Length > 0 && separates(text) {
				if !yield(p, nil) {
					return
				}
				p = Piece{Offset: p.Offset + p.Length}
			}
			if room := keep - len(p.Head); room > 0 {
				p.Head = append(p.Head, text[:min(room, len(text))]...)
			}
			p.Length += int64(len(text))
			blank = whole && len(bytes.TrimRight(text, "\r\n")) == 0
			whole = err == nil
			if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
				if errors.Is(err, io.EOF) {
					err = nil
				}
				if p.Length > 0 || err != nil {
					yield(p, err)
				}
				return
			}
		}
	}
}

// separates tells whether a line begins a message of an mbox (RFC 4155): it
// names an address or a time.
func separates(text []byte) bool {
	rest, ok := bytes.CutPrefix(text, mboxFrom)
	if !ok {
		return false
	}
	sender, _, _ := bytes.Cut(rest, []byte(" "))
	return bytes.IndexByte(sender, '@') >= 0 || clock.Match(rest)
}

// Unpack undoes what an mbox does to a message: the "From " line, whose sender
// it answers, and the ">" before such lines. It gives the message the line
// ends of the wire, if it has those of a file.
func Unpack(raw []byte) (sender string, message []byte) {
	if bytes.HasPrefix(raw, mboxFrom) {
		var from []byte
		from, raw, _ = bytes.Cut(raw, []byte("\n"))
		sender, _, _ = strings.Cut(strings.TrimSpace(string(from[len(mboxFrom):])), " ")
		raw = withoutGap(unquoted(raw))
	}
	if n := bytes.Count(raw, []byte("\n")); n == bytes.Count(raw, []byte("\r\n")) {
		return sender, raw
	}
	raw = bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n"))
	return sender, bytes.ReplaceAll(raw, []byte("\n"), []byte("\r\n"))
}

// withoutGap takes away the empty line that an mbox has after each message.
func withoutGap(raw []byte) []byte {
	if len(Header(raw)) == len(raw) {
		return raw
	}
	for _, end := range []string{"\n", "\r\n"} {
		if bytes.HasSuffix(raw, []byte(end+end)) {
			return raw[:len(raw)-len(end)]
		}
	}
	return raw
}

// unquoted takes one ">" from each line that begins with some and "From ".
func unquoted(raw []byte) []byte {
	if !bytes.Contains(raw, []byte(">From ")) {
		return raw
	}
	out := make([]byte, 0, len(raw))
	for line := range bytes.Lines(raw) {
		if line[0] == '>' && bytes.HasPrefix(bytes.TrimLeft(line, ">"), mboxFrom) {
			line = line[1:]
		}
		out = append(out, line...)
	}
	return out
}

// Header is the part of raw that a header takes, with the empty line that ends
// it where it is there.
func Header(raw []byte) []byte {
	for at := 0; at < len(raw); {
		n := bytes.IndexByte(raw[at:], '\n')
		if n < 0 {
			break
		}
		if len(bytes.TrimRight(raw[at:at+n], "\r")) == 0 {
			return raw[:at+n+1]
		}
		at += n + 1
	}
	return raw
}
