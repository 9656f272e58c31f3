package smtpd

import (
	"io"
	"log/slog"
	"slices"
	"time"

	"github.com/emersion/go-smtp"

	"postern/filter"
	"postern/parse"
	"postern/relay"
)

// errSaid goes to the SMTP library, which must know that a command failed. The
// client hears what the wire was told to say.
var errSaid = &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}}

// A session is the library's view of one client: it holds the transaction.
type session struct {
	w *wire

	env    *parse.Envelope // nil outside a transaction
	mail   path
	groups []*delivery
	rcpts  []*delivery // where each accepted recipient went, in order

	body       body
	used       int    // bytes of a message that comes in chunks
	chunked    bool   // a chunk has come
	chunkError string // the reply to all further chunks
}

// A delivery is what goes to the next hop in one transaction: the recipients
// of one policy. By SMTP there is only one.
type delivery struct {
	env     *parse.Envelope
	group   int
	params  []string // of each RCPT
	tx      relay.Transaction
	replies []string // one, or by LMTP one for each recipient
}

// Mail opens the transaction at the next hop as well, so that it can refuse.
func (s *session) Mail(string, *smtp.MailOptions) error {
	env := s.w.envelope()
	env.From, env.UTF8 = s.w.path.addr, s.w.path.has("SMTPUTF8")
	tx, reply := s.begin(env, s.w.path)
	s.w.said = reply
	if tx == nil {
		return errSaid
	}
	s.env, s.mail = env, s.w.path
	s.groups = []*delivery{{env: env, tx: tx}}
	return nil
}

// busyAfter is how long a client waits for the next hop before others, whose
// transactions have waited for them for fairShare, must give way. Each holds one
// of the next hop's connections, and could hold it for hours by the clock of
// single commands, or by drawing out a message. What comes of a message at
// fairRate is no wait.
const (
	busyAfter = time.Second
	fairShare = 10 * time.Second
	fairRate  = 64 << 10 // bytes a second
)

func (s *session) begin(env *parse.Envelope, mail path) (relay.Transaction, string) {
	busy := time.AfterFunc(busyAfter, func() { s.w.srv.each((*wire).giveWay) })
	defer busy.Stop()
	tx, reply, err := s.w.srv.hop.Begin(s.w.srv.ctx, env, mail.String())
	if err != nil {
		s.w.warn("next hop not available", env.ID, err)
		return nil, hopDown
	}
	return tx, relayed(reply)
}

// Rcpt asks the next hop, so that unknown recipients are refused in the open.
func (s *session) Rcpt(string, *smtp.RcptOptions) error {
	d, reply := s.deliveryFor(s.w.path.addr)
	if reply == "" {
		r, err := d.tx.Rcpt(s.w.srv.ctx, s.w.path.String())
		if reply = relayed(r); err != nil {
			s.w.warn("next hop lost", d.env.ID, err)
			reply = hopLost
		}
		if err == nil && r.OK() {
			d.env.Rcpts = append(d.env.Rcpts, s.w.path.addr)
			d.params = append(d.params, s.w.path.params)
			s.rcpts = append(s.rcpts, d)
		}
	}
	s.w.said = reply
	if reply[0] != '2' {
		return errSaid
	}
	return nil
}

// deliveryFor finds the delivery that a recipient belongs to. One message has
// one verdict, so by SMTP, which has one reply for all recipients, those of
// another policy must come again.
func (s *session) deliveryFor(to parse.Address) (*delivery, string) {
	w := s.w
	group := w.srv.group(to)
	if w.set.strictest && !w.lmtp {
		group = 0
	}
	if len(s.rcpts) == 0 {
		s.groups[0].group = group
		return s.groups[0], ""
	}
	i := slices.IndexFunc(s.groups, func(d *delivery) bool { return d.group == group })
	switch {
	case i >= 0:
		return s.groups[i], ""
	case !w.lmtp:
		return nil, otherGroup // RFC 5321 §4.5.3.1.10
	}
	env := *s.env
	env.ID, env.Rcpts = w.srv.newID(), nil
	tx, reply := s.begin(&env, s.mail)
	if tx == nil {
		return nil, reply
	}
	d := &delivery{env: &env, group: group, tx: tx}
	s.groups = append(s.groups, d)
	return d, ""
}

// Data takes the message from the wire; the library sees an empty one.
func (s *session) Data(io.Reader) error {
	w := s.w
	w.code = 0
	w.feed = append(w.feed[:0], ".\r\n"...)
	message, reply, err := s.message()
	defer s.body.free()
	if err != nil {
		return errSaid
	}
	if reply != "" {
		w.said = s.refuse(reply)
		return errSaid
	}
	for _, d := range s.groups {
		if len(d.params) > 0 {
			s.process(d, message)
		}
	}
	w.said = s.replies()
	if w.said[0] == '2' {
		w.errs = 0
	}
	return errSaid
}

// message is what the client sends, from either command.
func (s *session) message() (message []byte, reply string, err error) {
	if s.chunked {
		message, reply = s.w.assembled(&s.body, s.used)
		return message, reply, nil
	}
	if !s.body.grow(0, s.w.set) {
		return nil, tooMuchInFlight, nil // in place of 354
	}
	s.w.say(begin)
	return s.w.receive(&s.body)
}

// Reset ends the transaction.
func (s *session) Reset() {
	s.abandon()
	s.w.forwarded = nil
}

// Logout has nothing to do that closing the wire does not.
func (s *session) Logout() error { return nil }

// abandon gives up what is open. The next hop keeps nothing of it.
func (s *session) abandon() {
	s.letGo()
	s.body.free()
	*s = session{w: s.w, body: body{budget: &s.w.srv.budget}}
}

// letGo gives back the next hop's connections: nothing of this transaction will
// be sent.
func (s *session) letGo() {
	for _, d := range s.groups {
		d.tx.Abort()
	}
}

// process has one delivery judged, carried out and recorded.
func (s *session) process(d *delivery, message []byte) {
	w := s.w
	d.env.Received = w.receivedAt(message)
	d.replies = []string{undecided}
	w.srv.handler.Process(w.srv.ctx, filter.Mail{
		Env: d.env, Raw: message, MailParams: s.mail.params, RcptParams: d.params, Received: w.trace(d.env),
	}, s.deliver(d))
	d.tx.Abort()
}

// replies are those to the end of the message, one for each accepted recipient
// by LMTP (RFC 2033 §4.2).
func (s *session) replies() string {
	w := s.w
	if !w.lmtp {
		w.srv.stats.count(s.groups[0].replies[0])
		return s.groups[0].replies[0]
	}
	var lines []byte
	next := make(map[*delivery]int, len(s.groups))
	for _, d := range s.rcpts {
		reply := d.replies[min(next[d], len(d.replies)-1)]
		next[d]++
		w.srv.stats.count(reply)
		lines = append(append(lines, reply...), '\n')
	}
	return string(lines)
}

// refuse answers for a message that was not taken: by LMTP, for each recipient.
func (s *session) refuse(reply string) string {
	for _, d := range s.groups {
		d.replies = []string{reply}
	}
	s.w.srv.log.Info("message not taken", slog.String("id", s.env.ID), slog.String("peer", s.w.client.addr.String()), slog.String("reply", reply))
	return s.replies()
}

func (w *wire) warn(text, id string, err error) {
	w.srv.log.Warn(text, slog.String("id", id), slog.String("peer", w.client.addr.String()), slog.Any("err", err))
}
