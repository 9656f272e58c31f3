package signals

import (
	"slices"
	"strings"

	"postern/lookalike"
	"postern/parse"
	"postern/store"
)

// answered evaluates the threads that the message refers to; unknown where it
// refers to none, or nobody could look.
func answered(eval func(f *Facts, threads []store.Thread) float64) func(*Facts) float64 {
	return func(f *Facts) float64 {
		if f.Lacks("history") || len(f.History.Threads) == 0 || len(f.Msg.InReplyTo)+len(f.Msg.References) == 0 {
			return Unknown
		}
		return eval(f, f.History.Threads)
	}
}

func knownThread(t store.Thread) bool { return t.Ours || t.Delivered }

// within evaluates the known ones among them; unknown where there is none.
func within(eval func(f *Facts, threads []store.Thread) float64) func(*Facts) float64 {
	return answered(func(f *Facts, threads []store.Thread) float64 {
		if !slices.ContainsFunc(threads, knownThread) {
			return Unknown
		}
		return eval(f, threads)
	})
}

// anyThread tells whether something is true of one thread.
func anyThread(is func(store.Thread) bool) func(*Facts, []store.Thread) float64 {
	return func(_ *Facts, threads []store.Thread) float64 { return truth(slices.ContainsFunc(threads, is)) }
}

// ThreadLookedUp counts how many answered messages were looked for.
var ThreadLookedUp = define(Signal{
	Name: "thread.looked_up", Level: Thread, Unit: Count,
	Doc:  "Messages that this one answers, and that were looked for in memory, six at most.",
	Eval: answered(func(_ *Facts, threads []store.Thread) float64 { return float64(len(threads)) }),
})

// ThreadKnown tells whether the thread is real.
var ThreadKnown = define(Signal{
	Name: "thread.known", Level: Thread, Unit: Bool,
	Doc:  "One of the messages that this one answers was written by one of ours or came in as legitimate.",
	Eval: answered(anyThread(knownThread)),
})

// ThreadOurs tells whether it answers one of ours.
var ThreadOurs = define(Signal{
	Name: "thread.ours", Level: Thread, Unit: Bool,
	Doc:  "One of the messages that this one answers was written by one of ours.",
	Eval: answered(anyThread(func(t store.Thread) bool { return t.Ours })),
})

// ThreadParties is the support of the others.
var ThreadParties = define(Signal{
	Name: "thread.parties", Level: Thread, Unit: Count,
	Doc: "People who are known to be in the thread that this message answers, sixteen at most.",
	Eval: within(func(_ *Facts, threads []store.Thread) float64 {
		n := 0
		for i := range threads {
			n = max(n, threads[i].Parties)
		}
		return float64(n)
	}),
})

// ThreadSender tells whether the sender was in the thread.
var ThreadSender = define(Signal{
	Name: "thread.sender", Level: Thread, Unit: Bool,
	Doc:  "The From address was in the known thread before.",
	Eval: within(anyThread(func(t store.Thread) bool { return t.Sender })),
})

// ThreadSameDomain tells whether somebody of the sender's domain was.
var ThreadSameDomain = define(Signal{
	Name: "thread.same_domain", Level: Thread, Unit: Bool,
	Doc:  "Somebody of the organisational domain of From was in the known thread before.",
	Eval: within(anyThread(func(t store.Thread) bool { return t.SameDomain })),
})

// ThreadRcpts is how many recipients were in the thread.
var ThreadRcpts = define(Signal{
	Name: "thread.rcpts", Level: Thread, Unit: Ratio,
	Doc: "Share of the envelope's recipients who were in the known thread before.",
	Eval: within(func(f *Facts, threads []store.Thread) float64 {
		n := 0
		for i := range threads {
			n = max(n, threads[i].Rcpts)
		}
		return min(share(n, len(f.Env.Rcpts)), 1)
	}),
})

// ThreadRevived is how long the thread slept.
var ThreadRevived = define(Signal{
	Name: "thread.revived", Level: Thread, Unit: Days,
	Doc: "Days since the latest of the known messages that this one answers.",
	Eval: within(func(f *Facts, threads []store.Thread) float64 {
		last := Unknown
		for i := range threads {
			if days := f.since(threads[i].Last); Known(days) && !(days >= last) {
				last = days
			}
		}
		return last
	}),
})

// ThreadDomainSwapped tells whether a twin took a participant's place.
var ThreadDomainSwapped = define(Signal{
	Name: "thread.domain_swapped", Level: Thread, Unit: Bool,
	Doc: "The From domain was not in the known thread, and passes for a domain that was.",
	Eval: within(func(f *Facts, threads []store.Thread) float64 {
		if slices.ContainsFunc(threads, func(t store.Thread) bool { return t.Sender || t.SameDomain }) {
			return 0
		}
		for i := range threads {
			for _, d := range threads[i].Domains {
				if lookalike.Between(d.Text, f.From().Domain) != lookalike.None {
					return 1
				}
			}
		}
		return 0
	}),
})

// maxParties bounds the addresses of To and Cc that are looked at.
const maxParties = 100

// ThreadNewOutsiders counts who is drawn in.
var ThreadNewOutsiders = define(Signal{
	Name: "thread.new_outsiders", Level: Thread, Unit: Count,
	Doc: "Addresses in To and Cc that are neither ours nor of the organisational domain of From, nor of a domain in the known thread.",
	Eval: within(func(f *Facts, threads []store.Thread) float64 {
		n := 0
		for i, m := range slices.Concat(f.Msg.To, f.Msg.Cc) {
			if i == maxParties {
				break
			}
			d := m.Address.Domain
			if d == "" || f.Org.Owns(d) || !foreign(d, f.From().Domain) {
				continue
			}
			org := parse.OrgDomain(d)
			n += int(truth(!slices.ContainsFunc(threads, func(t store.Thread) bool {
				return slices.ContainsFunc(t.Domains, func(d store.Named) bool { return d.Text == org })
			})))
		}
		return float64(n)
	}),
})

// ThreadOtherDomains counts the others outside.
var ThreadOtherDomains = define(Signal{
	Name: "thread.other_domains", Level: Thread, Unit: Count,
	Doc: "Organisational domains in the known thread that are neither ours nor that of From.",
	Eval: within(func(f *Facts, threads []store.Thread) float64 {
		var seen []string
		for i := range threads {
			for _, d := range threads[i].Domains {
				if !f.Org.Owns(d.Text) && foreign(d.Text, f.From().Domain) && !slices.Contains(seen, d.Text) {
					seen = append(seen, d.Text)
				}
			}
		}
		return float64(len(seen))
	}),
})

// Bounds of what is read of a quotation to find who it says wrote it.
const (
	maxQuoted      = 16 << 10
	maxQuotedLines = 60
)

// quotesOurs tells whether a quotation says that one of ours wrote it: in the
// header over it, or in a line such as "On Monday Dana Reed <dana@example.com>
// wrote:".
func (f *Facts) quotesOurs() bool {
	for i := range f.Msg.Text.Forwards {
		if w := &f.Msg.Text.Forwards[i]; !w.Attached && f.Org.Owns(w.From.Address.Domain) {
			return true
		}
	}
	quoted, lines := f.Msg.Text.Quoted, 0
	before := ""
	for line := range strings.Lines(quoted[:min(len(quoted), maxQuoted)]) {
		if lines++; lines > maxQuotedLines {
			break
		}
		line = strings.TrimSpace(line)
		if strings.HasSuffix(line, ":") && !strings.HasPrefix(line, ">") {
			for _, part := range [...]string{line, before} { // it may be wrapped
				if a, ok := AddressIn(part); ok && f.Org.Owns(a.Domain) {
					return true
				}
			}
		}
		before = line
	}
	return false
}

// ThreadQuotesOurs tells whether one of ours is quoted.
var ThreadQuotesOurs = define(Signal{
	Name: "thread.quotes_ours", Level: Message, Unit: Bool,
	Doc: "A quotation says by its header or first line that one of ours wrote it.",
	Eval: func(f *Facts) float64 {
		return truth(f.quotesOurs())
	},
})

// ThreadQuotesUnwritten tells whether what is quoted was never written.
var ThreadQuotesUnwritten = define(Signal{
	Name: "thread.quotes_unwritten", Level: Thread, Unit: Bool,
	Doc: "A quotation says that one of ours wrote it, yet no message that this one answers is known, and our people never wrote to the From address or its domain; unknown where no mail of ours is remembered.",
	Eval: func(f *Facts) float64 {
		h := &f.History
		if f.Lacks("history") || h.Org.All.Good-h.Org.External < minOurs {
			return Unknown
		}
		if f.Direction() != Inbound || h.OutAddress.Known() || h.OutDomain.Known() || slices.ContainsFunc(h.Threads, knownThread) {
			return 0
		}
		return truth(f.quotesOurs())
	},
})

// minOurs is how many messages of ours must be remembered before what we never
// wrote can be told.
const minOurs = 10
