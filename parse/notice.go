package parse

import "strings"

// A notice begins with one of these pairs of words, in lower case, and has a
// word that only notices need near its start.
//
//nolint:misspell // words of other languages
var (
	noticeStarts = nameSet(
		"this e-mail", "this email", "this message", "this communication", "this transmission", "the information", "the contents",
		"the content", "confidentiality notice", "confidentiality notice:", "confidentiality note:", "disclaimer:", "disclaimer",
		"notice:", "important notice:", "privileged and", "confidential:", "please consider", "diese e-mail", "diese nachricht",
		"diese mail", "diese email", "der inhalt", "die information", "die informationen", "ce message", "cet e-mail", "ce courriel",
		"ce mail", "le contenu", "les informations", "este mensaje", "este correo", "la información", "esta mensagem", "este e-mail",
		"este email", "as informações", "aviso legal", "aviso de", "questo messaggio", "questa e-mail", "le informazioni",
		"il presente", "dit bericht", "deze e-mail", "de informatie", "ta wiadomość", "niniejsza wiadomość", "treść tej",
		"это сообщение", "данное сообщение", "настоящее сообщение", "bu e-posta", "bu mesaj", "bu ileti", "tento e-mail",
	)
	noticeWords = []string{
		"confidential", "privileged", "intended", "recipient", "in error", "environment before", "vertraulich", "empfänger",
		"irrtümlich", "confidentiel", "destinataire", "par erreur", "confidencial", "destinatari", "por error", "por engano",
		"riservat", "per errore", "vertrouwelijk", "geadresseerde", "bestemd voor", "poufn", "adresat", "конфиденциал",
		"адресат", "gizli", "důvěrn",
	}
)

func nameSet(names ...string) map[string]bool {
	set := make(map[string]bool, len(names))
	for _, n := range names {
		set[n] = true
	}
	return set
}

// isNotice reports the first line of a legal notice.
func isNotice(line string) bool {
	if len(line) < 40 {
		return false
	}
	head := line[:min(len(line), 40)]
	i := strings.IndexByte(head, ' ')
	if i < 0 {
		return false
	}
	if n := strings.IndexByte(head[i+1:], ' '); n >= 0 {
		head = head[:i+1+n]
	}
	if !noticeStarts[strings.ToLower(head)] {
		return false
	}
	text := strings.ToLower(line[:min(len(line), 400)])
	for _, w := range noticeWords {
		if strings.Contains(text, w) {
			return true
		}
	}
	return false
}
