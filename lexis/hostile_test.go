package lexis_test

import (
	"strings"
	"testing"
	"time"

	"postern/lexis"
)

// TestHostile: no text makes a byte cost much more than in a letter.
func TestHostile(t *testing.T) {
	t.Parallel()
	const (
		size     = 256 << 10
		patience = 5 * time.Second // some 50 ms are usual; what is quadratic takes minutes
	)
	for _, piece := range []string{
		"1", "1 ", "+1", "(1", "l1", "O0", "1-", "DE89 ", "DE89370400440532013000 ", "GB", "account 1 ", "$1", "1 million ", "your ", "verify your ",
		"please call our ", "to avoid ", "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN3 ", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD ", "bc1q", "人", "ア", "é",
		"\u200b", "a\u0301", "аp", "𝟖", ".", "\n", "24 hours within ", "-", "конфиденциальн", "888tNkZrPN6JsEgekjMnABU4TBzc2Dt29EPAvkRxbANsAnjyPbb3iQ1YBRk1UXcdRsiKc9dhwMVgN5S9cQUiyoogDavup3 ",
	} {
		text := strings.Repeat(piece, size/len(piece))
		start := time.Now()
		lexis.Builtin().Read(text)
		lexis.Accounts(text)
		lexis.Phones(text, "DE")
		lexis.Amounts(text)
		lexis.Wallets(text)
		lexis.Deadline(text)
		lexis.Greet(text)
		if took := time.Since(start); took > patience {
			t.Errorf("%q repeated takes %v", piece, took)
		}
	}
}
