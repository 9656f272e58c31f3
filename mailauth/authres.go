package mailauth

import (
	"strconv"
	"strings"

	"postern/parse"
)

// Bounds of what we write, in bytes. Together they keep the field below 4 KiB,
// so that many long signatures cannot push the result of DMARC out of it.
const (
	maxValue = 255  // of one property
	maxSigs  = 2000 // of the field, past which no further signature is listed
)

// Header is the value of our Authentication-Results field (RFC 8601 §2.2),
// without line ends; it may be folded at any "; ". Nothing in it can break out
// of its place: what the sender chose is written as a token, quoted, or left
// out.
func (r *Results) Header(authserv string, env *parse.Envelope) string {
	var w resultWriter
	w.value(authserv)
	if r.SPF.Result == "" {
		return w.String() + "; none" // nothing was checked
	}
	w.method("spf", r.SPF.Result)
	if r.SPF.Helo {
		w.prop("smtp.helo", env.Helo)
	} else {
		w.address("smtp.mailfrom", env.From)
	}
	for i := range r.DKIM {
		if w.Len() < maxSigs {
			w.dkim(&r.DKIM[i])
		}
	}
	if len(r.DKIM) == 0 {
		w.method("dkim", None)
	}
	w.method("dmarc", r.DMARC.Result)
	w.prop("header.from", r.DMARC.Domain)
	w.prop("policy.dmarc", r.DMARC.Disposition())
	w.method("arc", r.ARC.Result)
	if r.ARC.Result == Pass {
		w.prop("header.oldest-pass", strconv.Itoa(r.ARC.OldestPass)) // RFC 8617 §5.2
	}
	return w.String()
}

// A resultWriter writes the parts of one field.
type resultWriter struct{ strings.Builder }

func (w *resultWriter) method(name string, r Result) {
	w.WriteString("; " + name + "=" + string(r))
}

func (w *resultWriter) dkim(d *DKIM) {
	w.method("dkim", d.Result)
	if d.Reason != "" {
		w.prop("reason", d.Reason)
	}
	w.prop("header.d", d.Domain)
	w.prop("header.s", d.Selector)
	w.prop("header.a", d.Algorithm)
	w.prop("header.b", d.Sig)
}

// prop writes a property that has a value.
func (w *resultWriter) prop(name, value string) {
	if value == "" {
		return
	}
	w.WriteString(" " + name + "=")
	w.value(value)
}

// address writes a mailbox, or only its domain where the local part would have
// to be quoted: not every reader of the field knows that form.
func (w *resultWriter) address(name string, a parse.Address) {
	if isToken(a.Domain) && isToken(a.Local) && len(a.Local) <= maxValue {
		w.WriteString(" " + name + "=" + a.Local + "@" + a.Domain)
		return
	}
	w.prop(name, a.Domain)
}

// value writes a token, or else a quoted string (RFC 8601 §2.2). What is not
// printable ASCII becomes "?".
func (w *resultWriter) value(s string) {
	if isToken(s) {
		w.WriteString(s[:min(len(s), maxValue)])
		return
	}
	w.WriteByte('"')
	end := w.Len() + maxValue
	for i := 0; i < len(s) && w.Len() < end; i++ {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			w.WriteByte('\\')
			w.WriteByte(c)
		case c < ' ' || c > '~':
			w.WriteByte('?')
		default:
			w.WriteByte(c)
		}
	}
	w.WriteByte('"')
}

// isToken is the token of RFC 2045 §5.1.
func isToken(s string) bool {
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c > '~' || strings.IndexByte(`()<>@,;:\"/[]?=`, c) >= 0 {
			return false
		}
	}
	return s != ""
}
