package lexis_test

import (
	"testing"

	"postern/lexis"
)

// The addresses are those of the standards' own examples and of public
// donation pages.
func TestWallets(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2":                                                              "BTC",
		"3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy":                                                              "BTC",
		"1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN3":                                                              "",
		"bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4":                                                      "BTC",
		"BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4":                                                      "BTC",
		"bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0":                                  "BTC",
		"bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5":                                                      "",
		"LM2WMpR1Rp6j3Sa59cMXMs1SPzj9eXpGc1":                                                              "LTC",
		"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed":                                                      "ETH",
		"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD":                                                      "",
		"0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed":                                                      "ETH",
		"TJRabPrwbZy45sbavfcjinPJC18kjpRTv8":                                                              "TRX",
		"rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh":                                                              "XRP",
		"888tNkZrPN6JsEgekjMnABU4TBzc2Dt29EPAvkRxbANsAnjyPbb3iQ1YBRk1UXcdRsiKc9dhwMVgN5S9cQUiyoogDavup3H": "XMR",
		"see 4111111111111111111111111111 and deadbeefdeadbeefdeadbeefdeadbeef":                           "",
	} {
		got := ""
		for _, w := range lexis.Wallets("send it to " + text + ", now") {
			got += w.Currency
		}
		if got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

func TestGreet(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]lexis.Greeting{
		"Dear Ann Miller,\nplease":          {Words: "ann miller", Found: true},
		"Your bank\n\nDear customer,\nwe":   {Words: "customer", Found: true, Generic: true},
		"Hi ann@example.com!":               {Words: "ann@example.com", Found: true},
		"Hello,\nyour":                      {Found: true},
		"Sehr geehrte Damen und Herren,\n":  {Found: true, Generic: true},
		"Sehr geehrter Herr Meier,":         {Words: "herr meier", Found: true},
		"Cher client, votre":                {Words: "client", Found: true, Generic: true},
		"Estimado usuario:":                 {Words: "usuario", Found: true, Generic: true},
		"Уважаемый клиент!":                 {Words: "клиент", Found: true, Generic: true},
		"尊敬的用户:":                            {Words: "用户", Found: true, Generic: true},
		"お客様\nいつも":                          {Words: "お客", Found: true, Generic: true},
		"鈴木 様\nいつも":                         {Words: "鈴木 ", Found: true},
		"The choir meets on Thursday.":      {},
		"History of the town\nby somebody.": {},
	} {
		if got := lexis.Greet(text); got != want {
			t.Errorf("%q: %+v, want %+v", text, got, want)
		}
	}
}

func TestDeadline(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]float64{
		"within 24 hours":                  24,
		"in the next 48hrs or 12 days":     48,
		"innerhalb von 3 Tagen":            72,
		"sous 24 heures":                   24,
		"en un plazo de 2 días":            48,
		"24時間以内に":                          24,
		"请在24小时内":                          24,
		"24 saat içinde":                   24,
		"w ciągu 24 godzin":                24,
		"в течение 24 часов":               24,
		"open 24 hours a day, 7 days open": 0,
		"the meeting lasts 2 hours":        0,
		"3 days ago":                       0,
	} {
		if got, _ := lexis.Deadline(text); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}
