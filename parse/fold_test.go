package parse

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestFold(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text, want string
		d          Disguise
	}{
		{"Plain words, 100% plain.", "Plain words, 100% plain.", Disguise{}},
		{"your раsswоrd", "your password", Disguise{Lookalikes: 3}},
		{"𝗣𝗮𝘆 ⓟⓐⓨ 🅿🅰🆈 ｐａｙ", "Pay pay PAY pay", Disguise{Lookalikes: 12}},
		{"Москва и область", "Москва и область", Disguise{}},
		{"IT-отдел и USB", "IT-отдел и USB", Disguise{}},
		{"Καλημέρα κόσμε", "Καλημέρα κόσμε", Disguise{}},
		{"click here to update the account of our сорр", "click here to update the account of our copp", Disguise{Lookalikes: 4}},
		{"p@ssw0rd acc0unt h3llo", "password account hello", Disguise{Digits: 4}},
		{"covid19 mp3 b2b 4th 100m ann0@example.com example.com/l0gin x86 a1b2c3d4 ipq40xx u@eth0 ath10kcal GRX3UCP me@host", "covid19 mp3 b2b 4th 100m ann0@example.com example.com/l0gin x86 a1b2c3d4 ipq40xx u@eth0 ath10kcal GRX3UCP me@host", Disguise{}},
		{"P a y P a l now", "PayPal now", Disguise{Spaced: 6}},
		{"p.a.s.s.w.o.r.d, U.S.A. e.g.", "password, U.S.A. e.g.", Disguise{Spaced: 8}},
		{"a b c", "a b c", Disguise{}},
		{"your pa\u073fym\u073fe\u073fnt of A\u034fm\u034fa\u034fzon", "your payment of Amazon", Disguise{ZeroWidth: 6}},
		{"cafe\u0301 u\u0308ber \u0939\u093f\u0928\u094d\u0926\u0940", "cafe\u0301 u\u0308ber \u0939\u093f\u0928\u094d\u0926\u0940", Disguise{}},
		{"日本語のＰＣを", "日本語のＰＣを", Disguise{}},
		{"garçon Łódź øre ﬁn", "garçon Łódź øre ﬁn", Disguise{}},
	} {
		got, d := Fold(c.text)
		if got != c.want || d != c.d {
			t.Errorf("%q: got %q %+v, want %q %+v", c.text, got, d, c.want, c.d)
		}
	}
}

func FuzzFold(f *testing.F) {
	for _, s := range []string{"раsswоrd p@ss", "P a y P a l", "p.a.y.p.a.l", "𝗣𝗮𝘆 ⓟ", "сорр сорр", "\xff\xfe a b c d"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		s = strings.ToValidUTF8(s, "\ufffd")
		got, d := Fold(s)
		if len(got) > len(s) || !utf8.ValidString(got) {
			t.Errorf("%q becomes %q", s, got)
		}
		if d == (Disguise{}) != (got == s) {
			t.Errorf("%q becomes %q with %+v", s, got, d)
		}
		if again, _ := Fold(strings.Clone(s)); again != got {
			t.Errorf("%q becomes %q and %q", s, got, again)
		}
	})
}

func BenchmarkFold(b *testing.B) {
	for name, word := range map[string]string{"latin": "The invoice is due, see below. ", "cyrillic": "Ваш счёт во вложении, оплатите его. ", "mixed": "your раsswоrd "} {
		text := strings.Repeat(word, 5000/len(word))
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				Fold(text)
			}
		})
	}
}
