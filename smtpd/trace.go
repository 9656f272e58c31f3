package smtpd

import (
	"bytes"
	"crypto/rand"
	"net/mail"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"postern/parse"
)

// newID mints an identifier that sorts by time.
func (srv *Server) newID() string {
	return ulid.MustNew(ulid.Timestamp(srv.now()), rand.Reader).String()
}

// envelope begins one for the client whose message comes.
func (w *wire) envelope() *parse.Envelope {
	c := w.client
	if w.forwarded != nil {
		c = *w.forwarded
	}
	env := &parse.Envelope{
		ID: w.srv.newID(), Received: w.srv.now(),
		Remote: c.addr, RemoteName: c.name, Helo: c.helo, Auth: c.login, Outbound: w.outbound,
		TLS: w.inTLS && w.forwarded == nil, Protocol: c.proto,
	}
	if env.Protocol == "" {
		env.Protocol = w.protocol()
	}
	return env
}

// protocol names what is spoken here (RFC 3848).
func (w *wire) protocol() string {
	name := "SMTP"
	switch {
	case w.lmtp:
		name = "LMTP"
	case w.esmtp:
		name = "ESMTP"
	}
	if w.inTLS && name != "SMTP" {
		name += "S"
	}
	return name
}

// trace is the value of our Received field, which every relay on the way adds
// (RFC 5321 §4.4).
func (w *wire) trace(env *parse.Envelope) string {
	from := "unknown"
	if env.Helo != "" {
		from = clean(env.Helo)
	}
	if env.RemoteName != "" || env.Remote.IsValid() {
		from += " ("
		if env.RemoteName != "" {
			from += clean(env.RemoteName) + " "
		}
		from += literal(env) + ")"
	}
	protocol := env.Protocol
	if env.UTF8 { // RFC 6531 §4.3
		protocol = "UTF8" + strings.TrimPrefix(protocol, "E")
	}
	return "from " + from + "\r\n\tby " + w.srv.hostname + " (Postern) with " + protocol +
		" id " + env.ID + ";\r\n\t" + w.srv.now().Format(time.RFC1123Z)
}

// literal is the client's address as in RFC 5321 §4.1.3.
func literal(env *parse.Envelope) string {
	switch {
	case !env.Remote.IsValid():
		return "[unknown]"
	case env.Remote.Is6():
		return "[IPv6:" + env.Remote.String() + "]"
	}
	return "[" + env.Remote.String() + "]"
}

// clean leaves of a host name only what host names and address literals have.
func clean(name string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.ContainsRune("-._:[]", c):
			return c
		}
		return '?'
	}, name)
}

// receivedAt is the time of a message: now, or, where a trusted peer feeds mail
// that has waited, the time at which it came in elsewhere.
func (w *wire) receivedAt(message []byte) time.Time {
	if w.set.timeFromReceived && w.trusted {
		if t, ok := topReceived(message); ok {
			return t
		}
	}
	return w.srv.now()
}

// maxTrace bounds the search for the topmost Received field.
const maxTrace = 16 << 10

// topReceived reads the date of the topmost Received field.
func topReceived(message []byte) (time.Time, bool) {
	var value strings.Builder
	found := false
	for rest := message[:min(len(message), maxTrace)]; len(rest) > 0; {
		var line []byte
		line, rest = cutLine(rest)
		folded := line[0] == ' ' || line[0] == '\t'
		if len(bytes.TrimRight(line, crlf)) == 0 || found && !folded {
			break
		}
		if !folded {
			found = len(line) > 9 && strings.EqualFold(string(line[:9]), "Received:")
		}
		if found {
			value.Write(line)
		}
	}
	i := strings.LastIndexByte(value.String(), ';')
	if i < 0 {
		return time.Time{}, false
	}
	t, err := mail.ParseDate(strings.Join(strings.Fields(value.String()[i+1:]), " "))
	return t, err == nil
}
