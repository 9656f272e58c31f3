package parse

import "testing"

// TestByteOrderMark: what a text begins with counts more than its charset.
func TestByteOrderMark(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, charset string }{
		{"\xfe\xff\x00h\x00i", "utf-16"},
		{"\xff\xfeh\x00i\x00", "utf-16"},
		{"\xfe\xff\x00h\x00i", "utf-8"},
		{"\xef\xbb\xbfhi", "iso-8859-1"},
		{"\xef\xbb\xbfhi", ""},
	} {
		if got, defect := decodeCharset([]byte(c.text), c.charset); got != "hi" || defect != "" {
			t.Errorf("%q as %q: %q %s", c.text, c.charset, got, defect)
		}
	}
}
