package train

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"regexp"
	"slices"
	"strings"

	"postern/mailbox"
	"postern/parse"
)

// kept lists the header fields that a sender writes, in the one order in which
// all messages get them: the order of fields, and what servers, lists and
// collectors add, tells where mail was collected and not what it is.
var kept = []string{
	"From", "To", "Cc", "Reply-To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "Auto-Submitted",
	"List-Unsubscribe", "List-Unsubscribe-Post", "MIME-Version", "Content-Language", "Content-Type",
	"Content-Transfer-Encoding", "Content-Disposition", "Content-ID",
}

// Normalise makes a message what it was before somebody collected it, as far
// as that can be done, so that nothing learns who the collector was. Whoever
// received it is rcpt. The marks of a mailing list are dropped as well.
func Normalise(raw []byte, rcpt parse.Address) []byte { return normalise(raw, rcpt, nil) }

// normalise makes more swaps than those of the recipient.
func normalise(raw []byte, rcpt parse.Address, more []swap) []byte {
	m := parse.Read(mailbox.Header(raw), parse.DefaultLimits)
	n := normaliser{msg: m, rcpt: rcpt, swaps: append(swapsFor(m, rcpt), more...)}
	n.tags, n.list = listTags(m)
	var out bytes.Buffer
	out.Grow(len(raw))
	n.header(&out)
	out.WriteString("\r\n")
	out.Write(n.body(raw))
	return out.Bytes()
}

// Shown is the message as it is judged: normalised, or as collected.
func (m *Mail) Shown(raw bool) ([]byte, error) {
	data, err := m.Load()
	if err == nil && !raw {
		data = Normalise(data, m.recipient())
	}
	return data, err
}

// A normaliser has what one message needs.
type normaliser struct {
	msg   *parse.Message
	rcpt  parse.Address
	swaps []swap
	tags  []string // names of the mailing list in subjects
	list  bool     // a discussion list has passed it on
}

// header writes the fields that are kept.
func (n *normaliser) header(out *bytes.Buffer) {
	replies, munged := n.munged()
	for _, name := range kept {
		if n.list && strings.HasPrefix(name, "List-") || munged && name == "Reply-To" {
			continue
		}
		values := slices.Collect(n.msg.Fields(name))
		if name == "Cc" && len(n.msg.Cc) == 0 {
			continue
		}
		if name == "To" {
			values = []string{n.to(values)}
		}
		for _, v := range values {
			switch name {
			case "From":
				if munged {
					v = replies
				}
			case "Cc":
				v = n.cc()
			case "Subject":
				v = n.subject(v)
			case "Message-ID":
				if strings.Contains(v, "prod.protection.outlook.com") { // made up by the collector's Exchange
					continue
				}
			}
			writeField(out, name, string(swapAll(n.swaps, []byte(v))))
		}
	}
}

// writeField writes one field, folded between words (RFC 5322 §2.2.3).
func writeField(out *bytes.Buffer, name, value string) {
	const width = 200
	out.WriteString(name + ":")
	line := len(name) + 1
	for word := range strings.FieldsSeq(value) {
		if line > len(name)+1 && line+len(word) > width {
			out.WriteString("\r\n")
			line = 0
		}
		out.WriteString(" " + word)
		line += 1 + len(word)
	}
	out.WriteString("\r\n")
}

// to names the one recipient, or nobody where the message hid him.
func (n *normaliser) to(values []string) string {
	v := strings.ToLower(strings.Join(values, ","))
	if len(n.msg.To) == 0 || strings.Contains(v, "undisclosed") {
		return "undisclosed-recipients:;"
	}
	return "<" + n.rcpt.String() + ">"
}

// cc names colleagues of the recipient in place of those who were copied.
func (n *normaliser) cc() string {
	list := []string{"<colleague1@", "<colleague2@", "<colleague3@"}[:min(3, len(n.msg.Cc))]
	return strings.Join(list, n.rcpt.Domain+">, ") + n.rcpt.Domain + ">"
}

// subject drops the tags of a list.
func (n *normaliser) subject(v string) string {
	if !n.list {
		return v
	}
	for _, tag := range n.tags {
		v = replaceFold([]byte(v), "["+tag+"]", nil)
	}
	return strings.TrimSpace(listTag.ReplaceAllString(v, "$1"))
}

// listTag is what a list writes before a subject, other than what developers
// write there themselves.
var listTag = regexp.MustCompile(`(?i)^((?:(?:re|fwd?|aw)\s*:\s*)*)\[[a-oq-z0-9][a-z0-9 _-]{1,23}\]\s*`)

// munged gives the author back that a list put into Reply-To, having put
// itself into From.
func (n *normaliser) munged() (string, bool) {
	if !n.list || len(n.msg.From) == 0 || len(n.msg.ReplyTo) == 0 {
		return "", false
	}
	from := n.msg.From[0]
	if !slices.Contains(n.tags, strings.ToLower(from.Address.Local)) && !strings.Contains(from.Name, " via ") {
		return "", false
	}
	author := n.msg.ReplyTo[0].Address.String()
	name, _, _ := strings.Cut(from.Name, " via ")
	return `"` + strings.NewReplacer(`"`, "", `\`, "").Replace(name) + `" <` + author + ">", true
}

// listTags are the names under which a mailing list shows itself.
func listTags(m *parse.Message) (tags []string, list bool) {
	for _, name := range []string{"List-Id", "List-Post", "X-Mailing-List", "X-BeenThere"} {
		for v := range m.Fields(name) {
			v = strings.ToLower(v)
			if i := strings.LastIndexByte(v, '<'); i >= 0 {
				v = v[i+1:]
			}
			v = strings.TrimPrefix(v, "mailto:")
			if end := strings.IndexAny(v, "@.> "); end > 0 {
				tags = append(tags, v[:end])
			}
			list = list || name != "List-Id"
		}
	}
	return tags, list
}

// listFoot is what a list writes beneath a message.
var listFoot = regexp.MustCompile(`\r?\n_{30,}\r?\n(?:[^\n]*\n){0,14}[^\n]*$`)

// exchangeMeta is what Exchange writes into every HTML part that it stores.
var exchangeMeta = regexp.MustCompile(`(?i)<meta\s+http-equiv=["']?content-type["']?[^>]{0,140}>\s?`)

// body replaces the recipient in it, also within encoded parts.
func (n *normaliser) body(raw []byte) []byte {
	whole := parse.Read(raw, parse.DefaultLimits)
	var out []byte
	at := min(whole.BodyStart, len(raw))
	parts := slices.Clone(whole.Parts)
	slices.SortFunc(parts, func(a, b parse.Part) int { return cmp.Compare(a.Start, b.Start) })
	for i := range parts {
		p := &parts[i]
		if p.Body == nil || p.Start < at || p.End > len(raw) || !strings.HasPrefix(p.Type, "text/") {
			continue
		}
		undone := n.undone(raw, p)
		if undone == nil {
			continue
		}
		out = append(append(out, swapAll(n.swaps, raw[at:p.Start])...), undone...)
		at = p.End
	}
	return append(out, swapAll(n.swaps, raw[at:])...)
}

// undone is the body of a text part without its collector; nil where it stays
// as it is.
func (n *normaliser) undone(raw []byte, p *parse.Part) []byte {
	encoded := raw[p.Start:p.End]
	text := encoded
	switch p.Encoding {
	case "base64":
		clean := bytes.Map(func(r rune) rune {
			if r == '\r' || r == '\n' || r == ' ' {
				return -1
			}
			return r
		}, encoded)
		var err error
		if text, err = base64.StdEncoding.DecodeString(string(clean)); err != nil {
			return nil
		}
	case "quoted-printable":
		if text = readQuoted(encoded); text == nil {
			return nil
		}
	}
	swapped := swapAll(n.swaps, text)
	swapped = exchangeMeta.ReplaceAll(swapped, nil)
	if n.list {
		swapped = listFoot.ReplaceAll(swapped, []byte("\r\n"))
	}
	if bytes.Equal(swapped, text) {
		return nil
	}
	return encode(p.Encoding, swapped)
}
