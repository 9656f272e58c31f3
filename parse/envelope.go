package parse

import (
	"net/netip"
	"time"
)

// An Envelope is what the door knows before the first byte of content
// (RFC 5321 §2.3.1), as told by the client or, where the peer is trusted, by
// XCLIENT, XFORWARD or PROXY.
type Envelope struct {
	ID         string     // minted by the door; in every log line and added header field
	Received   time.Time  // the only clock that pure code may read
	Remote     netip.Addr // the client; invalid where nobody knows
	RemotePort uint16     // its port; zero where nobody knows
	RemoteName string     // its verified host name; empty where none is known
	Helo       string     // its EHLO, HELO or LHLO argument
	Protocol   string     // "SMTP", "ESMTP", "ESMTPS", "LMTP", ... (RFC 3848)
	TLS        bool       // the client's own connection was encrypted
	Auth       string     // the authenticated user; empty where none
	Outbound   bool       // it came by a listener for the mail of our own people
	UTF8       bool       // SMTPUTF8 was asked for (RFC 6531)
	From       Address    // the reverse-path; zero for the null path
	Rcpts      []Address  // the recipients that were accepted, in order
}
