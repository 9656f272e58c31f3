package signals

import "postern/lexis"

// BodyVisible is how much there is to read.
var BodyVisible = define(Signal{
	Name: "body.visible", Level: Message, Unit: Count,
	Doc:  "Characters of the sender's own words that the reader sees.",
	Eval: func(f *Facts) float64 { return float64(f.look().text.visible) },
})

// BodyHidden is how much the reader does not see.
var BodyHidden = define(Signal{
	Name: "body.hidden", Level: Message, Unit: Ratio,
	Doc: "Share of the text that is in the source but not on the screen.",
	Eval: func(f *Facts) float64 {
		t := &f.Msg.Text
		return share(len(t.Hidden), len(t.Hidden)+len(t.Visible)+len(t.Quoted)+len(t.Signature))
	},
})

// BodyZeroWidth counts characters that take no room.
var BodyZeroWidth = define(Signal{
	Name: "body.zero_width", Level: Message, Unit: Count,
	Doc:  "Characters without width in the subject and the text, hidden or not.",
	Eval: func(f *Facts) float64 { return float64(f.look().text.zeroWidth) },
})

// BodyUrgency counts words that press.
var BodyUrgency = define(Signal{
	Name: "body.urgency", Level: Message, Unit: Count,
	Doc:  "Words and phrases of haste in the subject and the visible text, in twelve languages.",
	Eval: func(f *Facts) float64 { return float64(f.look().text.reading.Hits[lexis.Urgency].Count) },
})

// BodySecrecy counts words that isolate.
var BodySecrecy = define(Signal{
	Name: "body.secrecy", Level: Message, Unit: Count,
	Doc:  "Words and phrases of secrecy and of not being reachable, in twelve languages.",
	Eval: func(f *Facts) float64 { return float64(f.look().text.reading.Hits[lexis.Secrecy].Count) },
})

// BodyPayment counts words of money.
var BodyPayment = define(Signal{
	Name: "body.payment", Level: Message, Unit: Count,
	Doc:  "Words and phrases of invoices, payments and bank accounts, in twelve languages.",
	Eval: func(f *Facts) float64 { return float64(f.look().text.reading.Hits[lexis.Payment].Count) },
})

// BodyCredential counts words of passwords.
var BodyCredential = define(Signal{
	Name: "body.credential", Level: Message, Unit: Count,
	Doc:  "Words and phrases of passwords, signing in and account checks, in twelve languages.",
	Eval: func(f *Facts) float64 { return float64(f.look().text.reading.Hits[lexis.Credential].Count) },
})

// BodyCrypto counts words of digital money.
var BodyCrypto = define(Signal{
	Name: "body.crypto", Level: Message, Unit: Count,
	Doc:  "Words and phrases of crypto-currency in the subject and the visible text, in twelve languages.",
	Eval: func(f *Facts) float64 { return float64(f.look().text.reading.Hits[lexis.Crypto].Count) },
})

// BodyExtortion counts words of blackmail.
var BodyExtortion = define(Signal{
	Name: "body.extortion", Level: Message, Unit: Count,
	Doc:  "Words and phrases of ransom, spying and exposure, in twelve languages.",
	Eval: func(f *Facts) float64 { return float64(f.look().text.reading.Hits[lexis.Extortion].Count) },
})

// BodyWallets counts addresses to pay to.
var BodyWallets = define(Signal{
	Name: "body.wallets", Level: Message, Unit: Count,
	Doc:  "Addresses of digital money whose checksum is right.",
	Eval: func(f *Facts) float64 { return float64(len(f.look().text.wallets)) },
})

// BodyPhones counts telephone numbers.
var BodyPhones = define(Signal{
	Name: "body.phones", Level: Message, Unit: Count,
	Doc:  "Telephone numbers in the subject and the visible text.",
	Eval: func(f *Facts) float64 { return float64(len(f.look().text.phones)) },
})
