package signals

import "postern/store"

// sum adds a count over the recipients.
func (f *Facts) sum(tally func(int) store.Tally) float64 {
	total := f.good(store.Tally{})
	for i := range f.Env.Rcpts {
		total += f.good(tally(i))
	}
	return total
}

// PairIn counts what the recipients had from the sender.
var PairIn = define(Signal{
	Name: "pair.in", Level: Pair, Unit: Count,
	Doc:  "Legitimate messages from the From address to these recipients, decayed.",
	Eval: func(f *Facts) float64 { return f.sum(f.in) },
})

// PairOut counts what the recipients wrote to the sender.
var PairOut = define(Signal{
	Name: "pair.out", Level: Pair, Unit: Count,
	Doc:  "Messages that these recipients wrote to the From address, decayed.",
	Eval: func(f *Facts) float64 { return f.sum(f.out) },
})

// PairTwoWay is how many recipients and the sender wrote to each other.
var PairTwoWay = define(Signal{
	Name: "pair.two_way", Level: Pair, Unit: Ratio,
	Doc: "Share of the envelope's recipients who both had mail from the From address and wrote to it.",
	Eval: func(f *Facts) float64 {
		if f.Lacks("history") {
			return Unknown
		}
		n := 0
		for i := range f.Env.Rcpts {
			n += int(truth(f.in(i).Known() && f.out(i).Known()))
		}
		return share(n, len(f.Env.Rcpts))
	},
})

// PairFirstSeen is how long sender and recipients have known each other.
var PairFirstSeen = define(Signal{
	Name: "pair.first_seen", Level: Pair, Unit: Days,
	Doc: "Days since the first legitimate message from the From address to any of these recipients.",
	Eval: func(f *Facts) float64 {
		oldest := Unknown
		for i := range f.Env.Rcpts {
			if d := f.age(f.in(i)); !(d <= oldest) && Known(d) {
				oldest = d
			}
		}
		return oldest
	},
})
