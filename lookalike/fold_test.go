package lookalike

import (
	"math/rand/v2"
	"testing"
)

func TestEdits(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0},
		{"", "abc", 3},
		{"northwind", "northwind", 0},
		{"northwind", "norhtwind", 1},
		{"northwind", "nortwind", 1},
		{"northwind", "northwinds", 1},
		{"northwind", "morthwint", 2},
		{"ca", "abc", 3},
	} {
		if got := Edits(c.a, c.b); got != c.want || Edits(c.b, c.a) != got {
			t.Errorf("Edits(%q, %q) = %d, want %d", c.a, c.b, got, c.want)
		}
	}
}

func TestDomainSkeleton(t *testing.T) {
	t.Parallel()
	for _, d := range []string{"n0rthwind.test", "northvvind.test", "northw1nd.test", "northwlnd.test", "xn--nrthwind-nbh.test", "xn--northwnd-h2a.test"} {
		if Domain(d) != Domain("northwind.test") {
			t.Errorf("%s does not read like northwind.test: %s", d, Domain(d))
		}
	}
	if Domain("southwind.test") == Domain("northwind.test") {
		t.Error("southwind reads like northwind")
	}
}

// TestWithin: looking at less of the table changes nothing.
func TestWithin(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 6))
	some := func() []byte {
		b := make([]byte, r.IntN(9))
		for i := range b {
			b[i] = "abc"[r.IntN(3)]
		}
		return b
	}
	near := 0
	for range 20_000 {
		a, b := some(), some()
		n := Edits(a, b)
		if got := within(a, b, 2); got != (n <= 2) {
			t.Fatalf("%s and %s: %d edits, within two: %v", a, b, n, got)
		}
		if got := oneEdit(a, b) != None; got != (n == 1) {
			t.Fatalf("%s and %s: %d edits, one: %v", a, b, n, got)
		}
		near += min(n, 3) / 3
	}
	if near < 1000 || near > 19_000 {
		t.Errorf("%d of the pairs are far", near)
	}
}
