// Package hosts knows kinds of hosts by lists that others keep and a few of
// our own: shorteners, places where anybody can put a page or a file, mailers,
// mailboxes for a day. A kind is a fact, no reproach. It does no I/O.
package hosts

import (
	"embed"
	"errors"
	"fmt"
	"iter"
	"net/netip"
	"path"
	"slices"
	"strings"
	"sync"

	"golang.org/x/net/publicsuffix"

	"postern/internal/recent"
)

// A Kind is a set of what a host is known for.
type Kind uint16

// The kinds. Those before IP each have a list.
const (
	Shortener  Kind = 1 << iota // turns a short address into any other
	FileShare                   // anybody can leave files there
	FreeSite                    // anybody has a site or a name beneath it
	Form                        // anybody can put up a form
	Landing                     // a page of links for anybody
	Bucket                      // storage by the byte
	Mailer                      // sends for many and counts their clicks
	AbusedTLD                   // a top-level domain with much abuse
	FreeMail                    // anybody can open a mailbox
	Disposable                  // mailboxes that last for a day
	HighTrust                   // domains of large and careful senders
	Service                     // writes what its users say: invoices, requests to sign, shared files
	IP                          // an address in place of a name
	Punycode                    // has an internationalised label

	kinds = iota
)

// Rented are the kinds where what stands there is not its host's own.
const Rented = Shortener | FileShare | FreeSite | Form | Landing | Bucket

// names are the lists, in the order of the kinds.
var names = [...]string{
	"shorteners", "file-shares", "free-sites", "forms", "landing-pages", "buckets", "mailers", "abused-tlds",
	"free-mail", "disposable-mail", "high-trust", "services",
}

// Names lists what the lists are called.
func Names() []string { return slices.Clone(names[:]) }

// Lists say of which kinds a host is. They are read-only.
type Lists struct {
	kinds map[string]Kind // by host, or by host and the start of its path
	paths map[string]bool // hosts that have entries with a path
	hosts *recent.Memo[host]
}

// A host is what the lists say of it whatever is asked for there.
type host struct {
	kind   Kind
	byPath bool // a path may make it of other kinds too
}

//go:embed lists/*.txt own.txt
var files embed.FS

// Builtin are the lists that come with the program.
var Builtin = sync.OnceValue(func() *Lists {
	l, err := New(nil)
	if err != nil {
		panic(err) // a test reads them all
	}
	return l
})

// New makes lists, with each that replace names in place of the one that comes
// with the program.
func New(replace map[string]string) (*Lists, error) {
	l := &Lists{kinds: make(map[string]Kind, 1<<15), paths: map[string]bool{}}
	l.hosts = recent.New(l.look)
	var errs []error
	for name := range replace {
		if !slices.Contains(names[:], name) {
			errs = append(errs, fmt.Errorf("hosts: no list is called %q; there are %s", name, strings.Join(names[:], ", ")))
		}
	}
	for i, name := range names {
		kind := Kind(1) << i
		if text, ok := replace[name]; ok {
			errs = append(errs, l.add(name, text, kind))
			continue
		}
		if data, err := files.ReadFile(path.Join("lists", name+".txt")); err == nil {
			errs = append(errs, l.add(name, string(data), kind))
		}
		errs = append(errs, l.add(name, section(name), kind))
	}
	return l, errors.Join(errs...)
}

// section is what own.txt has of a list.
func section(name string) string {
	data, _ := files.ReadFile("own.txt")
	_, rest, _ := strings.Cut(string(data), "["+name+"]\n")
	text, _, _ := strings.Cut(rest, "\n[")
	return text
}

// add reads a list: hosts apart by white space, # begins a comment.
func (l *Lists) add(name, text string, kind Kind) error {
	n := 0
	for line := range strings.Lines(text) {
		n++
		line, _, _ = strings.Cut(line, "#")
		for entry := range strings.FieldsSeq(line) {
			host, rest, _ := strings.Cut(entry, "/")
			if host == "" || entry != strings.ToLower(entry) || strings.ContainsAny(host, ":@*") {
				return fmt.Errorf("hosts: %s, line %d: %q is no host name in lower case", name, n, entry)
			}
			if rest != "" {
				l.paths[host] = true
			}
			l.kinds[entry] |= kind
		}
	}
	return nil
}

// maxLabels bounds how many labels of a host are looked up.
const maxLabels = 8

// Of tells the kinds of a host, in lower case and A-label form, with the path
// that is asked for there.
func (l *Lists) Of(host, path string) Kind {
	k, byPath := l.Host(host)
	if byPath && path != "" && path != "/" {
		for name := range parents(host) {
			if l.paths[name] {
				k |= l.kinds[name+firstSegments(path)]
			}
		}
	}
	return k
}

// Has tells whether host itself, in lower case and A-label form, is on the list
// of a kind; names above it do not count.
func (l *Lists) Has(host string, k Kind) bool { return l.kinds[host]&k != 0 }

// Host tells the kinds of a host whatever is asked for there, and whether a
// path may make it of other kinds too.
func (l *Lists) Host(name string) (k Kind, byPath bool) {
	h := l.hosts.Of(name)
	return h.kind, h.byPath
}

func (l *Lists) look(name string) host {
	h := host{kind: l.own(name)}
	if h.kind&IP != 0 || name == "" {
		return h
	}
	for name := range parents(name) {
		h.kind |= l.kinds[name]
		h.byPath = h.byPath || l.paths[name]
	}
	return h
}

// parents yields a host and the names that it is beneath.
func parents(host string) iter.Seq[string] {
	return func(yield func(string) bool) {
		more := true
		for n := 0; more && n < maxLabels && yield(host); n++ {
			_, host, more = strings.Cut(host, ".")
		}
	}
}

// own tells what the host says of itself.
func (l *Lists) own(host string) (k Kind) {
	if strings.HasPrefix(host, "[") || host != "" && host[len(host)-1]-'0' <= 9 {
		if _, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
			return IP
		}
	}
	if strings.HasPrefix(host, "xn--") || strings.Contains(host, ".xn--") {
		k |= Punycode
	}
	if suffix, icann := publicsuffix.PublicSuffix(host); !icann && strings.IndexByte(suffix, '.') > 0 && suffix != host {
		k |= FreeSite // its owner lets others have names (publicsuffix.org, the private part)
	}
	return k
}

// firstSegments is what an entry can have of a path: its first segment.
func firstSegments(path string) string {
	if i := strings.IndexByte(path[1:], '/'); i >= 0 {
		return path[:i+1]
	}
	return path
}
