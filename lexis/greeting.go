package lexis

import (
	"strings"
)

// A Greeting is how a text addresses its reader.
type Greeting struct {
	Words   string // what follows the word of greeting, to the end of the phrase
	Found   bool
	Generic bool // it could be anybody: "customer", "Sir or Madam"
}

// Limits of looking for a greeting.
const (
	maxGreetText  = 600 // bytes at the beginning of the text
	maxGreetLines = 8
	maxGreetWords = 80 // bytes behind the word of greeting
)

// greets are words that greet at the beginning of a line, in lower case, by
// their first byte; the longer ones first where one begins like another.
var greets = func() (t [256][]string) {
	for word := range strings.SplitSeq(greetWords, ",") {
		t[word[0]] = append(t[word[0]], word)
	}
	return t
}()

const greetWords = "dear,hello,hi,hey,greetings,attention,attn,good morning,good afternoon,good evening,good day," +
	"hallo,sehr geehrte damen und herren,sehr geehrter,sehr geehrte,sehr geehrtes,guten tag,guten morgen,lieber,liebe,liebes,moin," +
	"bonjour,bonsoir,cher,chère,chers,salut,estimado,estimada,estimados,estimadas,hola,apreciado,querido,querida,buenos días,buenas tardes," +
	"prezado,prezada,prezados,caro,cara,caros,olá,bom dia,boa tarde,gentile,egregio,egregia,spettabile,spett.le,ciao,buongiorno,salve," +
	"beste,geachte,hoi,dag,szanowny,szanowna,szanowni państwo,szanowni,witaj,witam,drogi,droga,dzień dobry,cześć," +
	"уважаемый,уважаемая,уважаемые,здравствуйте,добрый день,привет,дорогой,дорогая,sayın,merhaba,sevgili,değerli," +
	"hej,kära,kære,kjære,hei,vážený,vážená,dobrý den,tisztelt,kedves,stimate,stimată,bună ziua,尊敬的,亲爱的,尊敬的用户,親愛的,您好"

// generics are words for a reader of whom nothing is known.
//
//nolint:misspell // words of other languages
var generics = strings.Fields(`customer customers user users client clients member members sir madam subscriber cardholder holder
	beneficiary winner friend beloved valued account owner recipient all everyone team colleague colleagues employee employees staff
	webmail email mail mailbox postmaster kunde kundin kunden nutzer nutzerin damen herren mitglied teilnehmer client cliente clientes
	utilisateur usager madame monsieur abonné contribuable usuario usuaria señor señora señores titular socio correntista usuário
	utente contribuente socio klant klanten lezer gebruiker heer mevrouw klient klienci kliencie użytkownik użytkowniku państwo abonent
	клиент пользователь клиенты пользователи абонент друзья коллеги müşteri müşterimiz kullanıcı kullanıcımız üye kund kunde asiakas
	zákazníku zákazník ügyfelünk client 用户 用戶 客户 客戶 先生 女士 会员 會員 顾客 お客様 お客さま 会員 ユーザー 各位`)

// Greet finds how text addresses its reader in its first lines.
func Greet(text string) Greeting {
	text = Plain(text[:min(len(text), maxGreetText)])
	lines := 0
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		if lines++; lines > maxGreetLines {
			break
		}
		if g, ok := greetLine(line); ok {
			return g
		}
	}
	return Greeting{}
}

func greetLine(line string) (Greeting, bool) {
	var buf [160]byte
	low := string(lower(buf[:0], line[:min(len(line), 120)]))
	for _, name := range []string{"様", "お客様"} { // the name stands first
		if head, _, ok := strings.Cut(low, name); ok && len(head) <= maxGreetWords && !strings.ContainsAny(head, "。、") {
			return Greeting{Words: head, Found: true, Generic: generic(head + name)}, true
		}
	}
	for _, word := range greets[low[0]] {
		rest, ok := strings.CutPrefix(low, word)
		if !ok || rest != "" && word[0] < 0xE0 && inWord(rest[0]) {
			continue
		}
		if i := strings.IndexAny(rest, ",:!;\n"); i >= 0 {
			rest = rest[:i]
		}
		if i := strings.Index(rest, ". "); i > 4 {
			rest = rest[:i]
		}
		if len(rest) > maxGreetWords {
			return Greeting{}, false // a sentence, not a greeting
		}
		rest = strings.TrimSpace(rest)
		return Greeting{Words: rest, Found: true, Generic: rest != "" && generic(rest) || strings.Contains(word, "herren")}, true
	}
	return Greeting{}, false
}

// generic tells whether one of the words could be anybody.
func generic(words string) bool {
	for w := range strings.FieldsFuncSeq(words, func(r rune) bool { return r < 0x80 && foldRune(r) == 0 }) {
		for _, g := range generics {
			if w == g || g[0] >= 0xE3 && strings.Contains(w, g) {
				return true
			}
		}
	}
	return false
}

// Deadline gives the shortest time, in hours, that the text leaves its reader:
// "within 24 hours", "in 2 Tagen", "24時間以内"; ok is false where it names none.
func Deadline(text string) (hours float64, ok bool) {
	text = Plain(text)
	for i, tried := 0, 0; i < len(text) && tried < maxTried; i++ {
		if i = nextDigit(text, i); i == len(text) {
			break
		}
		start := i
		n := 0
		for i < len(text) && digit(text[i]) {
			n = min(n*10+int(text[i]-'0'), 10_000)
			i++
		}
		if tried++; n == 0 || n > 999 || !atWord(text, start) && text[start-1] < 0x80 {
			continue
		}
		unit := unitHours(text, i)
		if h := float64(n) * unit; unit > 0 && h <= maxDeadline && (!ok || h < hours) && limited(text, start, i) {
			hours, ok = h, true
		}
	}
	return hours, ok
}

// maxDeadline is in hours: what leaves more time does not press.
const maxDeadline = 31 * 24

var timeUnits = func() map[string]float64 {
	m := map[string]float64{}
	for hours, words := range map[float64]string{
		1: "hours hour hrs hr h stunden stunde std heures heure horas hora ore ora uur uren godzin godziny час часа часов saat timmar timer tuntia",
		24: `days day business working tagen tage tag jours jour días dias día dia giorni giorno dagen dag dni dzień день дня дней gün iş
			werktagen werktage dagar dage päivää`,
	} {
		for w := range strings.FieldsSeq(words) {
			m[w] = hours
		}
	}
	return m
}()

// unitHours reads the unit behind a number.
func unitHours(s string, i int) float64 {
	rest := strings.TrimLeft(s[i:min(len(s), i+24)], " -")
	if rest == "" || !inWord(rest[0]) {
		return 0
	}
	for _, e := range []struct {
		unit  string
		hours float64
	}{{"時間", 1}, {"小时", 1}, {"小時", 1}, {"日以", 24}, {"天", 24}, {"工作日", 24}} {
		if strings.HasPrefix(rest, e.unit) {
			return e.hours
		}
	}
	end := 0
	for end < len(rest) && inWord(rest[end]) {
		end++
	}
	var buf [64]byte
	return timeUnits[string(lower(buf[:0], rest[:end]))]
}

// limiters are words before a number that make it a limit.
var limiters = func() map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(`within in next less than after have only the following innerhalb binnen nächsten in nach sous dans
		avant prochaines moins en dentro próximas menos plazo em nas até prazo entro nelle prossime fra tra komende de ciągu za течение
		через ближайшие son önümüzdeki inom indenfor innen`) {
		m[w] = true
	}
	return m
}()

// limited tells whether the number from start to end is a limit: a word like
// "within" stands before it, or its like behind it in languages that put it
// there.
func limited(s string, start, end int) bool {
	found, n := false, 0
	before(new([maxWord]byte), s, start, 24, func(word []byte) bool {
		found = found || limiters[string(word)]
		n++
		return n < 2
	})
	rest := s[end:min(len(s), end+24)]
	for _, w := range []string{"以内", "内", "之内", "içinde", "kuluessa", "內"} {
		found = found || strings.Contains(rest, w)
	}
	return found && !strings.Contains(rest, "a day") && !strings.Contains(rest, "per day")
}
