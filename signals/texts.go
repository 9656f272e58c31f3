package signals

import (
	"slices"
	"strings"

	"postern/lexis"
	"postern/parse"
)

// ofText defines a signal of what the subject and the visible words tell.
func ofText(name string, unit Unit, doc string, of func(*text) float64) *Signal {
	return define(Signal{Name: name, Level: Message, Unit: unit, Doc: doc, Eval: func(f *Facts) float64 { return of(&f.look().text) }})
}

// How the text is written, and to whom.
var (
	TextWords = ofText("text.words", Count, "Words of the subject and the visible text.",
		func(t *text) float64 { return float64(t.reading.Words) })
	TextLanguageSure = ofText("text.language_sure", Ratio, "How sure the language of the text is.",
		func(t *text) float64 { return t.reading.Confidence })
	TextDeadline = ofText("text.deadline", Days, "The shortest time that the text leaves its reader; unknown where it names none.",
		func(t *text) float64 { return t.deadline / 24 })
	TextGreeting = ofText("text.greeting", Bool, "The first lines greet.",
		func(t *text) float64 { return truth(t.greeting.Found) })
	TextGreetingGeneric = ofText("text.greeting_generic", Bool, "The greeting could be anybody's: customer, user, Sir or Madam.",
		func(t *text) float64 { return truth(t.greeting.Generic) })
	TextGreetingRcpt = define(Signal{
		Name: "text.greeting_rcpt", Level: Message, Unit: Bool,
		Doc: "The greeting bears a name or the address of the first recipient; unknown without a greeting.",
		Eval: func(f *Facts) float64 {
			g := &f.look().text.greeting
			if !g.Found {
				return Unknown
			}
			return truth(f.namesRcpt(g.Words))
		},
	})
	TextGreetingAddress = define(Signal{
		Name: "text.greeting_address", Level: Message, Unit: Bool,
		Doc: "The greeting bears a recipient's whole address or what stands before its @, as a program would greet.",
		Eval: func(f *Facts) float64 {
			g := strings.ToLower(f.look().text.greeting.Words)
			return truth(slices.ContainsFunc(f.Env.Rcpts[:min(len(f.Env.Rcpts), maxNamed)], func(a parse.Address) bool {
				return len(a.Local) > 1 && (g == strings.ToLower(a.Local) || strings.Contains(g, strings.ToLower(a.Key())))
			}))
		},
	})
	TextRcptSubject = define(Signal{
		Name: "text.rcpt_in_subject", Level: Message, Unit: Bool,
		Doc: "The subject bears the address of a recipient, or what stands before its @.",
		Eval: func(f *Facts) float64 {
			return truth(f.bearsRcpt(head(f.Msg.Subject, maxNameText)))
		},
	})
	TextRcptNamed = define(Signal{
		Name: "text.rcpt_address", Level: Message, Unit: Bool,
		Doc: "The beginning of the visible text bears the address of a recipient.",
		Eval: func(f *Facts) float64 {
			low := strings.ToLower(head(f.Msg.Text.Visible, maxNameText))
			return truth(slices.ContainsFunc(f.Env.Rcpts[:min(len(f.Env.Rcpts), maxNamed)], func(a parse.Address) bool {
				return a.Local != "" && strings.Contains(low, strings.ToLower(a.Key()))
			}))
		},
	})
	TextOwnName = define(Signal{
		Name: "text.own_domain", Level: Message, Unit: Bool,
		Doc: "The subject or the sender's name bears the first label of one of our domains, while From is not ours.",
		Eval: func(f *Facts) float64 {
			if f.Org == nil || f.Org.Owns(f.From().Domain) {
				return 0
			}
			low := strings.ToLower(head(f.Msg.Subject, maxNameText) + " " + head(f.author().Name, maxName))
			return truth(slices.ContainsFunc(f.Org.Domains, func(d string) bool {
				label, _, _ := strings.Cut(d, ".")
				return len(label) > 3 && strings.Contains(low, label)
			}))
		},
	})
)

// Limits of looking for recipients in the text.
const (
	maxNamed    = 4       // recipients
	maxNameText = 4 << 10 // bytes
)

// bearsRcpt tells whether s holds an address of the first recipients, or what
// stands before its @ as a word of at least four letters.
func (f *Facts) bearsRcpt(s string) bool {
	low := strings.ToLower(s)
	for _, a := range f.Env.Rcpts[:min(len(f.Env.Rcpts), maxNamed)] {
		local := strings.ToLower(a.Local)
		if local == "" {
			continue
		}
		if strings.Contains(low, strings.ToLower(a.Key())) || len(local) > 3 && wordIn(low, local) {
			return true
		}
	}
	return false
}

// wordIn tells whether s holds word with nothing of a word beside it.
func wordIn(s, word string) bool {
	for at := 0; ; {
		i := strings.Index(s[at:], word)
		if i < 0 {
			return false
		}
		i += at
		end := i + len(word)
		if (i == 0 || letter[s[i-1]] == 0) && (end == len(s) || letter[s[end]] == 0) {
			return true
		}
		at = end
	}
}

// namesRcpt tells whether words bear a name or an address of the first
// recipient: one that To or Cc shows for it, or a part of its address.
func (f *Facts) namesRcpt(words string) bool {
	if len(f.Env.Rcpts) == 0 || words == "" {
		return false
	}
	rcpt := f.Env.Rcpts[0]
	low := strings.ToLower(head(words, maxName))
	if strings.Contains(low, strings.ToLower(rcpt.Key())) {
		return true
	}
	for _, list := range [][]parse.Mailbox{f.Msg.To, f.Msg.Cc} {
		for _, m := range list[:min(len(list), maxNamed)] {
			if m.Address.Key() == rcpt.Key() && anyWord(low, strings.ToLower(head(m.Name, maxName))) {
				return true
			}
		}
	}
	return anyWord(low, strings.ToLower(rcpt.Local))
}

// anyWord tells whether s holds one of the words of names, of three letters or
// more.
func anyWord(s, names string) bool {
	for w := range strings.FieldsFuncSeq(names, func(r rune) bool { return strings.ContainsRune(" ._-+,\"'@0123456789", r) }) {
		if len(w) > 2 && wordIn(s, w) {
			return true
		}
	}
	return false
}

// count is how many elements of list are so.
func count[T any](list []T, is func(T) bool) float64 {
	n := 0
	for _, x := range list {
		n += int(truth(is(x)))
	}
	return float64(n)
}

// Telephone numbers.
var (
	PhoneAsked = ofText("phone.asked", Count, "Telephone numbers beside words that ask for a call.",
		func(t *text) float64 { return count(t.phones, func(p lexis.Phone) bool { return p.Asked }) })
	PhoneFree = ofText("phone.toll_free", Count, "Telephone numbers that are free to call.",
		func(t *text) float64 { return count(t.phones, func(p lexis.Phone) bool { return p.TollFree }) })
	PhonePremium = ofText("phone.premium", Count, "Telephone numbers of premium rate or shared cost.",
		func(t *text) float64 { return count(t.phones, func(p lexis.Phone) bool { return p.Premium }) })
	PhoneVeiled = ofText("phone.veiled", Count, "Telephone numbers with letters in place of digits.",
		func(t *text) float64 { return count(t.phones, func(p lexis.Phone) bool { return p.Veiled }) })
	PhoneSubject = define(Signal{
		Name: "phone.in_subject", Level: Message, Unit: Count,
		Doc:  "Telephone numbers in the subject.",
		Eval: func(f *Facts) float64 { return float64(len(lexis.Phones(head(f.Msg.Subject, maxNameText), ""))) },
	})
)

// Sums of money and bank details.
var (
	AmountCount = ofText("amount.count", Count, "Sums of money in the subject and the visible text.",
		func(t *text) float64 { return float64(len(t.amounts)) })
	AmountLargest = ofText("amount.largest", Count, "The largest sum, in units of its currency.",
		func(t *text) float64 {
			most := 0.0
			for _, a := range t.amounts {
				most = max(most, a.Value)
			}
			return most
		})
	AccountNamed = define(Signal{
		Name: "account.named", Level: Message, Unit: Count,
		Doc:  "Bank accounts that the visible text names.",
		Eval: func(f *Facts) float64 { return float64(len(f.Accounts())) },
	})
	AccountAbroad = define(Signal{
		Name: "account.abroad", Level: Message, Unit: Count,
		Doc: "Bank accounts in another country than the one that the top level of the From domain names; unknown where it names none.",
		Eval: func(f *Facts) float64 {
			home := region(f.From().Domain)
			if home == "" {
				return Unknown
			}
			return count(f.Accounts(), func(a lexis.Account) bool { return a.Country != "" && a.Country != home })
		},
	})
	WalletCurrencies = ofText("wallet.currencies", Count, "Different digital currencies whose addresses the text bears.",
		func(t *text) float64 {
			var seen []string
			for _, w := range t.wallets {
				if !slices.Contains(seen, w.Currency) {
					seen = append(seen, w.Currency)
				}
			}
			return float64(len(seen))
		})
)
