package recent

import (
	"strconv"
	"strings"
	"testing"
)

func TestOf(t *testing.T) {
	t.Parallel()
	asked := map[string]int{}
	m := New(func(text string) int {
		asked[text]++
		return len(text)
	})
	long := strings.Repeat("x", maxText+1)
	for range 3 {
		for _, text := range []string{"", "example.com", long} {
			if got := m.Of(text); got != len(text) {
				t.Errorf("%d for %d bytes", got, len(text))
			}
		}
	}
	if asked["example.com"] != 1 || asked[long] != 3 {
		t.Errorf("asked %d and %d times, want 1 and 3", asked["example.com"], asked[long])
	}
}

// TestManyTexts has texts share places.
func TestManyTexts(t *testing.T) {
	t.Parallel()
	m := New(strings.ToUpper)
	for range 2 {
		for i := range 4 * places {
			text := "a" + strconv.Itoa(i)
			if got := m.Of(text); got != "A"+strconv.Itoa(i) {
				t.Fatalf("%s for %s", got, text)
			}
		}
	}
}
