package parse

import (
	"slices"
	"strings"
	"unicode"
)

// Limits of the search for passwords.
const (
	maxPasswords  = 24
	maxSearched   = 8 << 10 // bytes of text
	maxBehindWord = 4       // words behind one that promises a password
)

// promises are the beginnings of the words that a password stands behind.
var promises = []string{
	"password", "passwort", "kennwort", "passcode", "passwd", "pwd", "pass", "senha", "contraseña", "clave", "mot", "code", "codice",
	"código", "codigo", "pin", "wachtwoord", "hasło", "haslo", "heslo", "şifre", "sifre", "parola", "пароль", "пароля", "密码", "密碼",
	"パスワード", "key", "schlüssel", "lösenord", "adgangskode", "salasana",
}

// passwords lists the words of the text that may open an attached file: those
// that follow a word which promises one, the nearest first.
func (c *content) passwords() []string {
	if c.keys != nil {
		return c.keys
	}
	c.keys = []string{}
	text := c.m.Subject + "\n" + c.m.Text.Visible
	words := strings.FieldsFunc(text[:min(len(text), maxSearched)], func(r rune) bool {
		return unicode.IsSpace(r) || r == ':' || r == '=' || r == '：' || r == '"' || r == '“' || r == '”' || r == '«' || r == '»'
	})
	var at []int
	for i, w := range words {
		if promise(w) {
			at = append(at, i)
		}
	}
	for ahead := 1; ahead <= maxBehindWord; ahead++ {
		for _, i := range at {
			if i+ahead < len(words) {
				c.addKey(words[i+ahead])
				c.addKey(strings.Trim(words[i+ahead], ".,;!?()[]<>'*`"))
			}
		}
	}
	return c.keys
}

func (c *content) addKey(word string) {
	if n := len(word); n > 1 && n <= 64 && len(c.keys) < maxPasswords && !slices.Contains(c.keys, word) {
		c.keys = append(c.keys, word)
	}
}

// promising are the first bytes of promises, in either case.
var promising = func() (t [256]bool) {
	for _, p := range promises {
		t[p[0]], t[strings.ToUpper(p)[0]] = true, true
	}
	return t
}()

func promise(word string) bool {
	word = strings.TrimLeft(word, "([*_'")
	if word == "" || !promising[word[0]] {
		return false
	}
	word = strings.ToLower(word)
	return slices.ContainsFunc(promises, func(p string) bool { return strings.HasPrefix(word, p) })
}
