package smtpd

import (
	"crypto/tls"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"time"
)

// keywords are the extensions that this client is offered: what we do
// ourselves, and what the next hop takes.
func (w *wire) keywords() []string {
	offers, err := w.srv.hop.Offers(w.srv.ctx)
	if err != nil {
		w.srv.log.Warn("next hop not available", slog.Any("err", err))
	}
	size := w.set.maxBytes
	if n, err := strconv.ParseInt(offers["SIZE"], 10, 64); err == nil && n > 0 {
		size = min(size, n)
	}
	list := []string{"PIPELINING", "SIZE " + strconv.FormatInt(size, 10)}
	if w.set.tls != nil && !w.inTLS {
		list = append(list, "STARTTLS")
	}
	if w.trusted {
		list = append(list, "XCLIENT "+xclientNames, "XFORWARD "+xforwardNames)
	}
	list = append(list, "ENHANCEDSTATUSCODES", "CHUNKING")
	for _, keyword := range []string{"8BITMIME", "SMTPUTF8", "DSN"} {
		if offers.Has(keyword) {
			list = append(list, keyword)
		}
	}
	return slices.DeleteFunc(list, func(line string) bool {
		keyword, _, _ := strings.Cut(line, " ")
		return slices.Contains(w.set.discard, keyword)
	})
}

// startTLS turns the connection into an encrypted one (RFC 3207).
func (w *wire) startTLS(arg string) string {
	switch {
	case w.set.tls == nil:
		return notImplemented
	case w.inTLS:
		return badSequence
	case arg != "":
		return badArgument
	case w.r < len(w.in):
		// What was sent in the clear after the command would be taken for
		// encrypted; somebody in between may have put it there (RFC 3207 §6).
		w.gone = true
		return badSequence
	}
	w.say("220 2.0.0 Ready to start TLS")
	if w.flush() == nil && w.handshake() == nil {
		w.restart()
	}
	return ""
}

func (w *wire) handshake() error {
	conn := tls.Server(w.conn, w.set.tls)
	_ = w.conn.SetWriteDeadline(time.Now().Add(w.set.commandTimeout))
	err := w.arm(true) // it may not hold up a shutdown
	if err == nil {
		err = conn.HandshakeContext(w.srv.ctx)
		w.disarm(0)
	}
	if err != nil {
		w.srv.log.Debug("tls handshake failed", slog.String("peer", w.client.addr.String()), slog.Any("err", err))
		w.gone, w.mute = true, true
		return err
	}
	w.swap(conn)
	return nil
}

// restart forgets all that was said but not what the connection is.
func (w *wire) restart() {
	w.hailed = false
	w.s.abandon()
	w.forwarded = nil
	if !w.client.told {
		w.client.helo = ""
	}
}
