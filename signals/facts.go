package signals

import (
	"slices"

	"postern/hosts"
	"postern/mailauth"
	"postern/parse"
	"postern/scanner"
	"postern/store"
)

// Facts is all that a signal may look at. Gathering it is the only I/O that a
// message causes before its verdict. Facts are read-only once gathered.
type Facts struct {
	Env     *parse.Envelope
	Msg     *parse.Message
	Auth    mailauth.Results
	History store.Profile
	Scanned scanner.Results // what other scanners say
	Like    *Likeness       // what the names are like; nil where nobody looked
	Org     *Org
	Hosts   *hosts.Lists // those that come with the program where nil
	Words   *Words       // likewise
	Size    int          // bytes of the message as received
	Missing []string     // stages that timed out or failed: "auth", "history", ...

	seen *view // what several signals look at; see look
}

// Miss notes that a stage failed, if err says so.
func (f *Facts) Miss(stage string, err error) {
	if err != nil {
		f.Missing = append(f.Missing, stage)
	}
}

// Lacks tells whether stage is missing.
func (f *Facts) Lacks(stage string) bool {
	return slices.Contains(f.Missing, stage)
}

// A Direction tells inbound, outbound and internal mail apart.
type Direction uint8

// The directions.
const (
	Inbound  Direction = iota // from outside
	Outbound                  // from one of ours to the outside
	Internal                  // among ours
)

// String names the direction.
func (d Direction) String() string {
	return [...]string{"inbound", "outbound", "internal"}[d]
}

// Direction tells where the message goes. It is ours to send only if it bears
// one of our domains and the client proved to be ours; the domain alone is a
// claim, and leaves the message inbound.
func (f *Facts) Direction() Direction {
	ours := f.Org.Owns(f.From().Domain) || f.Org.Owns(f.Env.From.Domain)
	if !ours || f.Env.Auth == "" && !f.Env.Outbound && !f.Org.holds(f.Env.Remote) {
		return Inbound
	}
	for _, r := range f.Env.Rcpts {
		if !f.Org.Owns(r.Domain) {
			return Outbound
		}
	}
	return Internal
}

// Proven tells whether the author is who the message says: by his domain, or
// because the client is ours.
func (f *Facts) Proven() bool { return f.Auth.Authenticated() || f.Direction() != Inbound }

// From is the address that the message shows as its author: the first mailbox
// of From.
func (f *Facts) From() parse.Address { return f.author().Address }

func (f *Facts) author() parse.Mailbox {
	if len(f.Msg.From) == 0 {
		return parse.Mailbox{}
	}
	return f.Msg.From[0]
}

// Standing is what is known of the sender under the name it proved, or else
// under the name it merely claims.
func (f *Facts) Standing() store.Standing { return f.memory().standing }
