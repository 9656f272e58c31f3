package signals

import (
	"math"
	"strings"
	"testing"
)

func TestSay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		signal *Signal
		value  float64
		want   string
	}{
		{LinkCount, 12, "links: 12"},
		{AuthAligned, 0, "nothing proves the domain that From shows"},
		{IntentAction, 0.4, "it wants a click"},
		{IntentAction, 0, ""},
		{LinkRented, 0.75, "75% of its links lead through shorteners or to where anybody can put a page"},
		{BodyCrypto, 1, "it speaks of crypto-currency once"},
		{BodyCrypto, 3, "it speaks of crypto-currency 3 times"},
		{TextDeadline, 1, "it leaves its reader 1 day"},
		{FromVIPName, 1, "the display name is that of one of our VIPs, whose address it is not"},
		{FromVIPName, 0, ""},
		{LinkCount, math.NaN(), ""},
		{RcptIntent, 2.9, ""},
		{RcptIntent, 7.25, "surprisal of what the words are about, against what the recipient usually gets; the most: 7.2 bits"},
	} {
		if got := c.signal.Say(c.value); got != c.want {
			t.Errorf("%s at %v says %q, want %q", c.signal.Name, c.value, got, c.want)
		}
	}
}

// Every signal can be told without a placeholder left over, and every row of
// the table is of a signal that there is.
func TestPhrases(t *testing.T) {
	t.Parallel()
	left := len(phrases())
	for _, s := range All().Signals() {
		if _, ok := phrases()[s.Name]; ok {
			left--
		}
		for _, v := range []float64{0, 0.25, 1, 3, math.NaN()} {
			text := s.Say(v)
			if strings.ContainsAny(text, "{}|") || strings.HasSuffix(text, ".") || text != strings.TrimSpace(text) {
				t.Errorf("%s at %v says %q", s.Name, v, text)
			}
		}
	}
	if left != 0 {
		t.Errorf("%d rows of phrases.txt are of no signal", left)
	}
}
