package parse

import (
	"strings"
	"time"
)

// maxForwards bounds the headers read from quotations of one message.
const maxForwards = 16

// A role is what a line tells in the header that mail programs put over what
// they quote.
type role uint8

const (
	noRole role = iota
	fromRole
	toRole
	dateRole
	subjectRole
	otherRole
)

// roles are the names in such headers, in lower case. Where languages share a
// name for two things, the more frequent one is meant.
var roles = func() map[string]role {
	m := map[string]role{}
	for r, names := range map[role]string{
		fromRole: "from|von|de|da|van|från|fra|od|от|от кого|lähettäjä|kimden|gönderen|feladó|发件人|寄件者|差出人|보낸 사람|" +
			"expéditeur|mittente|remitente|remetente|afzender|nadawca|absender|odesílatel|від|από|من|寄件人|送信者",
		toRole: "to|an|à|para|a|aan|till|til|do|komu|кому|vastaanottaja|kime|alıcı|收件人|收件者|宛先|받는 사람|destinataire|" +
			"destinatario|destinatário|empfänger|címzett|προς|إلى",
		dateRole: "sent|date|gesendet|datum|envoyé|enviado|enviado el|enviada em|enviado em|fecha|data|inviato|verzonden|skickat|" +
			"sendt|dato|wysłano|odesláno|отправлено|дата|lähetetty|päivämäärä|gönderildi|tarih|发送时间|发送日期|日期|寄件日期|" +
			"送信日時|日付|날짜|보낸 날짜|sent on|elküldve|dátum|ημερομηνία|التاريخ|time|时间",
		subjectRole: "subject|betreff|objet|asunto|oggetto|onderwerp|assunto|ämne|emne|temat|předmět|тема|aihe|konu|主题|主旨|件名|제목|" +
			"tárgy|θέμα|الموضوع|sujet|sujeto|標題",
		otherRole: "cc|reply-to|抄送|kopie|copie|copia|cópia|kopia|副本|importance|attachments|anlagen|organization|message-id",
	} {
		for name := range strings.SplitSeq(names, "|") {
			m[name] = r
		}
	}
	return m
}()

// headerLine reads "name: value" with one of the names in roles; noRole where
// it is none.
func headerLine(line string) (r role, value string) {
	line = strings.TrimLeft(line, "*> \t") // bold in plain text, or quoted
	head := line[:min(len(line), 40)]
	i, n := strings.IndexByte(head, ':'), 1
	if wide := strings.Index(head, "："); wide >= 0 && (i < 0 || wide < i) {
		i, n = wide, len("：")
	}
	if i <= 0 {
		return noRole, ""
	}
	r = roles[strings.ToLower(strings.TrimRight(head[:i], " *"))]
	return r, strings.Trim(line[i+n:], " *\t")
}

// headerBlock reads the header block at the start of text and gives its length,
// which is 0 where there is none: it has three different fields, one of which
// names the author; there is a subject, or the author has an address. (Who
// travels from, to and on which date writes none.) A list of recipients may be
// wrapped, and empty lines may stand between.
func headerBlock(text string) (f Forward, n int) {
	if r, _ := headerLine(text[:min(len(text), 200)]); r == noRole || r == otherRole {
		return f, 0
	}
	var seen [otherRole + 1]bool
	found, pos := 0, 0
	last, empty := noRole, false
	for i := 0; i < 16 && pos < len(text); i++ {
		line := text[pos:]
		if end := strings.IndexByte(line, '\n'); end >= 0 {
			line = line[:end]
		}
		pos += min(len(line)+1, len(text)-pos)
		line = strings.TrimLeft(line, "> \t")
		r, value := headerLine(line)
		switch {
		case line == "" && !empty:
			empty = true
			continue
		case line == "", r == noRole && (empty || last != toRole && last != otherRole), seen[r] && r != otherRole:
			i = 16 // the end
			continue
		case r == noRole:
			f.add(last, line)
			last = noRole // once
		default:
			found++
			seen[r], last = true, r
			f.add(r, value)
		}
		n, empty = pos, false
	}
	if found < 3 || !seen[fromRole] || !seen[subjectRole] && f.From.Address.Domain == "" {
		return Forward{}, 0
	}
	return f, n
}

// add takes a field into the header; of each the first one counts.
func (f *Forward) add(r role, value string) {
	value = oneLine(value)
	switch {
	case len(value) > 4<<10:
	case r == fromRole && f.From == (Mailbox{}):
		if list := quotedMailboxes(nil, value); len(list) > 0 {
			f.From = list[0]
		}
	case r == toRole && len(f.To) < 100:
		f.To = quotedMailboxes(f.To, value)
	case r == dateRole && f.Date.IsZero():
		f.Date = looseDate(value)
	case r == subjectRole && f.Subject == "":
		f.Subject = value
	}
}

// quotedMailboxes reads mailboxes as programs show them: "Dana Reed
// [mailto:dana@example.com]", "Dana Reed <dana@example.com<mailto:...>>", and
// with semicolons between.
func quotedMailboxes(list []Mailbox, value string) []Mailbox {
	for piece := range strings.FieldsFuncSeq(value, func(r rune) bool { return r == ';' }) {
		if i := strings.Index(piece, "<mailto:"); i > 0 && strings.Contains(piece[:i], "@") {
			piece = piece[:i] + ">"
		}
		piece = bracketed.Replace(piece)
		list, _, _ = mailboxes(list, piece, 100)
	}
	return list
}

var bracketed = strings.NewReplacer("[mailto:", "<", "]", ">", "<mailto:", "<", "[", "<", ">>", ">")

// forwards reads the header blocks of a quotation that was found by its
// markup, and reports whether any line of it says where it is from.
func (t *Text) forwards(text string) (known bool) {
	said := false
	for rest := text; rest != "" && len(t.Forwards) < maxForwards; {
		if f, n := headerBlock(rest); n > 0 {
			f.Said = said
			t.Forwards = append(t.Forwards, f)
			known, said, rest = true, false, rest[n:]
			continue
		}
		line, after, _ := strings.Cut(rest, "\n")
		trimmed := strings.TrimLeft(line, "> \t")
		switch {
		case trimmed == "":
		case isSeparator(trimmed):
			known, said = true, saysForwarded(trimmed)
		case isAttribution(trimmed) || isSplitAttribution(trimmed, after):
			known = true
		}
		rest = after
	}
	return known
}

// attached adds the header of an attached message.
func (t *Text) attached(m *Message) {
	if len(t.Forwards) >= maxForwards {
		return
	}
	f := Forward{To: m.To, Date: m.Date, Subject: m.Subject, Attached: true}
	if len(m.From) > 0 {
		f.From = m.From[0]
	}
	t.Forwards = append(t.Forwards, f)
}

// looseDate reads a date as programs show it, in the common languages; zero
// where it is unclear. The time of day is taken as of UTC.
func looseDate(s string) time.Time {
	if len(s) > 100 {
		return time.Time{}
	}
	if t, ok := parseDate(s); ok {
		return t
	}
	var d dateReader
	afternoon := strings.Contains(strings.ToLower(s), "pm")
	var numbers []int
	for word := range strings.FieldsFuncSeq(s, func(r rune) bool { return strings.ContainsRune(" \t,.-/年月日T", r) }) {
		n := 0
		for n < len(word) && word[n]-'0' <= 9 {
			n++
		}
		switch {
		case strings.IndexByte(word, ':') > 0 && !d.clock:
			d.clock = true
			d.time(strings.TrimRight(strings.ToLower(word), "apmz"))
		case n > 0 && n <= 4 && !d.clock && !d.bad:
			v := 0
			for _, c := range word[:n] {
				v = v*10 + int(c-'0')
			}
			numbers = append(numbers, v)
		case d.month == 0:
			d.month = monthNamed(strings.ToLower(word))
		}
	}
	d.order(numbers)
	if d.day < 1 || d.day > 31 || d.month < 1 || d.month > 12 || d.year < 1900 || d.bad {
		return time.Time{}
	}
	if afternoon && d.hour < 12 {
		d.hour += 12
	}
	return time.Date(d.year, d.month, d.day, d.hour, d.minute, d.second, 0, time.UTC)
}

// order tells day, month and year apart: the year has four digits; where two
// numbers could be the month, the date stays unclear.
func (d *dateReader) order(numbers []int) {
	small := numbers[:0]
	for _, n := range numbers {
		if n >= 1900 && d.year == 0 {
			d.year = n
			if len(small) == 0 && len(numbers) > 2 && d.month == 0 { // 2026-05-01
				d.month, d.day = time.Month(numbers[1]), numbers[2]
				return
			}
			continue
		}
		small = append(small, n)
	}
	switch {
	case d.month != 0 && len(small) > 0:
		d.day = small[0]
	case len(small) < 2:
	case small[0] > 12:
		d.day, d.month = small[0], time.Month(small[1])
	case small[1] > 12, small[0] == small[1]:
		d.month, d.day = time.Month(small[0]), small[1]
	}
}

// monthNamed finds a month by the first letters of its name.
func monthNamed(word string) time.Month {
	for i, names := range monthNames {
		for name := range strings.SplitSeq(names, " ") {
			if strings.HasPrefix(word, name) {
				return time.Month(i + 1)
			}
		}
	}
	return 0
}

var monthNames = [...]string{
	"jan jän ene gen sty led янв oca tam", "feb fév fev lut úno фев şub hel", "mar mär maa mrt март már", "apr avr abr kwi dub апр nis huh ápr",
	"may mai mag mei maj май мая tou kvě máj", "jun juin giu cze čer июн haz kes jún", "jul juil lug lip июл tem hei júl", "aug aoû ago sie srp авг ağu elo",
	"sep set wrz zář сен eyl syy sze", "oct okt out ott paź říj окт eki lok", "nov lis ноя kas", "dec dez déc dic gru pro дек ara jou",
}
