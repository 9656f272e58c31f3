package signals

import "postern/mailauth"

// outcome is 1 where a check came to want and 0 where it came to another end.
// It is unknown where the check could not be made.
func outcome(f *Facts, r, want mailauth.Result) float64 {
	if r == "" || r == mailauth.TempError || f.Lacks("auth") {
		return Unknown
	}
	return truth(r == want)
}

// signatures counts the DKIM signatures that came to want.
func signatures(f *Facts, want mailauth.Result) float64 {
	if f.Lacks("auth") {
		return Unknown
	}
	n := 0
	for i := range f.Auth.DKIM {
		if f.Auth.DKIM[i].Result == want {
			n++
		}
	}
	return float64(n)
}

// AuthSPFPass tells whether SPF passed.
var AuthSPFPass = define(Signal{
	Name: "auth.spf_pass", Level: Message, Unit: Bool,
	Doc:  "The client may send for the envelope sender's domain (RFC 7208).",
	Eval: func(f *Facts) float64 { return outcome(f, f.Auth.SPF.Result, mailauth.Pass) },
})

// AuthSPFFail tells whether SPF failed outright.
var AuthSPFFail = define(Signal{
	Name: "auth.spf_fail", Level: Message, Unit: Bool,
	Doc:  "The envelope sender's domain forbids the client to send for it (RFC 7208).",
	Eval: func(f *Facts) float64 { return outcome(f, f.Auth.SPF.Result, mailauth.Fail) },
})

// AuthDKIMPass counts valid signatures.
var AuthDKIMPass = define(Signal{
	Name: "auth.dkim_pass", Level: Message, Unit: Count,
	Doc:  "DKIM signatures that verify (RFC 6376).",
	Eval: func(f *Facts) float64 { return signatures(f, mailauth.Pass) },
})

// AuthDKIMFail counts broken signatures.
var AuthDKIMFail = define(Signal{
	Name: "auth.dkim_fail", Level: Message, Unit: Count,
	Doc:  "DKIM signatures that do not verify although their key was found (RFC 6376).",
	Eval: func(f *Facts) float64 { return signatures(f, mailauth.Fail) },
})

// passing evaluates the signatures that verify and gives the least value;
// unknown where none does.
func passing(f *Facts, value func(*mailauth.DKIM) float64) float64 {
	least := Unknown
	for i := range f.Auth.DKIM {
		if d := &f.Auth.DKIM[i]; d.Result == mailauth.Pass {
			if v := value(d); !(v >= least) {
				least = v
			}
		}
	}
	return least
}

// AuthDKIMUnsigned measures what l= leaves open.
var AuthDKIMUnsigned = define(Signal{
	Name: "auth.dkim_unsigned", Level: Message, Unit: Bytes,
	Doc: "Bytes of the body that no verified DKIM signature covers (l=, RFC 6376 §8.2).",
	Eval: func(f *Facts) float64 {
		return passing(f, func(d *mailauth.DKIM) float64 { return float64(max(d.Unsigned, 0)) })
	},
})

// AuthDKIMWeak tells whether all verified signatures are weak.
var AuthDKIMWeak = define(Signal{
	Name: "auth.dkim_weak", Level: Message, Unit: Bool,
	Doc: "Every verified DKIM signature has an RSA key below the 2048 bits that RFC 8301 §3.2 asks for, or a key in testing.",
	Eval: func(f *Facts) float64 {
		return passing(f, func(d *mailauth.DKIM) float64 {
			return truth(d.Testing || d.KeyBits < 2048 && d.Algorithm != "ed25519-sha256")
		})
	},
})

// AuthAligned tells whether the From domain was proven.
var AuthAligned = define(Signal{
	Name: "auth.aligned", Level: Message, Unit: Bool,
	Doc: "SPF or a DKIM signature of the whole body passed for the domain that From shows.",
	Eval: func(f *Facts) float64 {
		if f.Auth.Authenticated() {
			return 1
		}
		return known(outcome(f, f.Auth.DMARC.Result, mailauth.Pass), 0)
	},
})

// known replaces a known value.
func known(v, by float64) float64 {
	if Known(v) {
		return by
	}
	return v
}

// AuthDMARCPass tells whether DMARC passed.
var AuthDMARCPass = define(Signal{
	Name: "auth.dmarc_pass", Level: Message, Unit: Bool,
	Doc:  "The From domain has a DMARC record and the message satisfies it (RFC 9989).",
	Eval: func(f *Facts) float64 { return outcome(f, f.Auth.DMARC.Result, mailauth.Pass) },
})

// AuthDMARCFail tells whether DMARC failed.
var AuthDMARCFail = define(Signal{
	Name: "auth.dmarc_fail", Level: Message, Unit: Bool,
	Doc:  "The From domain has a DMARC record and the message does not satisfy it (RFC 9989).",
	Eval: func(f *Facts) float64 { return outcome(f, f.Auth.DMARC.Result, mailauth.Fail) },
})

// AuthDMARCEnforced tells whether the From domain asks for enforcement.
var AuthDMARCEnforced = define(Signal{
	Name: "auth.dmarc_enforced", Level: Domain, Unit: Bool,
	Doc: "The From domain asks to quarantine or reject what fails DMARC, and is not in testing.",
	Eval: func(f *Facts) float64 {
		p := f.Auth.DMARC.Policy
		return known(outcome(f, f.Auth.DMARC.Result, mailauth.None),
			truth((p == "quarantine" || p == "reject") && !f.Auth.DMARC.Testing))
	},
})

// AuthARCPass tells whether a chain of forwarders is intact.
var AuthARCPass = define(Signal{
	Name: "auth.arc_pass", Level: Message, Unit: Bool,
	Doc:  "The message has an ARC chain and it validates (RFC 8617).",
	Eval: func(f *Facts) float64 { return outcome(f, f.Auth.ARC.Result, mailauth.Pass) },
})

// AuthTempError is how much of the verification DNS kept from us.
var AuthTempError = define(Signal{
	Name: "auth.temperror", Level: Message, Unit: Ratio,
	Doc: "Share of SPF, DKIM signatures, DMARC and ARC that a temporary DNS failure left open.",
	Eval: func(f *Facts) float64 {
		if f.Lacks("auth") {
			return Unknown
		}
		n, open := 0, 0
		add := func(r mailauth.Result) {
			n += int(truth(r != ""))
			open += int(truth(r == mailauth.TempError))
		}
		add(f.Auth.SPF.Result)
		add(f.Auth.DMARC.Result)
		add(f.Auth.ARC.Result)
		for i := range f.Auth.DKIM {
			add(f.Auth.DKIM[i].Result)
		}
		return share(open, n)
	},
})
