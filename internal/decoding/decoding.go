// Package decoding holds what every decoder of attached files must keep to.
package decoding

import (
	"reflect"
	"slices"
	"testing"
	"unicode/utf8"

	"postern/content"
)

// A Decoder reads a file, as far as its budget goes.
type Decoder func(*content.Found, []byte, *content.Budget)

// tight is a budget that small files use up.
var tight = content.Budget{Bytes: 4096, Pixels: 4096, Codes: 1, Steps: 500}

// Check holds a decoder to its budget, to values that can be shown and are
// within their limits, and to giving the same value twice. No guard stands
// before it.
func Check(t *testing.T, decode Decoder, body []byte) {
	t.Helper()
	before := string(body)
	for _, budget := range []content.Budget{tight, content.DefaultBudget} {
		one, two := content.Found{}, content.Found{}
		b, c := budget, budget
		decode(&one, body, &b)
		decode(&two, body, &c)
		if !reflect.DeepEqual(one, two) {
			t.Errorf("two readings differ:\n%+v\n%+v", one, two)
		}
		if min(b.Bytes, b.Pixels, b.Codes, b.Steps) < 0 {
			t.Errorf("overdrawn: %+v", b)
		}
		if len(one.Text) > content.MaxText || len(one.Names) > content.MaxNames {
			t.Errorf("%d bytes of text, %d names", len(one.Text), len(one.Names))
		}
		for _, s := range slices.Concat(one.Names, one.Codes, one.Calls, []string{one.Text, one.Title, one.Author, one.Program, one.Producer, one.Command}) {
			if !utf8.ValidString(s) {
				t.Errorf("%q is no UTF-8", s)
			}
		}
	}
	if string(body) != before {
		t.Error("the input was changed")
	}
}
