package page

import (
	"reflect"
	"testing"
	"unicode/utf8"

	"postern/content"
)

// FuzzDecode holds the decoder to its budget, to values that can be shown, and
// to giving the same value twice. No guard stands before it.
func FuzzDecode(f *testing.F) {
	for _, seed := range seeds(f) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		before := string(body)
		for _, budget := range []content.Budget{{Bytes: 4096, Pixels: 4096, Codes: 1, Steps: 500}, content.DefaultBudget} {
			b, c := budget, budget
			var one, two content.Found
			Scan(&one, body, &b)
			Scan(&two, body, &c)
			if !reflect.DeepEqual(one, two) {
				t.Errorf("two readings differ:\n%+v\n%+v", one, two)
			}
			if min(b.Bytes, b.Pixels, b.Codes, b.Steps) < 0 {
				t.Errorf("overdrawn: %+v", b)
			}
			if len(one.Text) > content.MaxText || len(one.Names) > content.MaxNames {
				t.Errorf("%d bytes of text, %d names", len(one.Text), len(one.Names))
			}
			for _, s := range append(append(one.Names, one.Codes...), one.Text, one.Title, one.Author, one.Program, one.Producer) {
				if !utf8.ValidString(s) {
					t.Errorf("%q is no UTF-8", s)
				}
			}
		}
		if string(body) != before {
			t.Error("the input was changed")
		}
	})
}

func seeds(f *testing.F) [][]byte {
	f.Helper()
	all := make([][]byte, 0, len(cases))
	for _, test := range cases {
		all = append(all, []byte(test.page))
	}
	return all
}
