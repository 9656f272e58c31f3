package store

import (
	"context"
	"io"
	"iter"
	"time"

	"postern/parse"
)

// HalfLife is the time in which a sighting loses half its weight.
const HalfLife = 180 * 24 * time.Hour

// ShortHalfLife is that of [Tally.Recent].
const ShortHalfLife = 30 * 24 * time.Hour

// What one message may bring before history. What goes beyond has none.
const (
	MaxRcpts    = 100
	MaxTraits   = 64
	MaxThread   = 6
	MaxLinks    = 8
	MaxPhones   = 4
	MaxAccounts = 4
	MaxParties  = 16 // participants of a thread that are remembered
	MaxHeralded = 4  // domains that a message announces
	StyleSize   = 24 // measures of a style
	Bands       = 4  // of a near-duplicate hash
)

// History is the memory of senders. It is safe for concurrent use.
type History interface {
	// Lookup tells what is known of what q names.
	Lookup(ctx context.Context, q Query) (Profile, error)
	// Record remembers s in place of any earlier sighting with its ID.
	Record(ctx context.Context, s Sighting) error
	// Relabel changes the last word on an earlier sighting; it is
	// ErrNotFound where that is no longer remembered.
	Relabel(ctx context.Context, id string, l Label) error
	io.Closer
}

// A Directory lists what is remembered under a readable name: what learned
// indexes are built from. It is safe for concurrent use; the order is any.
// Engines that keep a History implement it.
type Directory interface {
	// Partners yields every organisational domain that is known from
	// legitimate mail in either direction.
	Partners(ctx context.Context, asOf time.Time) iter.Seq2[Partner, error]
	// People yields every address that our own people write from, learned
	// from outbound and internal mail.
	People(ctx context.Context, asOf time.Time) iter.Seq2[Colleague, error]
}

// A Partner is an organisational domain that is known.
type Partner struct {
	Domain            string
	Verified, Claimed Tally // what came from there
	Out               Tally // what our people wrote there
}

// A Colleague is somebody of ours, as his own mail shows him.
type Colleague struct {
	Address string
	Wrote   Tally
	Names   []Named // display names, the usual one first
}

// A Query names what a message shows, to be compared with what is known, and
// as of when.
type Query struct {
	From  parse.Address
	Name  string // display name as shown; engines fold it
	Rcpts []parse.Address
	AsOf  time.Time // zero is now

	Traits   []Trait         // how it was written and sent
	Thread   []string        // what it answers: Message-IDs without brackets, the nearest first
	Links    []string        // organisational domains of its links, each once
	Phones   []string        // E.164, each once
	Accounts []string        // bank accounts in their canonical form, each once
	Bands    []uint64        // near-duplicate hash; texts that share a band are alike
	Style    []float64       // StyleSize measures in [-1,1] of the author's own words; nil where these are too few
	Parties  []parse.Address // the people of the thread: From, To and Cc

	Requester     parse.Address // whom a service writes for, or where answers go; zero where that is From
	RequesterName string        // as shown
}

// A Trait is one thing observed in a message, such as the network it came
// from, that its sender may have a habit of. Two values of one kind may occur
// in one message. Values are stored as keyed hashes of 28 bits.
type Trait struct {
	Kind  Kind
	Value string
	Keep  Keep
}

// A Kind says what a trait is about. Package signals numbers them, for ever,
// from 1 to 254.
type Kind uint8

// A Keep says for whom a kind of trait is remembered, and how many different
// values at least; zero is not at all. Up to that many all counts are exact.
// Beyond, a quarter is for the values seen last and the rest for those seen
// most, so that counts may be too low, never too high.
type Keep struct {
	Address uint8 // of the sender
	Domain  uint8 // his organisational one
	Org     uint8 // all mail of the organisation; times four
	Rcpt    uint8 // what this recipient gets
	Pair    uint8 // what this recipient gets from this sender
}

// A Habit is how usual the observed value of a trait is, for somebody.
type Habit struct {
	Seen   float64   // legitimate messages with this value, decayed with HalfLife
	Of     float64   // legitimate messages with any value of this kind: the support
	Values int       // different values that are remembered
	Last   time.Time // hour of the last message with this value; zero: never, or forgotten
}

// A Tally counts the sightings of one entity, decayed with [HalfLife] to the
// time that was asked for. The zero Tally means never seen.
type Tally struct {
	Good        float64   // messages that were judged legitimate, and stayed so
	Bad         float64   // messages that turned out unwanted
	Attempts    float64   // all messages, whatever became of them
	First, Last time.Time // of the good ones; zero where there is none

	Days    float64 // different days with good ones: of the last 64 days, and before these weeks of the last 64
	Recent  float64 // the good ones, decayed with ShortHalfLife; only of addresses, domains, recipients and the organisation
	Replies float64 // the good ones that answered a message of ours
	Rate    Rate    // all messages lately; only of addresses, domains, recipients, links, campaigns and the organisation
}

// PerDay bounds what one day is worth in [Tally.Trust].
const PerDay = 3

// Known tells whether any legitimate message was seen.
func (t Tally) Known() bool { return !t.First.IsZero() }

// Trust is the standing that legitimate messages bought: Good, of which one
// day counts for no more than PerDay. A thousand messages of one day are worth
// three.
func (t Tally) Trust() float64 { return min(t.Good, PerDay*t.Days) }

// A Rate counts messages of late, of any label, without decay. Its grain is a
// sixth of the span.
type Rate struct {
	TenMinutes, Hour, Day float64
}

// Moments describe a quantity by its decayed mean and variance.
type Moments struct {
	N              float64 // support
	Mean, Variance float64 // 0 where N is
}

// A Standing is what is known of the names that a message bears.
type Standing struct {
	Address  Tally // the From address
	Domain   Tally // its organisational domain
	Name     Tally // the display name, whoever bears it
	NameHere Tally // the display name, borne by this address

	Habits      []Usage // one for each of Query.Traits
	Style       Style   // of the address
	Rcpts       float64 // about how many different recipients the address wrote to
	DomainRcpts float64 // and the domain
	Senders     float64 // about how many different addresses of the domain wrote
	Vendor      Vendor  // what the domain charges for
}

// A Usage is how usual one trait is for the sender.
type Usage struct{ Address, Domain Habit }

// A Style is how somebody writes: the mean of Query.Style.
type Style struct {
	N    float64   // messages with enough words
	Mean []float64 // nil where there was none
}

// A Vendor is a domain as its invoices show it.
type Vendor struct {
	Invoices    float64 // legitimate ones
	Changes     float64 // legitimate messages about new bank details
	LastInvoice time.Time
	Amount      Moments // decimal logarithm of the largest amount of each
	Gap         Moments // natural logarithm of the days between two
}

// A Profile is what is known when a message arrives. Senders that were
// authenticated and those that merely claimed a name are remembered apart, so
// that nobody borrows another's good name. Unknown senders have a zero
// Profile, but for the lengths of lists; that is not an error.
type Profile struct {
	Verified Standing
	Claimed  Standing
	In       []Pair // sender to recipient, one for each of Query.Rcpts
	Out      []Pair // recipient to sender: what our people wrote, always verified

	OutAddress Tally       // what all our people wrote to the sender's address
	OutName    Tally       // of that, what was written to it under the display name
	OutDomain  Tally       // and to his organisational domain
	Domains    []Circle    // between sender's domain and recipient, one for each of Query.Rcpts
	Rcpts      []Recipient // one for each of Query.Rcpts
	Org        Organisation
	NameOf     []Named   // addresses that bore the display name in legitimate mail, the usual one first
	Threads    []Thread  // one for each of Query.Thread
	Links      []Link    // one for each of Query.Links
	Phones     []Shared  // one for each of Query.Phones
	Accounts   []Account // one for each of Query.Accounts
	Campaign   Campaign  // of the band seen most
	Requester  Requester
	Heralds    []Named // organisational domains whose mail announced the sender's, the usual one first
	Traits     []Trait // those of the query
}

// A Pair is what passed from one address to another, in one direction.
type Pair struct {
	Verified, Claimed Tally
	Gap               Moments // natural logarithm of the days between two good messages, of both sides
	Habits            []Habit // one for each of Query.Traits
}

// A Circle is what passed between an organisational domain and one of ours.
type Circle struct {
	Verified, Claimed Tally // from there
	Out               Tally // to there
}

// A Recipient is what one address gets from outside.
type Recipient struct {
	All       Tally   // of inbound and internal mail
	External  float64 // good inbound ones, decayed with HalfLife
	Strangers float64 // of these, first contacts of the sender's address with this recipient
	Habits    []Habit // one for each of Query.Traits
}

// An Organisation is all mail together.
type Organisation struct {
	All          Tally
	External     float64 // good inbound ones, decayed with HalfLife
	Strangers    float64 // of these, from addresses never seen before
	StrangerRate Rate    // messages of any label from addresses never seen before
	Habits       []Habit // one for each of Query.Traits
}

// A Named is a readable text and how much speaks for it.
type Named struct {
	Text   string
	Weight float64   // good messages, decayed with HalfLife
	Last   time.Time // hour of the last one
}

// A Thread is what is known of one message that is answered.
type Thread struct {
	Ours        bool      // one of ours wrote it
	Delivered   bool      // it came in, and was judged legitimate
	First, Last time.Time // when it was written or came in
	Parties     int       // how many people are known to be in it, at most MaxParties
	Sender      bool      // the query's sender is one of them
	Rcpts       int       // how many of the query's recipients are
	SameDomain  bool      // somebody of the sender's organisational domain is
	Domains     []Named   // organisational domains of the people in it
}

// A Link is what is known of the organisational domain that a link leads to.
type Link struct {
	All     Tally   // messages that linked there
	Senders float64 // about how many different sender domains did, in good mail
}

// A Shared is what is known of a thing that several senders may use.
type Shared struct {
	All     Tally
	Here    Tally   // in messages of the query's sender domain
	Domains []Named // organisational domains of good messages, the usual one first
}

// An Account is what is known of a bank account.
type Account = Shared

// A Requester is what is known of Query.Requester, of any side and proof.
type Requester struct {
	Address, Domain       Tally // what came from there, and from the organisational domain
	OutAddress, OutDomain Tally // what our people wrote there
	Name                  Tally // of the name, whoever bore it
}

// A Campaign is what is known of texts that are alike.
type Campaign struct {
	All       Tally
	Rcpts     float64 // about how many different recipients, of any label
	Senders   float64 // about how many different sender addresses, of any label
	Strangers Rate    // messages from addresses never seen before, of any label
}

// A Label is the last word on what a message was.
type Label uint8

// The labels.
const (
	Unjudged Label = iota // an attempt: counts in Attempts and Rate alone
	Good
	Bad
)

// A Sighting is one message's effect on history. Its ID comes from the message
// and not from the transaction, so that a retry changes nothing; the last
// Sighting with an ID replaces those before it, so that a late label corrects
// the past.
//
// A journal keeps of an Entry's sighting the fields From, Name, Rcpts, AsOf, ID,
// Verified, Outbound and Label alone: use Relabel to change the last word.
//
// What a label can undo are the counts, the means and the habits. What only
// grows fades instead: times, days, the numbers of different senders and
// recipients, and campaigns.
type Sighting struct {
	Query
	ID       string
	Verified bool // the From domain was authenticated
	Outbound bool // written by one of ours: also counts as Out for each recipient
	Label    Label

	MessageID string    // that answers will refer to; without brackets
	Internal  bool      // Outbound, and all its recipients are ours: also counts for each of them as Recipient
	RcptNames []string  // display names of Rcpts, as far as To and Cc show them; of outbound mail
	Reply     bool      // it answers a message of ours
	Stranger  bool      // the sender's address was never seen before
	Invoice   bool      // it asks for payment
	Change    bool      // it is about new bank details
	Amount    float64   // the largest amount of an invoice; 0 where there is none
	Heralded  []string  // other organisational domains that a trusted sender's message names, each once
	Gaps      []float64 // days since the pair's last good message, one for each of Rcpts; 0 where there is none
	Gap       float64   // days since the domain's last invoice; 0 where there is none
}
