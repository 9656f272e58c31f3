package signals

import (
	"hash/fnv"
	"slices"
	"strconv"
	"strings"

	"postern/mailauth"
	"postern/parse"
)

// Limits of what is read for one attribute.
const (
	maxFields = 64 // header fields whose order counts
	maxParts  = 32 // parts whose tree counts
	maxMailer = 24 // bytes of a program's name
)

// signers calls see for each signature that passed.
func signers(f *Facts, see func(*mailauth.DKIM)) {
	n := 0
	for i := range f.Auth.DKIM {
		if s := &f.Auth.DKIM[i]; s.Result == mailauth.Pass && n < maxSigners {
			n++
			see(s)
		}
	}
}

// authOutcome tells the results of the three methods in one word each; nothing
// where DNS did not answer.
func authOutcome(f *Facts) string {
	a := &f.Auth
	if a.SPF.Result == "" && a.DMARC.Result == "" && len(a.DKIM) == 0 || a.SPF.Result == mailauth.TempError || a.DMARC.Result == mailauth.TempError {
		return ""
	}
	dkim := mailauth.None
	for i := range a.DKIM {
		if dkim != mailauth.Pass {
			dkim = a.DKIM[i].Result
		}
	}
	return string(a.SPF.Result) + " " + string(dkim) + " " + string(a.DMARC.Result)
}

// together pairs the first recipients with each other.
func together(f *Facts, see func(string)) {
	all := make([]string, 0, maxTogether)
	for _, list := range [][]parse.Mailbox{f.Msg.To, f.Msg.Cc} {
		for _, m := range list {
			if len(all) < maxTogether && m.Address.Domain != "" {
				all = append(all, m.Address.Key())
			}
		}
	}
	slices.Sort(all)
	all = slices.Compact(all)
	for i := range all {
		for _, other := range all[i+1:] {
			see(all[i] + " " + other)
		}
	}
}

// mailer names the family of the program that wrote m: the first words of
// X-Mailer or User-Agent up to a version, or else who made the Message-ID.
func mailer(m *parse.Message) string {
	for i := range m.Header {
		h := &m.Header[i]
		if !strings.EqualFold(h.Name, "X-Mailer") && !strings.EqualFold(h.Name, "User-Agent") {
			continue
		}
		name := strings.ToLower(h.Value[:min(len(h.Value), maxMailer)])
		if i := strings.IndexAny(name, "0123456789/(["); i > 0 {
			name = name[:i]
		}
		if name = strings.TrimSpace(name); name != "" {
			return name
		}
	}
	id := strings.ToLower(m.MessageID)
	for _, host := range [...]string{"mail.gmail.com", "outlook.com", "mail.yahoo.com", "amazonses.com", "email.android.com", "icloud.com"} {
		if strings.HasSuffix(id, host) {
			return "id " + host
		}
	}
	return "unnamed"
}

// fleeting are the beginnings of header fields that are not the author's
// program's, or that come and go with what is answered.
var fleeting = [...]string{
	"received", "return-path", "delivered-to", "x-original-to", "authentication-results", "arc-", "dkim-signature",
	"domainkey-signature", "x-google-", "x-gm-", "x-received", "x-spam", "x-virus", "x-ms-exchange-", "x-forefront-", "x-microsoft-", "x-postern-",
	"in-reply-to", "references", "cc", "bcc", "reply-to", "thread-", "x-priority", "importance", "list-", "resent-",
}

// fieldOrder is a hash of the names of header fields in their order.
func fieldOrder(m *parse.Message) string {
	h := fnv.New64a()
	n := 0
	for i := range m.Header {
		name := strings.ToLower(m.Header[i].Name)
		if n == maxFields {
			break
		}
		if !slices.ContainsFunc(fleeting[:], func(p string) bool { return strings.HasPrefix(name, p) }) {
			_, _ = h.Write([]byte(name + ":"))
			n++
		}
	}
	if n == 0 {
		return ""
	}
	return strconv.FormatUint(h.Sum64(), 36)
}

// partTree writes down the texts and multiparts of m.
func partTree(m *parse.Message) string {
	var b strings.Builder
	for i := range m.Parts[:min(len(m.Parts), maxParts)] {
		p := &m.Parts[i]
		if p.Disposition == "attachment" || !strings.HasPrefix(p.Type, "text/") && !strings.HasPrefix(p.Type, "multipart/") {
			continue
		}
		b.WriteString(strconv.Itoa(p.Depth))
		b.WriteString(p.Type)
		b.WriteByte(' ')
		b.WriteString(p.Encoding)
		b.WriteByte(' ')
		b.WriteString(strings.ToLower(p.Params["charset"]))
		b.WriteByte(';')
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte(b.String()))
	return strconv.FormatUint(h.Sum64(), 36)
}

// fileKind is what a file is: its family, or what opening it does.
func fileKind(a *parse.Attachment) string {
	last, _ := kinds(a.Name)
	if last == executable || last == macro || last == html || last == archive {
		return string(last)
	}
	if k := family(a.Sniffed); k != "" {
		return k
	}
	_, ext, _ := cutLast(strings.ToLower(a.Name))
	if k := family(ext); k != "" {
		return k
	}
	if last != "" {
		return string(last)
	}
	return "other"
}

// localPattern is the form of a local part: letters are a, single ones i,
// digits 0, the rest stays.
func localPattern(local string) string {
	var b strings.Builder
	var run int
	for i := 0; i < len(local) && b.Len() < maxMailer; i += run {
		c := local[i]
		is := func(c byte) int {
			switch {
			case c >= '0' && c <= '9':
				return 1
			case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80:
				return 2
			}
			return 0
		}
		for run = 1; i+run < len(local) && is(c) != 0 && is(local[i+run]) == is(c); run++ {
		}
		switch {
		case is(c) == 1:
			b.WriteByte('0')
		case is(c) == 2 && run == 1:
			b.WriteByte('i')
		case is(c) == 2:
			b.WriteByte('a')
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}
