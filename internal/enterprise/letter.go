package enterprise

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"mime"
	"slices"
	"strconv"
	"strings"
	"time"

	"postern/parse"
)

// A program writes messages in its own manner.
type program struct {
	field, name string // what it calls itself; nothing where field is empty
	html        bool   // writes two alternatives
	encoding    string // of what is not plain ASCII
	order       string // of its fields: d date, f from, t to, s subject, i identifier, m MIME, x itself
	id          int    // form of its Message-IDs
	boundary    string
}

// Programs by where they run.
var (
	desktops = []*program{
		{"X-Mailer", "Microsoft Outlook 16.0", true, "quoted-printable", "ftsdimx", 0, "----=_NextPart_000_"},
		{"User-Agent", "Mozilla Thunderbird", false, "8bit", "idxftsm", 1, "------------"},
		{"X-Mailer", "Apple Mail (2.3826.700.81)", true, "quoted-printable", "fmsidtx", 2, "Apple-Mail=_"},
		{"X-Mailer", "Evolution 3.56", false, "base64", "isftdxm", 3, "=-"},
	}
	phones = []*program{
		{"X-Mailer", "iPhone Mail (23A341)", false, "quoted-printable", "mfdsixt", 2, "Apple-Mail-"},
		{"", "", true, "base64", "dfitsm", 4, "--_com.android.email_"},
	}
	webmails = []*program{
		{"User-Agent", "Roundcube Webmail/1.6.11", false, "8bit", "mdftsix", 3, "=_"},
		{"X-Mailer", "Open-Xchange Mailer v8.40", true, "quoted-printable", "dftismx", 3, "----=_Part_"},
		{"", "", true, "quoted-printable", "mdisftx", 4, "000000000000"},
	}
	automatic = &program{"", "", true, "quoted-printable", "dfitsm", 3, "mime_"}
)

// A thread is a conversation under way.
type thread struct {
	subject string
	refs    []string // identifiers, the first and the last few
	text    string   // of the last message, without what it quoted
	who     string   // its author
	at      time.Time
	ours    *person
}

const maxRefs = 8

// fork is the thread as somebody has it who read along.
func (th *thread) fork() *thread {
	if th == nil {
		return nil
	}
	own := *th
	own.refs = append([]string(nil), th.refs...)
	return &own
}

// A letter is what is to be sent, apart from how.
type letter struct {
	to, cc  []mailbox
	rcpts   []parse.Address // who receives it, where not all of to and cc do
	subject string
	text    string
	thread  *thread // answers this
	quiet   bool    // but does not quote it
	strange bool    // nor knows its identifiers
	fresh   *thread // becomes the first message of this
	bulk    bool    // can be unsubscribed
	auto    bool    // no person wrote it
	file    string  // text of an attached file; none where empty
}

// A mark says what story a message belongs to.
type mark struct{ Truth }

var everyday = mark{Truth{Class: "safe"}}

// send lets v send l now.
func (r *run) send(v *voice, l *letter, m mark) {
	if r.done {
		return
	}
	r.messages++
	env := parse.Envelope{
		ID: fmt.Sprintf("%08X%04X", r.messages, r.IntN(1<<16)), Received: r.now, Protocol: "ESMTPS", TLS: true,
		Auth: v.desk.auth, From: v.reverse, RemotePort: uint16(r.between(1025, 65535)),
	}
	if env.Auth != "" {
		env.Protocol = "ESMTPSA"
	}
	env.Remote, env.Helo = r.remote(v)
	if !strings.HasPrefix(env.Helo, "[") {
		env.RemoteName = env.Helo
	}
	env.Rcpts = l.rcpts
	if env.Rcpts == nil {
		for _, b := range slices.Concat(l.to, l.cc) {
			env.Rcpts = append(env.Rcpts, b.addr)
		}
	}
	id := r.identifier(v)
	auth := r.results(v)
	raw := r.write(v, l, id)
	r.remember(v, l, id)
	if !r.yield(Message{Env: env, Raw: raw, Auth: auth, Truth: m.Truth}) {
		r.done = true
	}
}

// remember carries the thread on.
func (r *run) remember(v *voice, l *letter, id string) {
	th := l.thread
	if l.fresh != nil {
		th = l.fresh
		th.subject, th.refs = l.subject, nil
	}
	if th == nil {
		return
	}
	if len(th.refs) >= maxRefs {
		th.refs = append(th.refs[:1:1], th.refs[len(th.refs)-maxRefs+2:]...)
	}
	th.refs = append(th.refs, id)
	th.text, th.who, th.at = l.text, v.name, r.now
}

// identifier makes a Message-ID in the manner of the program.
func (r *run) identifier(v *voice) string {
	domain := v.addr.Domain
	switch v.desk.program.id {
	case 0:
		return fmt.Sprintf("%06x$%08x$%08x$@%s", r.IntN(1<<24), r.Uint32(), r.Uint32(), domain)
	case 1, 2:
		return fmt.Sprintf("%08x-%04x-4%03x-%04x-%012x@%s", r.Uint32(), r.IntN(1<<16), r.IntN(1<<12), 0x8000|r.IntN(1<<14), r.Uint64()>>16, domain)
	case 3:
		return fmt.Sprintf("%x.%s@%s", r.Uint64(), r.digits(5), domain)
	}
	return "CA" + strconv.FormatUint(r.Uint64(), 36) + "=" + strconv.FormatUint(r.Uint64(), 36) + "@mail." + domain
}

// A sheet is a message being written.
type sheet struct{ b []byte }

func (s *sheet) add(parts ...string) {
	for _, p := range parts {
		s.b = append(s.b, p...)
	}
}

func (s *sheet) field(name string, value ...string) {
	s.add(name, ": ")
	s.add(value...)
	s.add("\r\n")
}

// write makes the bytes of a message.
func (r *run) write(v *voice, l *letter, id string) []byte {
	s := &sheet{make([]byte, 0, 2048+3*len(l.text))}
	zone := time.FixedZone("", v.desk.zone*60)
	date := r.now.Add(-time.Duration(r.between(1, 40)) * time.Second).In(zone)
	r.trace(s, v, date)
	if v.proof.dkim && v.desk.server != nil {
		s.field("DKIM-Signature", "v=1; a=rsa-sha256; c=relaxed/relaxed; d=", v.addr.Domain, "; s=", v.proof.selector,
			"; h=From:To:Subject:Date;\r\n bh=", r.token(32), "; b=", r.token(66))
	}
	for _, f := range v.desk.program.order {
		switch f {
		case 'd':
			s.field("Date", date.Format("Mon, 02 Jan 2006 15:04:05 -0700"))
		case 'f':
			s.field("From", v.show())
		case 't':
			s.recipients(l)
		case 's':
			s.field("Subject", encoded(l.heading()))
		case 'i':
			s.identify(l, id)
		case 'm':
			s.field("MIME-Version", "1.0")
		case 'x':
			if v.desk.program.field != "" {
				s.field(v.desk.program.field, v.desk.program.name)
			}
		}
	}
	s.extra(v, l)
	r.content(s, v, l)
	return s.b
}

// token is n bytes in base64.
func (r *run) token(n int) string {
	b := make([]byte, 0, n+8)
	for len(b) < n {
		b = binary.LittleEndian.AppendUint64(b, r.Uint64())
	}
	return base64.StdEncoding.EncodeToString(b[:n])
}

// trace writes what the hosts before us noted.
func (r *run) trace(s *sheet, v *voice, date time.Time) {
	const stamp = "Mon, 02 Jan 2006 15:04:05 -0700"
	if v.forwarder != "" {
		s.field("Received", "from ", v.desk.host(), "\r\n by ", v.forwarder, " with ESMTPS id ", r.digits(9), ";\r\n ", r.now.Format(stamp))
	}
	if v.desk.server != nil {
		s.field("Received", "from [", v.desk.client.String(), "]\r\n by ", v.desk.host(), " with ESMTPSA id ", r.digits(9), ";\r\n ", date.UTC().Format(stamp))
	}
}

// extra writes the fields that few messages have.
func (s *sheet) extra(v *voice, l *letter) {
	if v.reply != (parse.Address{}) {
		s.field("Reply-To", v.reply.String())
	}
	if l.bulk {
		s.field("List-Unsubscribe", "<https://", v.addr.Domain, "/leave>")
	}
	if v.list != "" {
		s.field("List-Id", "<", v.list, ">")
		s.field("Precedence", "list")
	}
	if l.auto {
		s.field("Auto-Submitted", "auto-replied")
	}
}

// show is a mailbox as a field shows it.
func (b mailbox) show() string {
	if b.name == "" {
		return b.addr.String()
	}
	name := encoded(b.name)
	if name == b.name && strings.ContainsAny(name, ",.()") {
		name = "\"" + name + "\""
	}
	return name + " <" + b.addr.String() + ">"
}

// encoded is text as a field may hold it (RFC 2047).
func encoded(s string) string {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return strings.ReplaceAll(mime.BEncoding.Encode("utf-8", s), "?= =?", "?=\r\n =?")
		}
	}
	return s
}

func (s *sheet) recipients(l *letter) {
	s.field("To", list(l.to))
	if len(l.cc) > 0 {
		s.field("Cc", list(l.cc))
	}
}

func list(boxes []mailbox) string {
	if len(boxes) == 0 {
		return "undisclosed-recipients:;"
	}
	shown := make([]string, len(boxes))
	for i, b := range boxes {
		shown[i] = b.show()
	}
	return strings.Join(shown, ",\r\n ")
}

// heading is the subject as it stands.
func (l *letter) heading() string {
	if l.thread == nil || strings.HasPrefix(l.subject, "Fwd: ") {
		return l.subject
	}
	return "Re: " + l.thread.subject
}

// identify writes the identifiers (RFC 5322 §3.6.4).
func (s *sheet) identify(l *letter, id string) {
	s.field("Message-ID", "<", id, ">")
	if l.thread == nil || l.strange || len(l.thread.refs) == 0 {
		return
	}
	refs := l.thread.refs
	s.field("In-Reply-To", "<", refs[len(refs)-1], ">")
	s.field("References", "<", strings.Join(refs, ">\r\n <"), ">")
}

// quote repeats what a letter answers.
func (r *run) quote(v *voice, l *letter) string {
	th := l.thread
	if th == nil || l.quiet || th.text == "" {
		return ""
	}
	var b strings.Builder
	b.WriteString("\n")
	at := th.at.In(time.FixedZone("", v.desk.zone*60)).Format("2006-01-02 15:04")
	b.WriteString(r.say(v.lang, "wrote", &blanks{date: at, who: th.who}))
	b.WriteString("\n")
	for line := range strings.Lines(th.text) {
		b.WriteString("> " + line)
	}
	return b.String()
}
