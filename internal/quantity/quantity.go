// Package quantity reads the durations and sizes of the configuration file,
// which bear their units: "30s", "25MiB".
package quantity

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A Duration is written as in Go, "1m30s", or in days, "90d".
type Duration time.Duration

// UnmarshalText reads a duration that is not negative.
func (d *Duration) UnmarshalText(text []byte) error {
	s := string(text)
	if days, ok := strings.CutSuffix(s, "d"); ok {
		n, err := strconv.ParseUint(days, 10, 16)
		if err == nil {
			*d = Duration(time.Duration(n) * 24 * time.Hour)
			return nil
		}
	}
	v, err := time.ParseDuration(s)
	if err != nil || v < 0 {
		return fmt.Errorf("%q is no duration; write it like \"30s\", \"5m\" or \"90d\"", s)
	}
	*d = Duration(v)
	return nil
}

// MarshalText writes d so that UnmarshalText reads it.
func (d Duration) MarshalText() ([]byte, error) {
	const day = Duration(24 * time.Hour)
	if d != 0 && d%day == 0 {
		return fmt.Appendf(nil, "%dd", d/day), nil
	}
	return []byte(time.Duration(d).String()), nil
}

// Or is d, or def where d is not set.
func (d Duration) Or(def time.Duration) time.Duration {
	if d == 0 {
		return def
	}
	return time.Duration(d)
}

// Bytes is a size: "512", "64KiB", "25MiB", "2GiB".
type Bytes int64

var units = []struct {
	name string
	size Bytes
}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"B", 1}, {"", 1}}

// UnmarshalText reads a size.
func (b *Bytes) UnmarshalText(text []byte) error {
	s := string(text)
	for _, u := range units {
		digits, ok := strings.CutSuffix(s, u.name)
		if !ok {
			continue
		}
		n, err := strconv.ParseInt(strings.TrimSpace(digits), 10, 64)
		if err != nil || n < 0 || n > int64(1<<62/u.size) {
			break
		}
		*b = Bytes(n) * u.size
		return nil
	}
	return fmt.Errorf("%q is no size; write it like \"25MiB\"", s)
}

// MarshalText writes b in the largest unit that divides it.
func (b Bytes) MarshalText() ([]byte, error) {
	for _, u := range units {
		if b >= u.size && b%u.size == 0 {
			return fmt.Appendf(nil, "%d%s", b/u.size, u.name), nil
		}
	}
	return []byte("0"), nil
}

// Or is b, or def where b is not set.
func (b Bytes) Or(def int64) int64 {
	if b == 0 {
		return def
	}
	return int64(b)
}
