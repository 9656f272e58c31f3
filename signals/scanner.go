package signals

import "postern/scanner"

// ScannerVirus tells whether ClamAV knows something in the message.
var ScannerVirus = define(Signal{
	Name: "scanner.virus", Level: Message, Unit: Bool,
	Doc: "A signature of ClamAV matches; unknown where it was not asked.",
	Eval: func(f *Facts) float64 {
		if !f.Scanned.ClamAV.Known {
			return Unknown
		}
		return truth(f.Scanned.ClamAV.Name != "")
	},
})

// listings counts the listings of what of names.
func listings(f *Facts, of scanner.Subject) float64 {
	n, known := f.Scanned.Listed(of)
	if !known {
		return Unknown
	}
	return float64(n)
}

// ScannerClientListed counts the block lists that know the client.
var ScannerClientListed = define(Signal{
	Name: "scanner.client_listed", Level: Message, Unit: Count,
	Doc:  "DNS block lists that list the client's address; unknown where none was asked.",
	Eval: func(f *Facts) float64 { return listings(f, scanner.Client) },
})

// ScannerSenderListed counts the listings of the sender's domains.
var ScannerSenderListed = define(Signal{
	Name: "scanner.sender_listed", Level: Domain, Unit: Count,
	Doc:  "Listings of the domains of From, the envelope sender and HELO in DNS block lists; unknown where none was asked.",
	Eval: func(f *Facts) float64 { return listings(f, scanner.Sender) },
})

// ScannerLinkListed counts the listings of what links lead to.
var ScannerLinkListed = define(Signal{
	Name: "scanner.link_listed", Level: Message, Unit: Count,
	Doc:  "Listings of the domains that links lead to in DNS block lists; unknown where none was asked.",
	Eval: func(f *Facts) float64 { return listings(f, scanner.Link) },
})

// excess is how far a score lies above what is called spam.
func excess(o scanner.Opinion) float64 {
	if !o.Known {
		return Unknown
	}
	return o.Score - o.Required
}

// ScannerRspamd is rspamd's opinion.
var ScannerRspamd = define(Signal{
	Name: "scanner.rspamd", Level: Message, Unit: Points,
	Doc:  "Rspamd's score above the one that it rejects from, as a hop of ours wrote it.",
	Eval: func(f *Facts) float64 { return excess(f.Scanned.Rspamd) },
})

// ScannerSpamAssassin is SpamAssassin's opinion.
var ScannerSpamAssassin = define(Signal{
	Name: "scanner.spamassassin", Level: Message, Unit: Points,
	Doc:  "SpamAssassin's score above the one that it calls spam, as a hop of ours wrote it.",
	Eval: func(f *Facts) float64 { return excess(f.Scanned.SpamAssassin) },
})
