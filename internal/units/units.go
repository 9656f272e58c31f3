// Package units reads the settings that carry a unit, such as "30s". It knows
// no setting.
package units

import (
	"fmt"
	"time"
)

// A Duration is a length of time, written as "1m30s". Zero stands for the
// default of the setting that it belongs to.
type Duration time.Duration

// UnmarshalText reads what time.ParseDuration reads, but nothing negative.
func (d *Duration) UnmarshalText(text []byte) error {
	v, err := time.ParseDuration(string(text))
	if err != nil || v < 0 {
		return fmt.Errorf("%q is no duration such as \"30s\"", text)
	}
	*d = Duration(v)
	return nil
}

// MarshalText writes what UnmarshalText reads.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// String is the duration as time.Duration writes it.
func (d Duration) String() string { return time.Duration(d).String() }

// Or is d, or def where d is zero.
func (d Duration) Or(def time.Duration) time.Duration {
	if d == 0 {
		return def
	}
	return time.Duration(d)
}
