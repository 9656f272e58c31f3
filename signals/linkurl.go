package signals

import (
	"math"
	"slices"
	"strings"

	"postern/parse"
)

// LinkLongest is the length of the longest link.
var LinkLongest = define(Signal{
	Name: "link.longest", Level: Message, Unit: Bytes,
	Doc:  "Length of the longest link.",
	Eval: func(f *Facts) float64 { return mostLinks(f, func(t *target) float64 { return float64(len(t.URL)) }) },
})

// LinkQuery is the length of the longest query.
var LinkQuery = define(Signal{
	Name: "link.query", Level: Message, Unit: Bytes,
	Doc: "Length of the longest query and fragment of where the links lead.",
	Eval: func(f *Facts) float64 {
		return mostLinks(f, func(t *target) float64 { return float64(len(t.last.Query) + len(t.last.Fragment)) })
	},
})

// LinkDepth is how deep the deepest path goes.
var LinkDepth = define(Signal{
	Name: "link.depth", Level: Message, Unit: Count,
	Doc: "Segments of the deepest path that links lead to.",
	Eval: func(f *Facts) float64 {
		return mostLinks(f, func(t *target) float64 {
			return float64(strings.Count(strings.TrimRight(t.last.Path, "/"), "/"))
		})
	},
})

// LinkSubdomains is how many labels stand before the organisation.
var LinkSubdomains = define(Signal{
	Name: "link.subdomains", Level: Message, Unit: Count,
	Doc: "Most labels before the organisational domain in a host that links lead to.",
	Eval: func(f *Facts) float64 {
		return mostLinks(f, func(t *target) float64 { return float64(strings.Count(t.Leads, ".") - strings.Count(t.org, ".")) })
	},
})

// LinkRoot is how much leads to front pages.
var LinkRoot = define(Signal{
	Name: "link.root_share", Level: Message, Unit: Ratio,
	Doc: "Share of links to the front page of a host, without query.",
	Eval: func(f *Facts) float64 {
		return shareLinks(f, func(t *target) bool { return len(t.last.Path) < 2 && t.last.Query == "" && t.last.Fragment == "" })
	},
})

// LinkPort counts odd ports.
var LinkPort = define(Signal{
	Name: "link.odd_port", Level: Message, Unit: Count,
	Doc: "Links to another port than 80 and 443.",
	Eval: func(f *Facts) float64 {
		return countLinks(f, func(t *target) bool { return t.last.Port != "" && t.last.Port != "80" && t.last.Port != "443" })
	},
})

// LinkEncoded is how much of a link is encoded.
var LinkEncoded = define(Signal{
	Name: "link.encoded_share", Level: Message, Unit: Ratio,
	Doc: "Greatest share of percent-encoding in the path of a link.",
	Eval: func(f *Facts) float64 {
		return mostLinks(f, func(t *target) float64 {
			if t.last.Path == "" {
				return 0
			}
			return min(1, 3*float64(strings.Count(t.last.Path, "%"))/float64(len(t.last.Path)))
		})
	},
})

// LinkHostDigits is how much of a host is digits.
var LinkHostDigits = define(Signal{
	Name: "link.host_digits", Level: Message, Unit: Ratio,
	Doc: "Greatest share of digits in a host name that links lead to.",
	Eval: func(f *Facts) float64 {
		return f.mostHosts(func(t *target) float64 {
			n := 0
			for i := range len(t.Leads) {
				n += int(truth(digit(t.Leads[i])))
			}
			return float64(n) / float64(max(len(t.Leads), 1))
		})
	},
})

// LinkHostHyphens counts hyphens of a host.
var LinkHostHyphens = define(Signal{
	Name: "link.host_hyphens", Level: Message, Unit: Count,
	Doc: "Most hyphens in a host name that links lead to.",
	Eval: func(f *Facts) float64 {
		return f.mostHosts(func(t *target) float64 { return float64(strings.Count(t.Leads, "-")) })
	},
})

// LinkHostLength is the length of the longest host.
var LinkHostLength = define(Signal{
	Name: "link.host_length", Level: Message, Unit: Bytes,
	Doc:  "Length of the longest host name that links lead to.",
	Eval: func(f *Facts) float64 { return f.mostHosts(func(t *target) float64 { return float64(len(t.Leads)) }) },
})

// LinkHostRandom tells names that nobody would think of.
var LinkHostRandom = define(Signal{
	Name: "link.host_random", Level: Message, Unit: Ratio,
	Doc: "Greatest share, in a label of a host name that links lead to, of letters that cannot be pronounced where they stand.",
	Eval: func(f *Facts) float64 {
		return f.mostHosts(func(t *target) float64 {
			worst := 0.0
			for label := range strings.SplitSeq(t.Leads, ".") {
				worst = max(worst, random(label))
			}
			return worst
		})
	},
})

// LinkHostEntropy is how evenly the letters of the main label are spread.
var LinkHostEntropy = define(Signal{
	Name: "link.host_entropy", Level: Message, Unit: Ratio,
	Doc: "Greatest entropy of the letters in the main label of a domain that links lead to, of five bits.",
	Eval: func(f *Facts) float64 {
		return f.mostHosts(func(t *target) float64 {
			label, _, _ := strings.Cut(t.org, ".")
			return min(1, entropy(label)/5)
		})
	},
})

// mostHosts is mostLinks over the names among the hosts, without looking twice
// at one that stands in a row.
func (f *Facts) mostHosts(of func(*target) float64) float64 {
	last, value := "", Unknown
	return mostLinks(f, func(t *target) float64 {
		if ipHost(t.Leads) {
			return 0
		}
		if t.Leads != last {
			last, value = t.Leads, of(t)
		}
		return value
	})
}

// minRandom is the shortest label that can be random.
const minRandom = 6

// maxRun is the shortest run of consonants that hardly a word has.
const maxRun = 5

// random is the share of a label's characters that stand in runs of maxRun
// consonants and more, or where letters and digits change.
func random(label string) float64 {
	if len(label) < minRandom || strings.HasPrefix(label, "xn--") {
		return 0
	}
	odd, run := 0, 0
	for i := range len(label) {
		c := label[i]
		if i > 0 && c != '-' && label[i-1] != '-' && digit(c) != digit(label[i-1]) {
			odd++
		}
		if digit(c) || c == '-' || strings.IndexByte("aeiouy", c) >= 0 {
			run = 0
			continue
		}
		switch run++; {
		case run == maxRun:
			odd += maxRun
		case run > maxRun:
			odd++
		}
	}
	return min(1, float64(odd)/float64(len(label)))
}

// entropy is Shannon's, of the bytes of s, in bits.
func entropy(s string) float64 {
	var seen [256]uint16
	for i := range min(len(s), maxLabel) {
		seen[s[i]]++
	}
	sum, n := 0.0, float64(min(len(s), maxLabel))
	for i := range min(len(s), maxLabel) {
		sum -= math.Log2(float64(seen[s[i]])/n) / n
	}
	return sum
}

// maxLabel is the longest label of a name (RFC 1035 §2.3.4).
const maxLabel = 63

// Extensions of files that links lead to.
var (
	scripts   = []string{"php", "asp", "aspx", "jsp", "cgi", "cfm", "pl"}
	pages     = []string{"html", "htm", "shtml", "xhtml", "mhtml"}
	downloads = []string{
		"exe", "scr", "msi", "bat", "cmd", "com", "pif", "vbs", "vbe", "js", "jse", "wsf", "hta", "ps1", "lnk", "jar", "apk", "dmg", "pkg",
		"zip", "rar", "7z", "gz", "tgz", "tar", "iso", "img", "vhd", "vhdx", "cab", "ace", "arj", "z", "docm", "xlsm", "pptm", "xlam", "one",
	}
)

// LinkScripts counts links to scripts.
var LinkScripts = withExtension("link.script_files", "Links to a file whose name ends like that of a script on a server.", scripts)

// LinkPages counts links to plain pages.
var LinkPages = withExtension("link.html_files", "Links to a file whose name ends like a plain page's.", pages)

// LinkDownloads counts links to programs and archives.
var LinkDownloads = withExtension("link.downloads", "Links to a file whose name ends like a program's, an archive's or a disk image's.", downloads)

func withExtension(name, doc string, of []string) *Signal {
	return define(Signal{
		Name: name, Level: Message, Unit: Count, Doc: doc,
		Eval: func(f *Facts) float64 {
			return countLinks(f, func(t *target) bool {
				path := t.last.Path
				path = path[strings.LastIndexByte(path, '/')+1:]
				i := strings.LastIndexByte(path, '.')
				return i > 0 && len(path)-i <= 6 && slices.Contains(of, strings.ToLower(path[i+1:]))
			})
		},
	})
}

// unsubscribing are words by which people leave a list.
var unsubscribing = []string{
	"unsubscribe", "opt out", "opt-out", "abmelden", "abbestellen", "austragen", "désabonner", "desabonner", "désinscri", "desinscri",
	"darse de baja", "cancelar suscripci", "cancelar la suscripci", "descadastr", "cancelar inscri", "anular", "disiscri", "cancellati",
	"annulla iscrizione", "afmelden", "uitschrijven", "wypisz", "zrezygnuj", "odhlásit", "avregistrera", "avmeld", "afmeld", "отписаться",
	"abonelikten", "配信停止", "退订", "取消订阅", "email preferences", "manage preferences",
}

// unsubscribes tells whether words or address of a link speak of leaving.
func (t *target) unsubscribes() bool {
	if t.Text != "" && t.shown == "" && len(t.Text) < maxWords {
		text := strings.ToLower(t.Text)
		if slices.ContainsFunc(unsubscribing, func(w string) bool { return strings.Contains(text, w) }) {
			return true
		}
	}
	return strings.Contains(t.URL, "nsubscribe") || strings.Contains(t.URL, "opt-out") || strings.Contains(t.URL, "optout")
}

// LinkUnsubscribe counts links off the list.
var LinkUnsubscribe = define(Signal{
	Name: "link.unsubscribe", Level: Message, Unit: Count,
	Doc:  "Links whose words or address speak of leaving a list, in many languages.",
	Eval: func(f *Facts) float64 { return countLinks(f, func(t *target) bool { return t.leaves }) },
})

// LinkUnsubscribeApart tells whether the way off the list is elsewhere.
var LinkUnsubscribeApart = define(Signal{
	Name: "link.unsubscribe_apart", Level: Message, Unit: Bool,
	Doc: "Links off the list lead to an organisational domain that no other link leads to and that is not the sender's; unknown without such links.",
	Eval: func(f *Facts) float64 {
		links, senders, org := f.look().links, f.senders(), ""
		for i := range links {
			if t := &links[i]; t.leaves {
				if senders.has(t.org) {
					return 0
				}
				org = t.org
			}
		}
		if org == "" || len(links) < 2 {
			return Unknown
		}
		return truth(countLinks(f, func(t *target) bool { return t.org == org && !t.leaves }) == 0)
	},
})

// HeaderUnsubscribeForeign tells whether List-Unsubscribe leads elsewhere.
var HeaderUnsubscribeForeign = define(Signal{
	Name: "header.list_unsubscribe_foreign", Level: Message, Unit: Bool,
	Doc: "List-Unsubscribe (RFC 2369) leads to domains that are neither the sender's nor those of any link; unknown without it.",
	Eval: func(f *Facts) float64 {
		value, ok := f.Msg.Field("List-Unsubscribe")
		if !ok {
			return Unknown
		}
		senders, known := f.senders(), false
		for part := range strings.SplitSeq(value[:min(len(value), maxURL)], ",") {
			org := unsubscribeOrg(strings.Trim(part, " \t<>"))
			known = known || org != ""
			if senders.has(org) || org != "" && countLinks(f, func(t *target) bool { return t.org == org }) > 0 {
				return 0
			}
		}
		if !known {
			return Unknown
		}
		return 1
	},
})

// unsubscribeOrg is the organisational domain behind a web or mail address.
func unsubscribeOrg(url string) string {
	u := parse.ParseURL(url)
	if u.Scheme == "mailto" {
		a, _ := parse.ParseAddress(u.Path)
		return parse.OrgDomain(a.Domain)
	}
	return parse.OrgDomain(u.Host)
}
