package train

import (
	"math"
	"slices"
)

// How much each row counts.
const (
	// A source of n messages weighs n to this power, so that a large one does
	// not drown the others.
	sourcePower = 0.45
	// synthetic mail counts this much of real mail.
	syntheticShare = 0.5
	// streamShare is what the mail of simulated organisations counts of it.
	streamShare = 0.3
	// twinShare is what harmless twins of attacks count of real mail.
	twinShare = 0.2
	// most is how many messages of one source are learned from; of the phish
	// that bears the whole class, all.
	most = 1500
)

// weigh gives every row its weight: sources bounded, made-up mail less than
// real mail, wanted and unwanted mail the same in total, also among the rows
// whose authentication is known, so that knowing it tells nothing. The weights
// are one on average.
func weigh(rows []Row) []float64 {
	size := map[string]float64{}
	for i := range rows {
		size[rows[i].Source]++
	}
	w := make([]float64, len(rows))
	for i := range rows {
		w[i] = math.Pow(size[rows[i].Source], sourcePower-1)
		if rows[i].Synthetic {
			w[i] *= syntheticShare
		}
		if rows[i].stream != "" {
			w[i] *= streamShare
		}
		if rows[i].twin {
			w[i] *= twinShare
		}
	}
	for _, known := range []bool{false, true} {
		even(rows, w, func(r *Row) bool { return r.Known == known })
	}
	total := 0.0
	for _, x := range w {
		total += x
	}
	for i := range w {
		w[i] *= float64(len(w)) / total
	}
	return w
}

// even makes wanted and unwanted rows weigh the same, among those that are in.
func even(rows []Row, w []float64, in func(*Row) bool) {
	var sums [2]float64
	for i := range rows {
		if in(&rows[i]) {
			sums[one(rows[i].Class.Unwanted())] += w[i]
		}
	}
	for i := range rows {
		if side := one(rows[i].Class.Unwanted()); in(&rows[i]) && sums[side] > 0 {
			w[i] *= (sums[0] + sums[1]) / 2 / sums[side]
		}
	}
}

// Sample bounds what is learned from each source: always the same messages,
// and of every time. Streams stay whole.
func Sample(mail []*Mail) []*Mail {
	in := sampler(mail)
	return slices.DeleteFunc(slices.Clone(mail), func(m *Mail) bool { return m.stream == "" && !in(m) })
}

// sampler tells which messages of a list are learned from: of streams all that
// belong to a story, since they are the hard ones.
func sampler(mail []*Mail) func(*Mail) bool {
	size := map[string]uint64{}
	for _, m := range mail {
		size[m.Source]++
	}
	return func(m *Mail) bool {
		n := size[m.Source]
		return m.Class.Unwanted() || m.Kind != "" && m.stream != "" || n <= most || m.dice("sample")%n < most
	}
}

// borrowed lists the subjects whose signals describe what was made up in
// synthetic mail: its header.
var borrowed = []string{"auth", "from", "sender", "domain", "pair", "rcpt", "header", "thread", "org", "network", "name"}

// borrow gives synthetic rows the header of some real message, of whatever
// class: so the made-up header teaches nothing, and is no mark either.
func borrow(rows []Row, names []string) {
	var lent []int
	for i, name := range names {
		if slices.Contains(borrowed, subject(name)) {
			lent = append(lent, i)
		}
	}
	var lenders [2][]int // unwanted and not, so that both lend as often
	for i := range rows {
		if !rows[i].Synthetic {
			side := one(rows[i].Class.Unwanted())
			lenders[side] = append(lenders[side], i)
		}
	}
	for i := range rows {
		if !rows[i].Synthetic {
			continue
		}
		n := rows[i].dice("lender" + string(rune('a'+i%2)))
		side := lenders[n%2]
		if len(side) == 0 {
			continue
		}
		from := &rows[side[n/2%uint64(len(side))]]
		rows[i].Inputs, rows[i].Known = slices.Clone(rows[i].Inputs), from.Known
		for _, at := range lent {
			rows[i].Inputs[at] = from.Inputs[at]
		}
	}
}
