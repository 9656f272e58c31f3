package page

import (
	"testing"

	"postern/internal/decoding"
)

// FuzzDecode: the decoder keeps to what every decoder must.
func FuzzDecode(f *testing.F) {
	for _, seed := range seeds(f) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body []byte) { decoding.Check(t, Scan, body) })
}

func seeds(f *testing.F) [][]byte {
	f.Helper()
	all := make([][]byte, 0, len(cases))
	for _, test := range cases {
		all = append(all, []byte(test.page))
	}
	return all
}
