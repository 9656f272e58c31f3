package record

import (
	"math"
	"time"

	"postern/store"
)

// A Side keeps apart who stands behind a name.
type Side uint8

// The sides of a record.
const (
	Verified Side = iota // the From domain was authenticated
	Claimed              // anybody may have written it
	Outbound             // one of ours wrote it

	sides
)

// The fields of one side. Good and unwanted messages and attempts that nobody
// judged are counted apart, so that most records need one sum.
const (
	good      = Field(sum)
	bad       = Field(sum) + 1*kinds
	tried     = Field(sum) + 2*kinds
	first     = Field(minimum) + 3*kinds // of the good
	last      = Field(maximum) + 4*kinds // of the good
	seen      = Field(maximum) + 5*kinds // of the others
	recent    = Field(sum) + 6*kinds     // of the good, with the short half-life
	replies   = Field(sum) + 7*kinds     // of the good
	dates     = Field(days) + 8*kinds    // of the good
	strangers = Field(sum) + 9*kinds     // of the good

	sideFields = 16 * kinds // room for each side to grow
)

// The fields of all sides together.
const (
	rate         = Field(window) + 48*kinds  // all messages
	strangerRate = Field(window) + 49*kinds  // those from strangers
	touched      = Field(maximum) + 50*kinds // when it was written, by the clock of who wrote
)

// More fields of each side, every number followed by those of the other sides.
const (
	rcpts       = Field(sketch) + 64*kinds + 4*kinds*iota // different recipients
	senders                                               // different senders, or their domains
	names       = Field(list) + 64*kinds + 4*kinds*iota   // texts
	addresses                                             // texts
	domains                                               // texts
	parties                                               // addresses in a thread
	style                                                 // sums of measures
	amount                                                // moments of invoices' amounts
	gap                                                   // moments of the time between two
	self                                                  // the entity's own name, as a text
	invoices    = Field(sum) + 64*kinds + 4*kinds*iota
	changes                                                // messages about new bank details
	lastInvoice = Field(maximum) + 64*kinds + 4*kinds*iota // time
)

// traits are where the traits begin: four fields for each kind.
const traits = Field(list) + 256*kinds

func traitField(k store.Kind) Field { return traits + 4*kinds*Field(k) }

// of is the field of a side.
func (f Field) of(s Side) Field {
	if f < sideFields {
		return f + Field(s)*sideFields
	}
	return f + Field(s)*kinds
}

// Capacities of lists other than those of traits.
const (
	maxNames   = 4
	maxHolders = 6 // addresses that bear a display name
	maxDomains = 8
)

// epoch is where forward decay starts: a sighting t later weighs
// 2^(t/HalfLife), and is divided by the weight of the time that asks.
var epoch = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC).Unix()

// Times outside of these years are moved to the border, so that weights stay
// finite whatever time a message claims.
var (
	earliest = time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
	latest   = time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
)

// faint is the count below which nothing is left: what remains by rounding
// when a sighting is undone, or after twenty half-lives.
const faint = 1e-6

func clamp(at int64) int64 { return min(max(at, earliest), latest) }

// grain is the last binary place of a weight between 1 and 2. Weights are
// rounded to it, so that their sums are exact, in whatever order they are
// added and taken away again.
const grain = 20

// weight is what a sighting weighs.
func weight(at int64, halfLife time.Duration) float64 {
	whole, part := math.Modf(float64(clamp(at)-epoch) / halfLife.Seconds())
	return math.Ldexp(math.Round(math.Exp2(part)*(1<<grain)), int(whole)-grain)
}

func hourOf(at int64) uint32   { return uint32(clamp(at) / 3600) }   //nolint:gosec // never negative
func bucketOf(at int64) uint32 { return uint32(clamp(at) / bucket) } //nolint:gosec // never negative
func dayOf(at int64) int64     { return clamp(at) / 86400 }
