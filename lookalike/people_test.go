package lookalike

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

func staff() *People {
	x := NewPeople(1000)
	for i, p := range []Person{
		{Name: "Dana Reed", Address: "Dana.Reed@example.com", VIP: true},
		{Name: "Robert Baxter-Hill", Address: "rob@example.com"},
		{Name: "Bob Hill", Address: "rob@example.com"},
		{Name: "Núria Soler i Puig", Address: "nuria@example.com"},
		{Name: "Jürgen Weiß", Address: "weiss@example.com"},
		{Name: "Kim Lee", Address: "kim.lee@example.com"},
		{Name: "Kim Lee", Address: "kim.lee2@example.com"},
		{Name: "田中太郎", Address: "tanaka@example.com"},
		{Name: "Екатерина Соколова", Address: "sokolova@example.com"},
		{Name: "Customer Support", Address: "support@example.com"},
		{Name: "Info", Address: "info@example.com"},
		{Name: "Madonna", Address: "madonna@example.com"},
	} {
		p.Weight, p.Since = float64(i), time.Unix(int64(i)*86400, 0)
		x.Put(p)
	}
	return x
}

func TestWhose(t *testing.T) {
	t.Parallel()
	x := staff()
	for _, c := range []struct {
		name, address, want, likeness string
		people                        int
	}{
		{"Dana Reed", "ceo@forger.example", "dana.reed@example.com", "same", 1},
		{"REED, Dána (CEO)", "ceo@forger.example", "dana.reed@example.com", "same", 1},
		{"Dr. Dana Reed", "ceo@forger.example", "dana.reed@example.com", "same", 1},
		{"Dаna Rееd", "ceo@forger.example", "dana.reed@example.com", "same", 1}, // Cyrillic
		{"Dana K. Reed", "ceo@forger.example", "dana.reed@example.com", "same", 1},
		{"D. Reed", "ceo@forger.example", "dana.reed@example.com", "shortened", 1},
		{"Reed D", "ceo@forger.example", "dana.reed@example.com", "shortened", 1},
		{"Robert Hill", "x@forger.example", "rob@example.com", "nickname", 1},
		{"Bobby Hill", "x@forger.example", "rob@example.com", "nickname", 1},
		{"Nuria Soler", "x@forger.example", "nuria@example.com", "shortened", 1},
		{"Juergen Weiss", "x@forger.example", "", "", 0}, // two letters away
		{"Jurgen Weiss", "x@forger.example", "", "", 0},
		{"Jürgen Weiß", "x@forger.example", "weiss@example.com", "same", 1},
		{"Jurgne Weiß", "x@forger.example", "weiss@example.com", "misspelt", 1},
		{"Kim Lee", "kim@forger.example", "kim.lee2@example.com", "same", 2},
		{"田中太郎", "x@forger.example", "tanaka@example.com", "same", 1},
		{"Екатерина Соколова", "x@forger.example", "sokolova@example.com", "same", 1},

		{"Dana Reed", "dana.reed@EXAMPLE.com", "", "", 0},
		{"Kim Lee", "kim.lee@example.com", "", "", 0},
		{"Dana", "x@forger.example", "", "", 0},
		{"D. R.", "x@forger.example", "", "", 0},
		{"Dana Reeves", "x@forger.example", "", "", 0},
		{"Dan Reed", "x@forger.example", "", "", 0},
		{"Dana Reed Foundation", "x@forger.example", "", "", 0},
		{"Customer Support", "x@forger.example", "", "", 0},
		{"Info", "x@forger.example", "", "", 0},
		{"Madonna", "x@forger.example", "", "", 0},
		{"Maria Hill", "x@forger.example", "", "", 0},
		{"", "x@forger.example", "", "", 0},
		{strings.Repeat("Dana Reed ", 100), "x@forger.example", "", "", 0},
	} {
		b, ok := x.Whose(c.name, c.address)
		likeness := ""
		if ok {
			likeness = b.Likeness.String()
		}
		if b.Address != c.want || likeness != c.likeness || b.People != c.people {
			t.Errorf("%q is %q (%s, %d), want %q (%s, %d)", c.name, b.Address, likeness, b.People, c.want, c.likeness, c.people)
		}
	}
}

// TestPeopleAreKept: the operator's people and those who write most remain.
func TestPeopleAreKept(t *testing.T) {
	t.Parallel()
	x := NewPeople(20)
	x.Put(Person{Name: "Dana Reed", Address: "dana@example.com", VIP: true})
	r := rand.New(rand.NewPCG(1, 2))
	for _, i := range r.Perm(100) {
		x.Put(Person{Name: "Pat " + syllable(i*37), Address: fmt.Sprint(i, "@example.com"), Weight: float64(i)})
	}
	if x.Len() != 20 {
		t.Errorf("%d people", x.Len())
	}
	for i := range 100 {
		_, ok := x.Whose("Pat "+syllable(i*37), "x@forger.example")
		if ok != (i > 80) {
			t.Errorf("%d is kept: %v", i, ok)
		}
	}
	if _, ok := x.Whose("Dana Reed", "x@forger.example"); !ok {
		t.Error("the operator's own person went")
	}
}

func crowd(n int) *People {
	x := NewPeople(n)
	first := strings.Fields("Dana Robert Maria Jan Elena Omar Priya Wei Lucas Anna Thomas Peter Julia Sofia Ivan Noah Emma Paul Laura Felix")
	for i := range n {
		x.Put(Person{Name: fmt.Sprintf("%s %s%c", first[i%len(first)], syllable(i/20), 'a'+i%7), Address: fmt.Sprint(i, "@example.com")})
	}
	return x
}

func syllable(i int) string {
	parts := strings.Fields("bar cor den fal gus hol jen kor lin mor nad pol rus sten tor vald wer zim")
	return parts[i%18] + parts[i/18%18] + parts[i/324%18]
}

func BenchmarkWhose(b *testing.B) {
	x := crowd(20_000)
	for _, name := range []string{"Accounts Payable", "Robert Corbar", "Dr. Dana Maria Reed-Hill"} {
		b.Run(strings.ReplaceAll(name, " ", "-"), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				x.Whose(name, "x@forger.example")
			}
		})
	}
}

// FuzzWhose: whatever the name, a bearer is alike and not its owner; and every
// name is like itself.
func FuzzWhose(f *testing.F) {
	x := staff()
	for _, s := range []string{"Dana Reed", "D. Reed", "Bobby Hill", "田中太郎", "a b c d e f g", "\xff \xfe", "ß ß"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		b, ok := x.Whose(name, "kim.lee@example.com")
		if ok != (b.Likeness != Unlike) || b.Address == "kim.lee@example.com" {
			t.Fatalf("%q: %+v, %v", name, b, ok)
		}
		words := Words(name)
		if n := len(words); n > 0 && n <= maxWordsOf && Alike(words, words) != Same {
			t.Fatalf("%q is not like itself", words)
		}
		own := NewPeople(1)
		own.Put(Person{Name: name, Address: "a@example.com", VIP: true})
		if _, ok := own.Whose(name, "b@example.com"); ok != (own.Len() == 1) {
			t.Fatalf("%q is not found", name)
		}
	})
}
