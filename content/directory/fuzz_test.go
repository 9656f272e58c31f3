package directory

import (
	"testing"

	"postern/internal/decoding"
)

// FuzzDecode: both decoders keep to what every decoder must.
func FuzzDecode(f *testing.F) {
	for _, seed := range seeds(f) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		decoding.Check(t, Calendar, body)
		decoding.Check(t, Card, body)
	})
}

func seeds(f *testing.F) [][]byte {
	f.Helper()
	return [][]byte{[]byte(invitation), []byte(card), []byte("BEGIN:VCARD\nNOTE;ENCODING=QUOTED-PRINTABLE:=41=\n =42\n"), []byte("A;B=\"x:y\";C:d\\n\\;e")}
}
