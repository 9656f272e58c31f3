package signals

import (
	"unicode/utf8"

	"postern/lexis"
	"postern/parse"
)

// body defines a signal of the text of the message.
func body(name string, unit Unit, doc string, of func(t *parse.Text) float64) *Signal {
	return define(Signal{
		Name: "body." + name, Level: Message, Unit: unit, Doc: doc,
		Eval: func(f *Facts) float64 { return of(&f.Msg.Text) },
	})
}

func characters(s string) float64 { return float64(utf8.RuneCountInString(s)) }

// What keeps a program from reading what a person reads.
var (
	BodyLookalikes = body("lookalikes", Count, "Letters of the visible text that only look like Latin ones: of another script, or of a styled alphabet.",
		func(t *parse.Text) float64 { return float64(t.Disguise.Lookalikes) })
	BodyLetterDigits = body("letter_digits", Count, "Digits and signs of the visible text that stand for letters inside of words.",
		func(t *parse.Text) float64 { return float64(t.Disguise.Digits) })
	BodySpacedLetters = body("spaced_letters", Count, "Letters of visible words that are written with spaces or dots between.",
		func(t *parse.Text) float64 { return float64(t.Disguise.Spaced) })
	BodySplitWords = body("split_words", Count, "Visible words with a comment or hidden text inside of them.",
		func(t *parse.Text) float64 { return float64(t.Disguise.Split) })
	BodyZeroWidthInside = body("zero_width_inside", Count, "Characters without width inside of visible words.",
		func(t *parse.Text) float64 { return float64(t.Disguise.ZeroWidth) })
	BodySoftHyphens = body("soft_hyphens", Count, "Soft hyphens inside of visible words.",
		func(t *parse.Text) float64 { return float64(t.Disguise.SoftHyphens) })
	BodyDirection = body("direction", Count, "Controls in the visible text that turn its direction.",
		func(t *parse.Text) float64 { return float64(t.Disguise.Direction) })
)

// How the text is laid out.
var (
	BodyPreheader = body("preheader", Count, "Characters of hidden text ahead of all that is shown.",
		func(t *parse.Text) float64 { return characters(t.Preheader) })
	BodySignature = body("signature", Count, "Characters of the signature.",
		func(t *parse.Text) float64 { return characters(t.Signature) })
	BodyDisclaimer = body("disclaimer", Count, "Characters of legal notices.",
		func(t *parse.Text) float64 { return characters(t.Disclaimer) })
	BodyImageText = body("image_text", Count, "Characters that stand for images which are not loaded.",
		func(t *parse.Text) float64 { return characters(t.Alt) })
	BodyBlankLines = body("blank_lines", Count, "Empty lines in the longest run of them between two visible words.",
		func(t *parse.Text) float64 { return float64(t.Blank) })
	BodyBelowBlank = body("below_blank", Ratio, "Share of the visible text that stands below the longest run of empty lines; unknown where no line is empty.",
		func(t *parse.Text) float64 {
			if t.Blank == 0 {
				return Unknown
			}
			return share(t.Below, len(t.Visible))
		})
	BodyHTML = body("html", Bool, "The text is shown from HTML.",
		func(t *parse.Text) float64 { return truth(t.HTML) })
)

// What is quoted from earlier messages.
var (
	BodyForwards = body("forwards", Count, "Headers of earlier messages that are quoted or attached.",
		func(t *parse.Text) float64 { return float64(len(t.Forwards)) })
	BodyForwarded = body("forwarded", Count, "Earlier messages that a line says were forwarded, or that are attached.",
		func(t *parse.Text) float64 {
			n := 0
			for i := range t.Forwards {
				if t.Forwards[i].Said || t.Forwards[i].Attached {
					n++
				}
			}
			return float64(n)
		})
	BodyForwardOurs = define(Signal{
		Name: "body.forward_ours", Level: Message, Unit: Ratio,
		Doc:  "Share of the quoted headers whose From bears one of our domains; unknown without such headers.",
		Eval: func(f *Facts) float64 { return f.forwards(f.Org.Owns) },
	})
	BodyForwardSender = define(Signal{
		Name: "body.forward_sender", Level: Message, Unit: Ratio,
		Doc: "Share of the quoted headers whose From bears the organisational domain of From; unknown without such headers.",
		Eval: func(f *Facts) float64 {
			from := f.From().Domain
			return f.forwards(func(domain string) bool { return !foreign(domain, from) })
		},
	})
	BodyForwardAge = define(Signal{
		Name: "body.forward_age", Level: Message, Unit: Days,
		Doc: "Age of the first quoted header that bears a date.",
		Eval: func(f *Facts) float64 {
			for i := range f.Msg.Text.Forwards {
				if date := f.Msg.Text.Forwards[i].Date; !date.IsZero() && !f.Env.Received.IsZero() {
					return f.Env.Received.Sub(date).Hours() / 24
				}
			}
			return Unknown
		},
	})
)

// forwards is the share of quoted headers with an address whose domain is so.
func (f *Facts) forwards(is func(domain string) bool) float64 {
	n, of := 0, 0
	for i := range f.Msg.Text.Forwards {
		if domain := f.Msg.Text.Forwards[i].From.Address.Domain; domain != "" {
			of++
			if is(domain) {
				n++
			}
		}
	}
	return share(n, of)
}

// quoted defines a count of words in what is quoted.
func quoted(name string, intent lexis.Intent, doc string) *Signal {
	return define(Signal{
		Name: "body.quoted_" + name, Level: Message, Unit: Count, Doc: doc,
		Eval: func(f *Facts) float64 { return float64(f.look().text.quoted.Hits[intent].Count) },
	})
}

// Words in what is quoted.
var (
	BodyQuotedUrgency    = quoted("urgency", lexis.Urgency, "Words and phrases of haste in what is quoted.")
	BodyQuotedPayment    = quoted("payment", lexis.Payment, "Words and phrases of invoices, payments and bank accounts in what is quoted.")
	BodyQuotedCredential = quoted("credential", lexis.Credential, "Words and phrases of passwords, signing in and account checks in what is quoted.")
)

// Words of one form of the message that the other lacks.
var (
	BodyPlainExtra = define(Signal{
		Name: "body.plain_extra", Level: Message, Unit: Ratio,
		Doc:  "Share of the different words of the plain form that the HTML form does not show; unknown where there are not both.",
		Eval: func(f *Facts) float64 { return f.look().forms.plainExtra },
	})
	BodyHTMLExtra = define(Signal{
		Name: "body.html_extra", Level: Message, Unit: Ratio,
		Doc:  "Share of the different words that the HTML form shows and the plain form lacks; unknown where there are not both.",
		Eval: func(f *Facts) float64 { return f.look().forms.htmlExtra },
	})
)

// BodyAttached is how much there is to read in attached messages.
var BodyAttached = define(Signal{
	Name: "body.attached", Level: Message, Unit: Count,
	Doc: "Characters of the visible text of attached messages.",
	Eval: func(f *Facts) float64 {
		n := 0.0
		for m := range f.Msg.All() {
			if m != f.Msg {
				n += characters(m.Text.Visible)
			}
		}
		return n
	},
})
