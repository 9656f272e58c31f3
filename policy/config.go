package policy

import (
	"errors"
	"fmt"
	"strings"

	"postern/internal/nearest"
	"postern/parse"
)

// Config is the operator's policy as written. The zero Config observes.
type Config struct {
	Mode       Mode       `toml:"mode"`
	OnFailure  string     `toml:"on_failure"`  // "defer", also where empty, or "accept"
	SubjectTag string     `toml:"subject_tag"` // put before the subject of what is tagged; empty: subjects stay
	Thresholds Thresholds `toml:"thresholds"`
	Deny       []Entry    `toml:"deny"`
	Allow      []Entry    `toml:"allow"`
	Rules      []Rule     `toml:"rule"`
	For        []Override `toml:"for"`

	// Shipped is the ladder that the model in force was measured with. It
	// holds where Thresholds leave something open.
	Shipped Ladder `toml:"-"`
}

// A Rule is one condition with its consequence.
type Rule struct {
	Name string `toml:"name"`
	When string `toml:"when"` // an expression that is true or false
	Then string `toml:"then"` // an action
}

// An Override is what differs for some recipients.
type Override struct {
	Recipients []string   `toml:"recipients"` // addresses, and domains with their subdomains
	Mode       *Mode      `toml:"mode"`
	SubjectTag *string    `toml:"subject_tag"`
	Thresholds Thresholds `toml:"thresholds"`
	Rules      []Rule     `toml:"rule"` // asked before the general ones
}

// maxSubjectTag bounds the bytes of a subject tag.
const maxSubjectTag = 64

// Check reports every mistake in the configuration.
func (c Config) Check() error {
	_, err := New(c)
	return err
}

// problems gathers mistakes, each with the key that it is in.
type problems []error

func (p *problems) add(key, format string, args ...any) {
	*p = append(*p, fmt.Errorf("policy: %s: %s", key, fmt.Sprintf(format, args...)))
}

func (p *problems) join() error { return errors.Join(*p...) }

func (p *problems) subjectTag(key, tag string) {
	if len(tag) > maxSubjectTag || strings.ContainsFunc(tag, func(r rune) bool { return r < ' ' || r > '~' }) {
		p.add(key, "%q is not up to %d characters of printable ASCII", tag, maxSubjectTag)
	}
}

func (p *problems) onFailure(s string) Action {
	switch s {
	case "", "defer":
	case "accept":
		return Accept
	default:
		names := []string{"defer", "accept"}
		p.add("on_failure", "%q is neither defer nor accept%s", s, nearest.Hint(s, names))
	}
	return Defer
}

// action reads the action that s names, or def where it names none.
func (p *problems) action(key, s string, def Action) Action {
	if s == "" {
		return def
	}
	var a Action
	if err := a.UnmarshalText([]byte(s)); err != nil {
		p.add(key, "%v", err)
	}
	return a
}

// key reads an address or a domain as the configuration names it: whole
// addresses in lower case, domains as A-labels.
func key(s string) (string, bool) {
	if strings.Contains(s, "@") {
		a, ok := parse.ParseAddress(s)
		return a.Key(), ok
	}
	a, ok := parse.ParseAddress("postmaster@" + s)
	return a.Domain, ok && !strings.HasPrefix(a.Domain, "[")
}

// lookup finds the most specific key for a: the address, its domain, and then
// the domains above.
func lookup[T any](keys map[string]T, a parse.Address) (v T, ok bool) {
	if v, ok = keys[a.Key()]; ok {
		return v, true
	}
	for domain := a.Domain; domain != ""; {
		if v, ok = keys[domain]; ok {
			return v, true
		}
		_, domain, _ = strings.Cut(domain, ".")
	}
	return v, false
}
