package mailauth

import (
	"context"
	"errors"
	"net/netip"
)

// Errors of a [Resolver].
var (
	// ErrNotFound: the name does not exist, or has no record of the type asked.
	ErrNotFound = errors.New("mailauth: no such record")
	// ErrNXDomain is the [ErrNotFound] of a name that does not exist at all,
	// and nothing beneath it (RFC 8020).
	ErrNXDomain = error(nxDomain{})
	// ErrTemporary: no answer, or SERVFAIL; asking later may help.
	ErrTemporary = errors.New("mailauth: temporary DNS failure")
)

type nxDomain struct{}

func (nxDomain) Error() string        { return "mailauth: no such name" }
func (nxDomain) Is(target error) bool { return target == ErrNotFound }

// A Resolver answers the DNS questions that verification asks. Names are
// absolute, with or without the final dot. An error wraps [ErrNotFound] or
// [ErrTemporary]. A lookup returns at the latest when its context ends. The
// slices returned may be shared and must not be changed. A Resolver is safe for
// concurrent use.
type Resolver interface {
	LookupTXT(ctx context.Context, name string) ([]string, error)
	LookupAddr(ctx context.Context, name string, want6 bool) ([]netip.Addr, error) // A, or AAAA where want6
	LookupMX(ctx context.Context, name string) ([]string, error)                   // exchanges, best first
	LookupPTR(ctx context.Context, addr netip.Addr) ([]string, error)
}
