package record

import (
	"cmp"
	"math/bits"
	"slices"
)

// A list holds the values of one kind that were seen, with what each weighs
// and when it was seen last, and the total of all. Up to its capacity a list
// is exact. Beyond, a quarter of the places is for the values seen last: these
// are the same whatever the order of merges. The other places are for the
// heaviest, by what is known of them when they are merged: a value that was
// dropped and comes again has lost what it had, so weights may be too small,
// never too large. The total is always exact.
func (v *value) mergeList(o *value) {
	v.sum, v.limit = add(v.sum, o.sum), max(v.limit, o.limit)
	v.items = mergeItems(v.items, o.items, both)
	v.cut()
}

func later(a, b item) int {
	return cmp.Or(cmp.Compare(b.at, a.at), cmp.Compare(b.id, a.id))
}

func heavier(a, b item) int {
	return cmp.Or(cmp.Compare(max(b.weight, -b.weight), max(a.weight, -a.weight)), cmp.Compare(b.id, a.id))
}

// slack is what a list may have beyond its capacity, so that it is cut now and
// then and not at every merge.
func slack(limit uint16) int { return int(limit) / 4 }

// cut drops what is beyond the capacity, once there is no slack left.
func (v *value) cut() {
	if len(v.items) <= int(v.limit)+slack(v.limit) {
		return
	}
	recent := max(1, int(v.limit)/4)
	slices.SortFunc(v.items, later)
	slices.SortFunc(v.items[recent:], heavier)
	v.items = v.items[:v.limit]
	slices.SortFunc(v.items, func(a, b item) int { return cmp.Compare(a.id, b.id) })
}

func (v *value) find(id uint32) (item, bool) {
	if v == nil {
		return item{}, false
	}
	i, found := search(v.items, id)
	if !found {
		return item{}, false
	}
	return v.items[i], true
}

// mergeDays unites the days and weeks, of which those too long before the
// latest are dropped.
func (v *value) mergeDays(o *value) {
	at := max(v.at, o.at)
	since := func(x *value) (days, weeks uint64) {
		return x.days << uint64(at-x.at), x.weeks << uint64(at/7-x.at/7) //nolint:gosec // never negative
	}
	days, weeks := since(v)
	moreDays, moreWeeks := since(o)
	v.at, v.days, v.weeks = at, days|moreDays, weeks|moreWeeks
}

// daysAt counts, at a day, the days of the last 64 and the weeks of the last
// 64 before these.
func (v *value) daysAt(day int64) float64 {
	if v == nil {
		return 0
	}
	ago, weeksAgo := max(day-v.at, 0), max(day/7-v.at/7, 0)
	const covered = 10 // weeks that 64 days may touch
	return float64(bits.OnesCount64(v.days<<uint64(ago)) + bits.OnesCount64(v.weeks<<uint64(weeksAgo)>>covered))
}

const (
	bucket  = 600             // seconds of a window's grain
	buckets = 26 * 3600 / 600 // how many a window has
)

// mergeWindow adds the counts, of which those too long before the latest are
// dropped. It is exact: what one merge drops any later one would.
func (v *value) mergeWindow(o *value) {
	v.latest = max(v.latest, o.latest)
	v.items = mergeItems(v.items, o.items, weights)
	v.items = slices.DeleteFunc(v.items, func(it item) bool { return it.id+buckets <= v.latest || it.weight == 0 })
}

// within counts the last seconds of a window up to at; a bucket that is partly
// in is counted in part.
func (v *value) within(seconds, at int64) (n float64) {
	if v == nil {
		return 0
	}
	from := at - seconds
	for _, it := range v.items {
		begin := int64(it.id) * bucket
		if end := begin + bucket; begin <= at && end > from {
			n += it.weight * min(1, float64(end-from)/bucket)
		}
	}
	return max(n, 0)
}
