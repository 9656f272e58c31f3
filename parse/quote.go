package parse

import (
	"strings"
)

// maxSignature is the length beyond which no signature is believed: text
// behind a "-- " must not be a place to hide.
const maxSignature = 1500

// minMarked is how many lines of a page begin with ">" where it marks a
// quotation: one or two are arrows.
const minMarked = 3

// maxNotice is the same for legal notices, which run longer.
const maxNotice = 6000

// split parts the sender's words from quotations, the signature and legal
// notices.
func (t *Text) split(text string) {
	sp := splitter{text: t, block: len(text), marked: !t.HTML || strings.Count(text, "\n>") >= minMarked}
	sp.own.Grow(len(text))
	for rest := text; rest != ""; {
		line, after, _ := strings.Cut(rest, "\n")
		sp.line(line, rest, after)
		rest = after
	}
	t.Visible = strings.TrimSpace(sp.own.String())
	t.Quoted = strings.TrimSpace(sp.quoted.String())
	t.Signature = strings.TrimSpace(sp.sign.String())
	t.Disclaimer = strings.TrimSpace(sp.notice.String())
}

// A splitter sorts the lines of a text.
type splitter struct {
	text                      *Text
	marked                    bool // a ">" marks a quotation
	own, quoted, sign, notice strings.Builder
	signed                    bool // behind the start of a signature
	rest                      bool // all that follows is quoted
	attribution               bool // the line before was cut in two
	said                      bool // the last separator tells of a forwarded message
	legal                     bool // within a paragraph of a notice
	within                    bool // within a paragraph
	block                     int  // what is left of the text behind the last header
}

// line sorts a line; rest is the text from it on, after the one behind it.
func (sp *splitter) line(line, rest, after string) {
	to := &sp.own
	trimmed := strings.TrimSpace(line)
	begins := !sp.within
	sp.within, sp.legal = trimmed != "", sp.legal && trimmed != ""
	switch {
	case trimmed == "" && !sp.rest:
	case sp.rest, sp.attribution:
		to, sp.attribution = &sp.quoted, false
		sp.forward(trimmed, rest)
	case sp.marked && strings.HasPrefix(trimmed, ">"):
		to, sp.signed = &sp.quoted, false
		sp.forward(strings.TrimLeft(trimmed, "> "), rest)
	case isSeparator(trimmed):
		to, sp.rest, sp.said = &sp.quoted, true, saysForwarded(trimmed)
	case sp.forward(trimmed, rest):
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
	case begins && sp.own.Len() > 0 && isNotice(trimmed):
		sp.legal = true
	}
	switch {
	case to != &sp.own:
	case sp.legal:
		to = &sp.notice
	case sp.signed:
		to = &sp.sign
	}
	to.WriteString(line)
	to.WriteByte('\n')
}

// forward notes the header of a message that begins at line, the first one of
// rest, and reports whether there is one.
func (sp *splitter) forward(line, rest string) bool {
	switch {
	case line == "" || len(rest) > sp.block || len(sp.text.Forwards) >= maxForwards:
		return false
	case isSeparator(line):
		sp.said = saysForwarded(line)
		return false
	}
	f, n := headerBlock(rest)
	if n == 0 {
		return false
	}
	f.Said = sp.said
	sp.text.Forwards = append(sp.text.Forwards, f)
	sp.said, sp.block = false, len(rest)-n
	return true
}

// quoteFollows reports whether the next line with text is marked by ">".
func quoteFollows(text string) bool {
	return strings.HasPrefix(strings.TrimLeft(text[:min(len(text), 512)], " \t\n"), ">")
}

// The words that introduce an answered and a forwarded message, in lower case.
var (
	answered = []string{
		"original message", "original appointment", "ursprüngliche nachricht", "message d'origine", "message original",
		"mensaje original", "messaggio originale", "mensagem original", "oorspronkelijk bericht", "ursprungligt meddelande",
		"oprindelig meddelelse", "opprinnelig melding", "alkuperäinen viesti", "wiadomość oryginalna", "oryginalna wiadomość",
		"původní zpráva", "исходное сообщение", "orijinal ileti", "özgün ileti", "原始邮件", "原始郵件", "元のメッセージ",
		"original-nachricht", "eredeti üzenet", "αρχικό μήνυμα", "원본 메시지",
	}
	forwarded = []string{
		"forwarded message", "forwarded by ", "weitergeleitete nachricht", "message transféré", "mensaje reenviado",
		"messaggio inoltrato", "mensagem encaminhada", "doorgestuurd bericht", "vidarebefordrat meddelande",
		"videresendt ", "välitetty viesti", "wiadomość przekazana", "przekazana wiadomość", "přeposlaná zpráva",
		"пересылаемое сообщение", "пересланное сообщение", "перенаправленное сообщение", "переслане повідомлення", "iletilen mesaj", "yönlendirilen ileti",
		"转发的邮件", "转发邮件", "轉寄郵件", "転送メッセージ", "전달된 메시지", "továbbított üzenet", "προωθημένο μήνυμα", "رسالة معاد توجيهها",
	}
)

// begins reports whether line, of dashes and words, begins with one of these.
func begins(line string, words []string) bool {
	line = strings.ToLower(strings.Trim(line, "-_ "))
	for _, s := range words {
		if strings.HasPrefix(line, s) {
			return true
		}
	}
	return false
}

// saysForwarded reports a separator that tells of a forwarded message.
func saysForwarded(line string) bool {
	return !strings.HasPrefix(line, "-") || begins(line, forwarded)
}

// announced are the lines by which Apple Mail introduces a forwarded message.
var announced = map[string]bool{
	"begin forwarded message:": true, "anfang der weitergeleiteten nachricht:": true, "début du message réexpédié :": true,
	"début du message transféré :": true, "inicio del mensaje reenviado:": true, "inizio messaggio inoltrato:": true,
	"begin doorgestuurd bericht:": true, "início da mensagem encaminhada:": true, "início da mensagem reencaminhada:": true,
	"вот начало пересланного сообщения:": true, "以下是转发的邮件:": true,
}

// isSeparator reports a line such as "-----Original Message-----".
func isSeparator(line string) bool {
	if len(line) > 200 {
		return false
	}
	if strings.HasSuffix(line, ":") && len(line) < 80 {
		return announced[strings.ToLower(line)]
	}
	return strings.HasPrefix(line, "--") && (begins(line, answered) || begins(line, forwarded))
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
	return nameLast(line) || dateAndAddress(line)
}

// dateAndAddress reports the attribution without a verb: "17.03.2026, 14:37,
// "Dana Reed" <dana.reed@example.com>:".
func dateAndAddress(line string) bool {
	return strings.HasSuffix(line, ">:") && line[0]-'0' <= 9 && strings.IndexByte(line, '@') > 0 && strings.IndexByte(line, ':') < len(line)-1
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
