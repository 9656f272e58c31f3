package quantity

import (
	"testing"
	"time"
)

func TestDuration(t *testing.T) {
	for text, want := range map[string]time.Duration{"30s": 30 * time.Second, "90d": 90 * 24 * time.Hour, "1h30m0s": 90 * time.Minute, "0s": 0} {
		var d Duration
		if err := d.UnmarshalText([]byte(text)); err != nil || time.Duration(d) != want {
			t.Errorf("%q reads as %v, %v", text, time.Duration(d), err)
		}
		if back, _ := d.MarshalText(); string(back) != text {
			t.Errorf("%q is written as %q", text, back)
		}
	}
	for _, text := range []string{"", "30", "-1s", "xd", "70000d"} {
		if new(Duration).UnmarshalText([]byte(text)) == nil {
			t.Errorf("%q was read", text)
		}
	}
}

func TestBytes(t *testing.T) {
	for text, want := range map[string]Bytes{"512B": 512, "64KiB": 64 << 10, "25MiB": 25 << 20, "2GiB": 2 << 30} {
		var b Bytes
		if err := b.UnmarshalText([]byte(text)); err != nil || b != want {
			t.Errorf("%q reads as %d, %v", text, b, err)
		}
		if back, _ := b.MarshalText(); string(back) != text {
			t.Errorf("%q is written as %q", text, back)
		}
	}
	for _, text := range []string{"", "x", "-1", "25MB", "9999999999GiB"} {
		if new(Bytes).UnmarshalText([]byte(text)) == nil {
			t.Errorf("%q was read", text)
		}
	}
}
