package filter

import (
	"bytes"
	"fmt"
	"log/slog"
	"mime"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"postern/mailauth"
	"postern/policy"
	"postern/signals"
	"postern/store"
)

// Outgoing is a message as it goes on, in pieces: our header fields, then what
// was received without the fields that only we may write. No byte that stays
// is changed, so that signatures verify downstream.
type Outgoing [][]byte

// prefix begins the names of the fields that are ours alone.
const prefix = "X-Postern-"

// write makes the message that goes on. If that breaks it may not go on, whatever
// on_failure says: forged fields could be in it.
func (f *Filter) write(rec *Record, m Mail) (out Outgoing) {
	err := guard(func() error {
		out = append(Outgoing{f.head(rec, m)}, f.cut(m.Raw, rec.Verdict.SubjectTag)...)
		return nil
	})
	if err != nil {
		f.Log.Error("route broke", slog.String("id", m.Env.ID), slog.Any("err", err))
		rec.Verdict.Action, rec.Verdict.Rule = policy.Defer, "route broke"
	}
	return out
}

// head is the block of our own fields. Authentication-Results stands above the
// Received field of this hop (RFC 8601 §7).
func (f *Filter) head(rec *Record, m Mail) []byte {
	var b bytes.Buffer
	v := rec.Verdict
	field(&b, prefix+"Verdict", v.Would.String())
	field(&b, prefix+"Score", strconv.FormatFloat(v.Score, 'f', 4, 64))
	field(&b, prefix+"Class", v.Class.String())
	field(&b, prefix+"Id", m.Env.ID)
	if !f.Off {
		if rec.Facts.Direction() == signals.Inbound {
			field(&b, prefix+"Reasons", reasons(v))
			field(&b, prefix+"First-Contact", firstContact(rec.Facts))
		}
		field(&b, "Authentication-Results", rec.Facts.Auth.Header(f.Hostname, rec.Facts.Env))
	}
	if m.Received != "" {
		field(&b, "Received", m.Received)
	}
	return b.Bytes()
}

func reasons(v policy.Verdict) string {
	list := make([]string, len(v.Reasons))
	for i, e := range v.Reasons {
		list[i] = fmt.Sprintf("%d. %s.", i+1, capital(e.Text))
	}
	return strings.Join(list, " ")
}

// capital makes a clause begin as a sentence does. Ours begin in ASCII.
func capital(s string) string {
	if s != "" && 'a' <= s[0] && s[0] <= 'z' {
		return string(s[0]-'a'+'A') + s[1:]
	}
	return s
}

// firstContact tells what of the sender is new here; empty where history could
// not be asked.
func firstContact(facts *signals.Facts) string {
	if facts.Lacks("history") || len(facts.History.In) == 0 {
		return ""
	}
	standing := facts.Standing()
	pair := slices.ContainsFunc(facts.History.In, func(p store.Pair) bool { return !p.Verified.Known() && !p.Claimed.Known() })
	return fmt.Sprintf("address=%s; domain=%s; pair=%s", yes(!standing.Address.Known()), yes(!standing.Domain.Known()), yes(pair))
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// Bounds of a field that we write (RFC 5322 §2.1.1).
const (
	foldAt   = 78
	maxField = 4096 // what is longer is cut; ours are not that long
)

// field writes one field, folded at its spaces. Whatever value holds, no line
// break of its own and nothing but printable ASCII comes out (RFC 2047 where
// it must). An empty value writes nothing.
func field(b *bytes.Buffer, name, value string) {
	value = strings.Map(printable, value)
	if len(value) > maxField || strings.ContainsFunc(value, beyondASCII) {
		value = strings.Join(strings.Fields(value), " ")
		if len(value) > maxField {
			value = strings.ToValidUTF8(value[:maxField], "")
		}
		value = mime.QEncoding.Encode("utf-8", value)
	}
	if strings.Trim(value, " ") == "" {
		return
	}
	b.WriteString(name)
	b.WriteByte(':')
	line := len(name) + 1
	for word := range strings.FieldsSeq(value) {
		for len(word) > maxWord {
			line = put(b, word[:maxWord], line)
			word = word[maxWord:]
		}
		line = put(b, word, line)
	}
	b.WriteString("\r\n")
}

// maxWord bounds a word without spaces, so that no line passes 998 bytes.
const maxWord = 900

// put writes one word and answers the length of the line it now stands on.
func put(b *bytes.Buffer, word string, line int) int {
	if line+1+len(word) > foldAt && line > 1 {
		b.WriteString("\r\n")
		line = 0
	}
	b.WriteByte(' ')
	b.WriteString(word)
	return line + 1 + len(word)
}

func beyondASCII(r rune) bool { return r >= utf8.RuneSelf }

func printable(r rune) rune {
	if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 {
		return ' '
	}
	return r
}

// cut takes out of raw the fields that only we may write, and puts tag before
// the subject where there is one. A first line that is a continuation goes too,
// since it would continue our last field. It reads the header itself and not
// its parsed form, which has limits that a forger could pass.
func (f *Filter) cut(raw []byte, tag string) Outgoing {
	var out Outgoing
	kept := 0 // everything before is in out or cut
	for at := 0; at < len(raw) && raw[at] != '\n' && !bytes.HasPrefix(raw[at:], []byte("\r\n")); {
		end := fieldEnd(raw, at)
		name, value, _ := bytes.Cut(raw[at:end], []byte(":"))
		name = bytes.TrimRight(name, " \t\r\n")
		switch {
		case raw[at] == ' ' || raw[at] == '\t' || f.ours(name, value):
			out = append(out, raw[kept:at])
			kept = end
		case tag != "" && bytes.EqualFold(name, []byte("Subject")):
			value := end - len(value)
			out = append(out, raw[kept:value], []byte(" "+tag))
			kept, tag = value, ""
		}
		at = end
	}
	return append(out, raw[kept:])
}

// ours tells whether a field claims to be written by us.
func (f *Filter) ours(name, value []byte) bool {
	if len(name) >= len(prefix) && bytes.EqualFold(name[:len(prefix)], []byte(prefix)) {
		return true
	}
	return bytes.EqualFold(name, []byte("Authentication-Results")) && mailauth.Claims(strings.Join(strings.Fields(string(value)), " "), f.Hostname)
}

// fieldEnd is the end of the field that begins at: after the first line end
// that no continuation follows.
func fieldEnd(raw []byte, at int) int {
	for {
		n := bytes.IndexByte(raw[at:], '\n')
		if n < 0 {
			return len(raw)
		}
		at += n + 1
		if at == len(raw) || raw[at] != ' ' && raw[at] != '\t' {
			return at
		}
	}
}
