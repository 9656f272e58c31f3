package record

import "postern/store"

// A Class says what kind of entity a record is about. Numbers are written
// into stores and keep their meaning for ever; 18 to 63 are free for more.
type Class uint8

// The classes.
const (
	Address    Class = 1 + iota // a sender's address
	Domain                      // a sender's organisational domain
	Name                        // a display name, folded, whoever bears it
	NameHere                    // a display name, borne by one address
	Pair                        // from one address to another
	Rcpt                        // an address that gets mail
	DomainRcpt                  // from an organisational domain to an address
	Org                         // all mail
	Thread                      // a message, by its Message-ID
	Link                        // an organisational domain that is linked to
	Phone                       // a telephone number
	PhoneAt                     // that of one sender domain
	Account                     // a bank account
	AccountAt                   // that of one sender domain
	Campaign                    // a band of a near-duplicate hash
	Person                      // one of ours, by address
	Heralded                    // an organisational domain that others announced
)

// busy tells whether messages of late are counted.
func (c Class) busy() bool { return c.lively() || c == Link || c == Campaign }

// lively tells whether the short half-life is counted as well.
func (c Class) lively() bool { return c == Address || c == Domain || c == Rcpt || c == Org }

// dated tells whether different days are counted.
func (c Class) dated() bool { return c != Thread && c != Campaign && c != Person }

// keeps is how many values of a trait the class remembers.
func (c Class) keeps(k store.Keep) uint16 {
	switch c {
	case Address:
		return uint16(k.Address)
	case Domain:
		return uint16(k.Domain)
	case Org:
		return 4 * uint16(k.Org)
	case Rcpt:
		return uint16(k.Rcpt)
	case Pair:
		return uint16(k.Pair)
	default:
		return 0
	}
}

// An Entity is somebody, something or some relation that is remembered.
// Engines never store its text, only a keyed hash.
type Entity struct {
	Class Class
	A, B  string // B where the class relates two things
}

// A Namer hides what records are about.
type Namer interface {
	Key(Entity) Key
	// Hash is a keyed hash of text within one space.
	Hash(space byte, text string) uint64
	// Seal encrypts text for the record with this key. The same text gives
	// the same bytes there.
	Seal(place Key, text string) []byte
	// Open is the inverse of Seal; it is "" for what Seal did not make.
	Open(place Key, sealed []byte) string
}

// The spaces of hashes; those of traits are their kinds.
const (
	ofAddress byte = 0
	ofDomain  byte = 255 // no kind of trait
)

// idOf is what a list keeps of a hash.
func idOf(hash uint64) uint32 { return uint32(hash >> 36) }
