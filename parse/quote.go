package parse

import (
	"strings"
)

// maxSignature is the length beyond which no signature is believed: text
// behind a "-- " must not be a place to hide.
const maxSignature = 1500

// splitText parts the sender's words from quotations and the signature.
func splitText(text string) (own, quoted, sign string) {
	var sp splitter
	sp.own.Grow(len(text))
	for rest := text; rest != ""; {
		line, after, _ := strings.Cut(rest, "\n")
		sp.line(line, after)
		rest = after
	}
	return strings.TrimSpace(sp.own.String()), strings.TrimSpace(sp.quoted.String()), strings.TrimSpace(sp.sign.String())
}

// A splitter sorts the lines of a text.
type splitter struct {
	own, quoted, sign strings.Builder
	signed            bool // behind the start of a signature
	rest              bool // all that follows is quoted
	attribution       bool // the line before was cut in two
}

func (sp *splitter) line(line, after string) {
	to := &sp.own
	trimmed := strings.TrimSpace(line)
	switch {
	case sp.rest, sp.attribution:
		to, sp.attribution = &sp.quoted, false
	case strings.HasPrefix(trimmed, ">"):
		to, sp.signed = &sp.quoted, false
	case trimmed == "":
	case isSeparator(trimmed) || isHeaderBlock(trimmed, after):
		to, sp.rest = &sp.quoted, true
	case isAttribution(trimmed):
		to, sp.rest, sp.signed = &sp.quoted, !quoteFollows(after), false
	case isSplitAttribution(trimmed, after):
		_, next, _ := strings.Cut(after, "\n")
		to, sp.rest, sp.attribution, sp.signed = &sp.quoted, !quoteFollows(next), true, false
	case trimmed == "--":
		sp.signed = true
		return
	case isSentFrom(trimmed):
		sp.signed = true
	}
	if to == &sp.own && sp.signed {
		to = &sp.sign
	}
	to.WriteString(line)
	to.WriteByte('\n')
}

// quoteFollows reports whether the next line with text is marked by ">".
func quoteFollows(text string) bool {
	return strings.HasPrefix(strings.TrimLeft(text[:min(len(text), 512)], " \t\n"), ">")
}

// separators introduce a forwarded or answered message, in lower case.
var separators = []string{
	"original message", "forwarded message", "forwarded by ", "ursprüngliche nachricht", "weitergeleitete nachricht",
	"message d'origine", "message transféré", "mensaje original", "mensaje reenviado", "messaggio originale",
	"messaggio inoltrato", "mensagem original", "mensagem encaminhada", "oorspronkelijk bericht", "doorgestuurd bericht",
	"ursprungligt meddelande", "oprindelig meddelelse", "opprinnelig melding", "alkuperäinen viesti",
	"wiadomość oryginalna", "oryginalna wiadomość", "původní zpráva", "исходное сообщение", "пересылаемое сообщение",
	"пересланное сообщение", "orijinal ileti", "原始邮件", "转发的邮件", "原始郵件", "元のメッセージ", "원본 메시지",
}

// isSeparator reports a line such as "-----Original Message-----".
func isSeparator(line string) bool {
	if strings.EqualFold(line, "begin forwarded message:") {
		return true
	}
	if len(line) > 200 || !strings.HasPrefix(line, "--") {
		return false
	}
	words := strings.ToLower(strings.Trim(line, "- "))
	for _, s := range separators {
		if strings.HasPrefix(words, s) {
			return true
		}
	}
	return false
}

// wrote ends the line that says who wrote what is quoted below.
var wrote = []string{
	"wrote:", "schrieb:", "a écrit :", "a écrit:", "escribió:", "ha scritto:", "escreveu:", "schreef:", "skrev:",
	"skrev følgende:", "kirjoitti:", "napisał(a):", "napisał:", "napisała:", "napsal:", "napsal(a):", "írta:",
	"yazdı:", "пишет:", "написал:", "написал(а):", "写道：", "写道:", "寫道：", "寫道:", "のメール:", "님이 작성:",
	"schreef het volgende:", "geschreven:", "a scris:", "έγραψε:", "viết:", "menulis:", "เขียนว่า:",
}

// isAttribution reports a line such as "On 1 May 2026, Dana Reed wrote:".
func isAttribution(line string) bool {
	if len(line) > 400 || !strings.HasSuffix(line, ":") && !strings.HasSuffix(line, "：") {
		return false
	}
	if !strings.ContainsAny(line, "0123456789@<") {
		return false
	}
	for _, w := range wrote {
		if strings.HasSuffix(line, w) {
			return true
		}
	}
	return nameLast(line)
}

// nameLast reports the attribution whose name comes last: "Am 1.5.2026 schrieb
// Dana Reed:", "Op 1 mei 2026 schreef Dana Reed:".
func nameLast(line string) bool {
	first, _, _ := strings.Cut(line, " ")
	switch first {
	case "Am", "Op", "Den", "Em", "El", "On":
	default:
		return false
	}
	for _, w := range [...]string{" schrieb ", " schreef ", " skrev ", " escreveu ", " escribió ", " wrote "} {
		if strings.Contains(line, w) {
			return true
		}
	}
	return false
}

// isSplitAttribution reports an attribution that was wrapped to two lines.
func isSplitAttribution(line, after string) bool {
	if len(line) < 10 || len(line) > 200 || !strings.ContainsAny(line, "0123456789") {
		return false
	}
	if space := strings.IndexByte(line, ' '); space < 1 || space > 4 {
		return false // it begins with On, Am, Le, El, Il, Em, Op or Den
	}
	next, _, _ := strings.Cut(after[:min(len(after), 256)], "\n")
	return isAttribution(line + " " + strings.TrimSpace(next))
}

// The names in the header that mail programs put over what they quote, in
// lower case.
var (
	fromNames = nameSet(
		"from", "von", "de", "da", "van", "från", "fra", "od", "от", "от кого", "lähettäjä", "kimden", "feladó",
		"发件人", "寄件者", "差出人", "보낸 사람", "expéditeur", "mittente", "remitente",
	)
	otherNames = nameSet(
		"sent", "to", "subject", "date", "cc", "gesendet", "an", "betreff", "datum", "envoyé", "à", "objet", "enviado",
		"enviado el", "para", "asunto", "fecha", "data", "inviato", "a", "oggetto", "verzonden", "aan", "onderwerp",
		"assunto", "skickat", "till", "ämne", "sendt", "til", "emne", "wysłano", "do", "temat", "odesláno", "komu",
		"předmět", "отправлено", "кому", "тема", "дата", "lähetetty", "vastaanottaja", "aihe", "gönderildi", "kime",
		"konu", "发送时间", "收件人", "主题", "抄送", "寄件日期", "收件者", "主旨", "送信日時", "宛先", "件名", "日付",
		"날짜", "받는 사람", "제목", "reply-to", "sent on",
	)
)

func nameSet(names ...string) map[string]bool {
	set := make(map[string]bool, len(names))
	for _, n := range names {
		set[n] = true
	}
	return set
}

// isHeaderBlock reports a "From:" line with two more fields within the next
// five lines.
func isHeaderBlock(line, after string) bool {
	if !namedField(line, fromNames) {
		return false
	}
	found := 0
	for i := 0; i < 5 && after != ""; i++ {
		var next string
		next, after, _ = strings.Cut(after, "\n")
		if namedField(strings.TrimSpace(next), otherNames) {
			found++
		}
	}
	return found >= 2
}

// namedField reports whether line is "name: value" with one of names.
func namedField(line string, names map[string]bool) bool {
	line = strings.TrimLeft(line, "*") // bold, in plain text
	head := line[:min(len(line), 40)]
	i := strings.IndexByte(head, ':')
	if wide := strings.Index(head, "："); i < 0 || wide >= 0 && wide < i {
		i = wide
	}
	if i <= 0 {
		return false
	}
	return names[strings.ToLower(strings.TrimRight(head[:i], " *"))]
}

// sentFrom begins the line that phones set below what they send.
var sentFrom = []string{
	"sent from my ", "sent from mail for windows", "sent from outlook for", "get outlook for", "sent from yahoo mail",
	"von meinem ", "gesendet von ", "envoyé de mon ", "envoyé depuis ", "enviado desde mi ", "enviado do meu ",
	"inviato da ", "verzonden vanaf mijn ", "skickat från min ", "sendt fra min ", "отправлено с ", "wysłane z ",
	"发自我的", "iphoneから送信",
}

func isSentFrom(line string) bool {
	if len(line) > 80 {
		return false
	}
	for _, s := range sentFrom {
		if len(line) >= len(s) && strings.EqualFold(line[:len(s)], s) {
			return true
		}
	}
	return false
}
