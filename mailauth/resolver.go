package mailauth

import (
	"context"
	"errors"
	"net/netip"
)

// Errors of a [Resolver].
var (
	// ErrNotFound: the name does not exist (NXDOMAIN), or has no record of the
	// type asked (NODATA); [IsNXDomain] tells which.
	ErrNotFound = errors.New("mailauth: no such record")
	// ErrTemporary: no answer, or SERVFAIL; asking later may help.
	ErrTemporary = errors.New("mailauth: temporary DNS failure")
)

// A Resolver answers the DNS questions that verification asks. Names are
// absolute, with or without the final dot. An error wraps [ErrNotFound] or
// [ErrTemporary]. It is safe for concurrent use.
type Resolver interface {
	LookupTXT(ctx context.Context, name string) ([]string, error)
	LookupAddr(ctx context.Context, name string, want6 bool) ([]netip.Addr, error) // A, or AAAA where want6
	LookupMX(ctx context.Context, name string) ([]string, error)                   // exchanges, best first
	LookupPTR(ctx context.Context, addr netip.Addr) ([]string, error)
}
