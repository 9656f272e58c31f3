package parse

import (
	"testing"
	"unicode/utf8"
)

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

// TestWrongCharsets: labels that are wrong, misspelt or missing.
func TestWrongCharsets(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text, charset, want string
		defect              Defect
	}{
		{"caf\xc3\xa9", "iso-8859-1", "café", BadCharset},
		{"caf\xe9", "utf-8", "café", BadCharset},
		{"caf\xc3\xa9 \xff", "utf-8", "café \ufffd", BadCharset},
		{"caf\xe9", "ISO8859-1", "café", ""},
		{"caf\xe9", "iso_8859_1", "café", ""},
		{"caf\xe9", "cp1252", "café", ""},
		{"caf\xe9", "unknown-8bit", "café", ""},
		{"caf\xe9", "us-ascii", "café", BadCharset},
		{"caf\xe9", "martian", "café", UnknownCharset},
		{"\xcf\xf0\xe8\xe2\xe5\xf2", "windows-1251", "Привет", ""},
		{"\xf0\xd2\xc9\xd7\xc5\xd4", "koi8-r", "Привет", ""},
		{"\xc4\xe3\xba\xc3", "gb2312", "你好", ""},
		{"\x95\x32\x82\x36\xc4\xe3", "gb2312", "𠀀你", ""}, // GB18030 has four bytes for it
		{"\xa7\x41\xa6\x6e", "big5", "你好", ""},
		{"\x1b$BF|K\x5c\x1b(B!", "", "日本!", ""},
		{"\x1b$BF|K\x5c\x1b(B!", "iso-8859-1", "日本!", BadCharset},
		{"\x93\xfa\x96\x7b", "x-sjis", "日本", ""},
		{"\xc0\xa7", "ks_c_5601-1987", "위", ""},
		{"h\x00i\x00", "utf-16", "hi", ""},
		{"\x00h\x00i", "utf-16", "hi", ""},
		{"\x65\xe5", "utf-16", "日", ""},
		{"Hi +AGEAYg-!", "utf-7", "Hi ab!", ""},
		{"\x82", "cp850", "é", ""},
	} {
		if got, defect := decodeCharset([]byte(c.text), c.charset); got != c.want || defect != c.defect {
			t.Errorf("%q as %q: %q %s, want %q %s", c.text, c.charset, got, defect, c.want, c.defect)
		}
	}
}

func FuzzCharset(f *testing.F) {
	for _, charset := range []string{"utf-8", "gb2312", "utf-7", "iso-2022-jp", "utf-16", "big5", "windows-1252", "x", "hz-gb-2312", "euc-kr"} {
		f.Add([]byte("caf\xe9 \x1b$B+AGE-"), charset)
	}
	f.Fuzz(func(t *testing.T, text []byte, charset string) {
		before := string(text)
		got, _ := decodeCharset(text, charset)
		if !utf8.ValidString(got) || len(got) > 4*len(text)+16 {
			t.Errorf("%q as %q gives %q", text, charset, got)
		}
		if string(text) != before {
			t.Error("the input was changed")
		}
	})
}
