package train

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// Split divides mail by time: of every source the earlier share goes to the
// left, the later one to the right. A campaign stands where its first message
// does. Mail without a date counts as the latest.
func Split(mail []*Mail, share float64) (earlier, later []*Mail) {
	first := map[string]map[string]time.Time{} // of every campaign of a source
	for _, m := range mail {
		at := m.Date
		if at.IsZero() {
			at = noDate.AddDate(100, 0, 0)
		}
		if first[m.Source] == nil {
			first[m.Source] = map[string]time.Time{}
		}
		if t, ok := first[m.Source][m.Campaign]; !ok || at.Before(t) {
			first[m.Source][m.Campaign] = at
		}
	}
	left := map[string]bool{}
	for _, source := range slices.Sorted(maps.Keys(first)) {
		size := map[string]int{}
		all := 0
		for _, m := range mail {
			if m.Source == source {
				size[m.Campaign]++
				all++
			}
		}
		campaigns := slices.SortedFunc(maps.Keys(size), func(a, b string) int {
			return cmp.Or(first[source][a].Compare(first[source][b]), cmp.Compare(a, b))
		})
		n := 0
		for _, c := range campaigns {
			if n += size[c]; float64(n) <= share*float64(all) {
				left[c] = true
			}
		}
	}
	for _, m := range mail {
		if left[m.Campaign] {
			earlier = append(earlier, m)
		} else {
			later = append(later, m)
		}
	}
	return earlier, later
}
