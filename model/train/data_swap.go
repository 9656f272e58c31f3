package train

import (
	"bytes"
	_ "embed"
	"encoding/base64"
	"io"
	"mime/quotedprintable"
	"slices"
	"strings"
	"sync"

	"postern/parse"
)

//go:embed collectors.txt
var collectorsText string

// collectors are the traces that collectors.txt lists, by kind.
var collectors = sync.OnceValue(func() map[string][]string {
	found := map[string][]string{}
	for line := range strings.Lines(collectorsText) {
		line, _, _ = strings.Cut(line, "#")
		if kind, what, ok := strings.Cut(strings.TrimSpace(line), " "); ok {
			found[kind] = append(found[kind], what)
		}
	}
	return found
})

// A swap replaces one spelling of a trace, in any case of letters.
type swap struct {
	from string // in lower case
	to   []byte
	host bool // a domain: what stands before it, up to a character that no host has, goes as well
}

// maxSwapped bounds the recipients of one message that are looked for.
const maxSwapped = 20

// swapsFor lists all spellings of those who received the message, longest
// first.
func swapsFor(m *parse.Message, rcpt parse.Address) []swap {
	var list []swap
	for _, a := range append(recipientsOf(m), collectors()["address"]...) {
		if i := strings.LastIndexByte(a, '@'); i > 0 && !strings.EqualFold(a, rcpt.String()) {
			list = append(list, spellings(strings.ToLower(a[:i]), strings.ToLower(a[i+1:]), rcpt)...)
		}
	}
	slices.SortStableFunc(list, func(a, b swap) int { return len(b.from) - len(a.from) })
	for _, d := range collectors()["domain"] {
		list = append(list, swap{from: d, to: []byte(rcpt.Domain), host: true})
	}
	for _, n := range collectors()["name"] {
		list = append(list, swap{from: strings.ToLower(n), to: []byte(rcpt.Local)})
	}
	return list
}

// spellings are the ways in which an address is written in text, links and
// envelope senders.
func spellings(local, domain string, rcpt parse.Address) (list []swap) {
	for _, at := range []string{"@", "%40", "%2540", "&#64;", "=40", "=3d40", "-at-", "="} {
		list = append(list, swap{from: local + at + domain, to: []byte(rcpt.Local + at + rcpt.Domain)})
	}
	if code := base64.StdEncoding.EncodeToString([]byte(local + "@" + domain)); len(code) >= 12 {
		cut := strings.TrimRight(code, "=")
		list = append(list, swap{from: strings.ToLower(cut), to: []byte(strings.TrimRight(base64.StdEncoding.EncodeToString([]byte(rcpt.String())), "="))})
	}
	return list
}

// recipientsOf finds who received a message: as servers noted it, or as its
// only recipient.
func recipientsOf(m *parse.Message) []string {
	var list []string
	add := func(s string) {
		s = strings.ToLower(strings.Trim(s, "<>; \t"))
		if a, ok := parse.ParseAddress(s); ok && !slices.Contains(list, a.String()) && len(list) < maxSwapped {
			list = append(list, a.String())
		}
	}
	for _, name := range []string{"Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "X-Rcpt-To", "X-Delivered-To", "X-Forwarded-To", "Apparently-To"} {
		for v := range m.Fields(name) {
			add(v)
		}
	}
	for v := range m.Fields("Received") {
		if _, rest, ok := strings.Cut(v, " for "); ok {
			word, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
			add(word)
		}
	}
	if len(m.To) == 1 {
		add(m.To[0].Address.String())
	}
	return list
}

// swapAll makes all swaps in b.
func swapAll(swaps []swap, b []byte) []byte {
	low := lower(b)
	for i := range swaps {
		if !bytes.Contains(low, []byte(swaps[i].from)) {
			continue
		}
		b = swaps[i].in(b, low)
		low = lower(b)
	}
	return b
}

// in replaces s in b, whose lower case is low.
func (s *swap) in(b, low []byte) []byte {
	var out []byte
	done := 0
	for at := 0; ; {
		i := bytes.Index(low[at:], []byte(s.from))
		if i < 0 {
			return append(out, b[done:]...)
		}
		start, end := at+i, at+i+len(s.from)
		at = end
		if s.host {
			for start > done && isHostByte(low[start-1]) {
				start--
			}
		}
		out = append(append(out, b[done:start]...), s.to...)
		done = end
	}
}

func isHostByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '.'
}

// lower is b in lower case, byte by byte, so that places stay the same.
func lower(b []byte) []byte {
	low := make([]byte, len(b))
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		low[i] = c
	}
	return low
}

// replaceFold replaces what is equal but for the case of its letters.
func replaceFold(b []byte, old string, to []byte) string {
	s := swap{from: strings.ToLower(old), to: to}
	return string(s.in(b, lower(b)))
}

// readQuoted undoes quoted-printable; nil where it is broken.
func readQuoted(b []byte) []byte {
	text, err := io.ReadAll(quotedprintable.NewReader(bytes.NewReader(b)))
	if err != nil {
		return nil
	}
	return text
}

// base64Line is the length of an encoded line (RFC 2045 §6.8).
const base64Line = 76

// encode applies a transfer encoding.
func encode(encoding string, text []byte) []byte {
	var out bytes.Buffer
	switch encoding {
	case "base64":
		code := base64.StdEncoding.EncodeToString(text)
		for len(code) > 0 {
			n := min(base64Line, len(code))
			out.WriteString(code[:n] + "\r\n")
			code = code[n:]
		}
	case "quoted-printable":
		w := quotedprintable.NewWriter(&out)
		_, _ = w.Write(text) // a buffer takes all
		_ = w.Close()
		out.WriteString("\r\n")
	default:
		return text
	}
	return out.Bytes()
}
