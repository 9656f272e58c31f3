// Package mailauth verifies who sent a message: SPF (RFC 7208), DKIM
// (RFC 6376), DMARC (RFC 9989) and ARC (RFC 8617). It reports what it found
// and never judges: a lookup that failed is a [TempError], not an error.
package mailauth

// A Result is a method's outcome, spelled as in RFC 8601 §2.7.
type Result string

// The outcomes. Not every method has all of them.
const (
	None      Result = "none"
	Neutral   Result = "neutral"
	Pass      Result = "pass"
	Fail      Result = "fail"
	SoftFail  Result = "softfail"
	Policy    Result = "policy"
	TempError Result = "temperror"
	PermError Result = "permerror"
)

// SPF is the outcome of the one SPF check of a message (RFC 7208 §2.6).
type SPF struct {
	Result Result
	Domain string // whose record was asked
	Helo   bool   // the HELO name was checked, the reverse-path being null
}

// DKIM is the outcome for one signature (RFC 6376 §6.1).
type DKIM struct {
	Result    Result
	Domain    string // d=
	Selector  string // s=
	Algorithm string // a=
	KeyBits   int    // size of an RSA key; 256 for Ed25519; 0 where no key was had
	Unsigned  int64  // body bytes that l= leaves unsigned; 0 without l=
	Testing   bool   // the key says t=y
	Sig       string // the first characters of b=, to tell signatures apart (RFC 6008)
	Reason    string // why it did not pass, in fixed words of ours
}

// DMARC is the outcome of policy discovery and alignment (RFC 9989 §5).
type DMARC struct {
	Result       Result
	Domain       string // of the From field; empty where there is not exactly one
	PolicyDomain string // where the record was found
	Policy       string // what the owner asks for: "none", "quarantine", "reject"; empty without a record
	Testing      bool   // t=y
	SPFAligned   bool   // SPF passed for an aligned domain
	DKIMAligned  bool   // a signature of an aligned domain passed
	Partial      bool   // what aligned are only signatures that leave some of the body unsigned (l=)
}

// Disposition is the policy that applies to a message that fails: with t=y one
// level less than the owner asks for otherwise (RFC 9989 §4.7).
func (d *DMARC) Disposition() string {
	switch {
	case !d.Testing:
		return d.Policy
	case d.Policy == "reject":
		return "quarantine"
	case d.Policy == "quarantine":
		return "none"
	}
	return d.Policy
}

// ARC is the outcome of validating the chain (RFC 8617 §5.2).
type ARC struct {
	Result     Result   // None without a chain
	Instance   int      // the highest instance; where the sets are broken, how many there seem to be
	Sealers    []string // d= of the seals, newest first; proven only where Result is Pass
	OldestPass int      // lowest instance whose message signature still validates; 0 where all do
	Reason     string   // why it did not pass, in fixed words of ours
}

// Results is everything that the verifier learned about one message.
type Results struct {
	SPF     SPF
	DKIM    []DKIM
	DMARC   DMARC
	ARC     ARC
	Trusted []Upstream // what trusted relays before us wrote, newest first
}

// An Upstream is one Authentication-Results field of a configured, trusted id
// (RFC 8601 §2.2).
type Upstream struct {
	ID      string
	Results []MethodResult
}

// A MethodResult is one "method=result ptype.property=value ..." of it.
type MethodResult struct {
	Method string
	Result Result
	Props  map[string]string
}

// Authenticated tells whether the From domain was proven: DMARC passed, or,
// without a DMARC record, SPF or a signature passed and is aligned. To what
// signatures leave unsigned anybody may have added (RFC 6376 §8.2).
func (r *Results) Authenticated() bool {
	return (r.DMARC.Result == Pass || r.DMARC.SPFAligned || r.DMARC.DKIMAligned) && !r.DMARC.Partial
}
