package signals

import (
	"slices"
	"strings"

	"postern/parse"
)

// QRCodes counts QR codes.
var QRCodes = define(Signal{
	Name: "qr.codes", Level: Message, Unit: Count,
	Doc:  "QR codes that the message or a file in it shows.",
	Eval: func(f *Facts) float64 { return float64(len(f.look().codes)) },
})

// QRLinks counts those that open a web page.
var QRLinks = define(Signal{
	Name: "qr.links", Level: Message, Unit: Count,
	Doc:  "QR codes that open a web page.",
	Eval: func(f *Facts) float64 { return countCodes(f, func(*target) bool { return true }) },
})

func countCodes(f *Facts, is func(*target) bool) float64 {
	return countLinks(f, func(t *target) bool { return t.Origin == parse.InQR && is(t) })
}

// QRForeign counts those that lead elsewhere.
var QRForeign = define(Signal{
	Name: "qr.foreign", Level: Message, Unit: Count,
	Doc:  "QR codes that open a web page neither of the sender's organisation nor of ours.",
	Eval: func(f *Facts) float64 { return countCodes(f, f.elsewhere) },
})

// QRRcpt counts those that carry a recipient.
var QRRcpt = define(Signal{
	Name: "qr.rcpt", Level: Message, Unit: Count,
	Doc: "QR codes that carry the address of a recipient, in the clear or in base64.",
	Eval: func(f *Facts) float64 {
		if len(f.look().codes) == 0 {
			return 0
		}
		forms := f.rcptForms()
		n := 0
		for _, c := range f.look().codes {
			if slices.ContainsFunc(forms, func(s string) bool { return strings.Contains(c.Text, s) }) {
				n++
			}
		}
		return float64(n)
	},
})

// rcptForms spells the recipients' addresses as links carry them.
func (f *Facts) rcptForms() (forms []string) {
	for _, r := range f.Env.Rcpts[:min(len(f.Env.Rcpts), maxRcpts)] {
		if r.Local != "" && r.Domain != "" { // not the null path
			forms = append(forms, addressForms(r)...)
		}
	}
	return forms
}

// QRDrawn counts those that are in no image.
var QRDrawn = define(Signal{
	Name: "qr.drawn", Level: Message, Unit: Count,
	Doc: "QR codes that are drawn by the cells of a table or by block characters, and are in no image.",
	Eval: func(f *Facts) float64 {
		return codesIn(f, func(p parse.CodePlace) bool { return p == parse.CodeInTable || p == parse.CodeInText })
	},
})

// QRInPDF counts those on the pages of PDF files.
var QRInPDF = define(Signal{
	Name: "qr.in_pdf", Level: Message, Unit: Count,
	Doc: "QR codes on the pages of attached PDF files.",
	Eval: func(f *Facts) float64 {
		return codesIn(f, func(p parse.CodePlace) bool { return p == parse.CodeInPDF })
	},
})

func codesIn(f *Facts, is func(parse.CodePlace) bool) float64 {
	n := 0
	for _, c := range f.look().codes {
		if is(c.In) {
			n++
		}
	}
	return float64(n)
}

// QRPayment counts those that order a payment.
var QRPayment = define(Signal{
	Name: "qr.payment", Level: Message, Unit: Count,
	Doc: "QR codes that order a payment: of banks (EPC069-12, EMVCo, Swiss QR) or in crypto-currency.",
	Eval: func(f *Facts) float64 {
		n := 0
		for _, c := range f.look().codes {
			if slices.ContainsFunc(paymentCodes, func(p string) bool { return strings.HasPrefix(strings.ToLower(c.Text), p) }) {
				n++
			}
		}
		return float64(n)
	},
})

// paymentCodes is how such codes begin, in lower case.
var paymentCodes = []string{"bcd ", "spc ", "000201", "upi:", "bitcoin:", "ethereum:", "litecoin:", "monero:", "bank://", "spd*"}
