package store

import (
	"context"
	"time"

	"postern/parse"
)

// A Keeper cares for what is remembered as a whole. It is safe for concurrent
// use, and while others use the store. Engines that live in files of their own
// implement it.
type Keeper interface {
	// Backup writes all that is remembered, as it is now, into dir, which
	// must not exist or be empty.
	Backup(ctx context.Context, dir string) error
	// Stats counts what is remembered.
	Stats(ctx context.Context) (Stats, error)
	// Known is what is remembered of an address, or of an organisational
	// domain where the address has no local part.
	Known(ctx context.Context, who parse.Address, asOf time.Time) (Known, error)
	// Forget removes what is remembered of an address or a domain, and what
	// was decided about their messages too, where decisions is set.
	Forget(ctx context.Context, who parse.Address, decisions bool) (Forgotten, error)
	// Export writes history into a new file.
	Export(ctx context.Context, path string) (Transfer, error)
	// Import adds the history in such a file, once.
	Import(ctx context.Context, path string) (Transfer, error)
}

// Stats says how much is remembered.
type Stats struct {
	Classes   []ClassStats `json:"classes"`
	Entities  int64        `json:"entities"`
	Partners  int64        `json:"partners"`
	People    int64        `json:"people"`
	First     time.Time    `json:"first,omitzero"` // of the good messages
	Last      time.Time    `json:"last,omitzero"`
	Sightings int64        `json:"sightings"`
	Decisions int64        `json:"decisions"`
	Held      int64        `json:"held"`
	Bytes     int64        `json:"bytes"` // on disk, all together
	Unread    int64        `json:"unread"`
}

// ClassStats says how much is remembered of one kind of entity.
type ClassStats struct {
	Class    string `json:"class"`
	Entities int64  `json:"entities"`
	Bytes    int64  `json:"bytes"` // before they are packed
}

// Known is what is remembered of one address or domain.
type Known struct {
	Verified, Claimed Tally    // what came from there
	Out               Tally    // what our people wrote there
	Rcpts             float64  // about how many different recipients it wrote to
	Senders           float64  // about how many different addresses of the domain wrote
	Habits            []Custom // by kind
	Vendor            Vendor
	Accounts          []Shared  // bank accounts that its messages brought
	Phones            []Shared  // telephone numbers
	Names             []Named   // names borne, as far as these can be read
	With              []Contact // who of ours, the closest first
}

// A Custom is what is usual in one kind of trait. Its values are hashed: how
// many there are can be told, not what they are.
type Custom struct {
	Kind   Kind
	Of     float64 // legitimate messages with any value
	Values int     // different ones
	Top    float64 // messages with the usual one
}

// A Contact is what passed between somebody of ours and the one asked for.
type Contact struct {
	Address string
	In, Out Tally
}

// Forgotten says what was removed.
type Forgotten struct {
	Entities  int64 `json:"entities"`
	Names     int64 `json:"names"` // of which the address was one bearer
	Sightings int64 `json:"sightings"`
	Decisions int64 `json:"decisions"`
}

// Transfer says what an export holds, or an import took.
type Transfer struct {
	ID        string `json:"id"`
	Entities  int64  `json:"entities"`
	Sightings int64  `json:"sightings"`
	Bytes     int64  `json:"bytes"`
}
