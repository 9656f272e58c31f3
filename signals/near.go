package signals

import (
	"math"
	"unicode"
	"unicode/utf8"

	"postern/content"
	"postern/store"
)

// Limits of what is read to find texts that are alike.
const (
	maxNear  = 6 << 10 // bytes
	minNear  = 5       // words, below which nothing is said
	fewWords = 16      // words, up to which only the same text is alike
	shingle  = 3       // words that stand together
	rows     = 2       // least hashes to a band
)

// Bands is a near-duplicate hash of the author's words: the least hashes of
// their shingles under different orders, in bands (Broder 1997). Of two texts
// that share nine tenths of their shingles nearly all share a band, of two
// that share three tenths one in three. Case, numbers and addresses do not
// count. Short texts have one band. Where there are hardly any words, the
// images speak.
func (f *Facts) Bands() []uint64 {
	var last [shingle]uint64
	var least [store.Bands * rows]uint64
	for i := range least {
		least[i] = math.MaxUint64
	}
	words, whole := 0, uint64(fnvOffset)
	text := head(f.Msg.Text.Visible, maxNear)
	for i := 0; i < len(text); {
		var h uint64
		if h, i = nearWord(text, i); h == 0 {
			continue
		}
		words++
		whole = (whole ^ h) * fnvPrime
		copy(last[:], last[1:])
		last[shingle-1] = h
		if words < shingle {
			continue
		}
		x := mix(last[0] ^ last[1]*fnvPrime ^ last[2]*golden)
		for i := range least {
			least[i] = min(least[i], x*orders[i])
		}
	}
	switch {
	case words < minNear:
		return f.imageBands()
	case words <= fewWords:
		return []uint64{whole}
	}
	bands := make([]uint64, store.Bands)
	for i := range bands {
		bands[i] = mix(least[rows*i] ^ mix(least[rows*i+1]))
	}
	return bands
}

// minPicture is the shorter side of an image that a whole message can be
// drawn in, in pixels.
const minPicture = 150

// imageBands is a near-duplicate hash of the largest image of the message, by
// how light its fields are: each band leaves out a quarter of them. Copies in
// another size, format or quality mostly share one; see [content.Found].
func (f *Facts) imageBands() []uint64 {
	most, look := 0, uint64(0)
	for i := range f.Msg.Attachments {
		x := f.Msg.Attachments[i].Found
		if x != nil && x.Kind == content.Image && x.Hash != 0 && min(x.Width, x.Height) >= minPicture && x.Width*x.Height > most {
			most, look = x.Width*x.Height, x.Hash
		}
	}
	if most == 0 {
		return nil
	}
	bands := make([]uint64, store.Bands)
	for i := range bands {
		bands[i] = mix(look&^(0xffff<<(16*i)) ^ uint64(i+1)*golden)
	}
	return bands
}

const (
	fnvOffset = 14695981039346656037
	fnvPrime  = 1099511628211
	golden    = 0x9e3779b97f4a7c15 // 2^64 divided by the golden ratio
)

// orders are odd numbers, by which least hashes are told apart.
var orders = func() (all [store.Bands * rows]uint64) {
	for i := range all {
		all[i] = mix(uint64(i+1)*golden) | 1
	}
	return all
}()

// mix spreads the bits of x (SplitMix64).
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// nearWord hashes the letters of the word at i without case, and gives the
// place behind it. The hash is 0 where it is a number, an address or a sign.
func nearWord(s string, i int) (hash uint64, end int) {
	hash = fnvOffset
	letters, odd, stop := false, false, false
	var size int
	for ; i < len(s) && !stop; i += size {
		c := s[i]
		size = 1
		switch {
		case isLower(c | 0x20):
			hash = (hash ^ uint64(c|0x20)) * fnvPrime
			letters = true
		case c >= utf8.RuneSelf:
			var r rune
			r, size = utf8.DecodeRuneInString(s[i:])
			if stop = unicode.IsSpace(r); stop {
				break
			}
			for j := i; j < i+size; j++ {
				hash = (hash ^ uint64(s[j]|0x20)) * fnvPrime
			}
			letters = true
		case c == ' ' || c-'\t' < 5:
			stop = true
		default:
			odd = odd || digit(c) || c == '@' || c == '/'
		}
	}
	if !letters || odd {
		return 0, i
	}
	return hash, i
}
