package signals

import (
	"net/netip"

	"postern/mailauth"
	"postern/parse"
	"postern/store"
)

// Facts is all that a signal may look at. Gathering it is the only I/O that a
// message causes before its verdict. Facts are read-only once gathered.
type Facts struct {
	Env     *parse.Envelope
	Msg     *parse.Message
	Auth    mailauth.Results
	History store.Profile
	Org     *Org
	Size    int      // bytes of the message as received
	Missing []string // stages that timed out or failed: "auth", "history", ...
}

// Miss notes that a stage failed, if err says so.
func (f *Facts) Miss(stage string, err error) {
	if err != nil {
		f.Missing = append(f.Missing, stage)
	}
}

// Lacks tells whether stage is missing.
func (f *Facts) Lacks(stage string) bool {
	for _, m := range f.Missing {
		if m == stage {
			return true
		}
	}
	return false
}

// Org is the organisation: whose people are protected.
type Org struct {
	Domains  []string       `toml:"domains"`  // in A-label form; their subdomains count as ours
	VIPs     []Person       `toml:"vips"`     // whose names are worth borrowing
	Networks []netip.Prefix `toml:"networks"` // clients there send for us: their mail is outbound
}

// A Person is somebody whose name attackers borrow.
type Person struct {
	Name      string   `toml:"name"`
	Address   string   `toml:"address"`
	Addresses []string `toml:"addresses"` // further addresses that are truly theirs
}

// A Direction tells inbound, outbound and internal mail apart.
type Direction uint8

// The directions.
const (
	Inbound  Direction = iota // from outside
	Outbound                  // from one of ours to the outside
	Internal                  // among ours
)
