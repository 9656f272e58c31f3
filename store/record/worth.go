package record

import (
	"time"

	"postern/store"
)

// Worth is what r is worth keeping for: the legitimate messages of all sides,
// decayed to asOf, so that who was heard of often and lately is worth most. It
// is 0 where there was none.
func (r *Record) Worth(asOf time.Time) (n float64) {
	now := weight(asOf.Unix(), store.HalfLife)
	for s := range sides {
		n += lasting(r.sum(good.of(s)) / now)
	}
	return n
}
