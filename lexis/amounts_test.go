package lexis_test

import (
	"slices"
	"testing"

	"postern/lexis"
)

func TestAmounts(t *testing.T) {
	t.Parallel()
	type sums = []lexis.Amount
	for _, c := range []struct {
		text string
		want sums
	}{
		{"$1,234.56", sums{{1234.56, "USD"}}},
		{"a total of 1.234,56 € is due", sums{{1234.56, "EUR"}}},
		{"EUR 1.234", sums{{1234, "EUR"}}},
		{"USD 500", sums{{500, "USD"}}},
		{"US$ 12.50 or C$9", sums{{12.5, "USD"}, {9, "CAD"}}},
		{"1 234,50 zł", sums{{1234.5, "PLN"}}},
		{"R$ 1.500,00", sums{{1500, "BRL"}}},
		{"CHF 12'500.00", sums{{12500, "CHF"}}},
		{"₹1,50,000", sums{{150000, "INR"}}},
		{"5 000 руб.", sums{{5000, "RUB"}}},
		{"1.500 TL", sums{{1500, "TRY"}}},
		{"３万円", sums{{30000, "JPY"}}},
		{"人民币 5000元", sums{{5000, "CNY"}}},
		{"$10.5 million", sums{{10.5e6, "USD"}}},
		{"the sum of 5.5 Million US Dollars", sums{{5.5e6, "USD"}}},
		{"2 millones de dólares", sums{{2e6, "USD"}}},
		{"$25k", sums{{25000, "USD"}}},
		{"0.5 BTC", sums{{0.5, "BTC"}}},
		{"€ 20", sums{{20, "EUR"}}},
		{"20€ each", sums{{20, "EUR"}}},
		{"in 2026, 12 people and 3.5 percent", nil},
		{"version 1.2.3, room 500", nil},
		{"chapter 5 m", nil},
		{"Please arrange the transfer of the balance of EUR\n12,500.00 before noon.", sums{{12500, "EUR"}}},
		{"Please arrange today the transfer of the sum of 12,500.00\nEUR to the account below.", sums{{12500, "EUR"}}},
		{"The late client left with our bank the sum of 5.5\nmillion US dollars.", sums{{5.5e6, "USD"}}},
		{"Bitte überweisen Sie noch heute den Betrag von 1.234,56\n€ auf das Konto.", sums{{1234.56, "EUR"}}},
		{"Prices are in EUR\n500 pieces", nil},
		{"What we agreed upon for the coming year is in chapter 5\n\nEuro standards", nil},
	} {
		if got := lexis.Amounts(c.text); !slices.Equal(got, c.want) {
			t.Errorf("%q: %v, want %v", c.text, got, c.want)
		}
	}
}
