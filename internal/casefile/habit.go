package casefile

import (
	"postern/signals"
	"postern/store"
)

// attribute names the attribute of a kind.
func attribute(k store.Kind) string {
	for i := range signals.Attributes {
		if signals.Attributes[i].Kind == k {
			return signals.Attributes[i].Name
		}
	}
	return ""
}

// habitPlace is where the habit about trait i belongs.
func habitPlace(f *signals.Facts, whose string, i int) *store.Habit {
	h := &f.History
	grow := func(list *[]store.Habit) *store.Habit {
		if *list == nil {
			*list = make([]store.Habit, len(h.Traits))
		}
		return &(*list)[i]
	}
	s := &h.Claimed
	if f.Proven() {
		s = &h.Verified
	}
	if s.Habits == nil {
		s.Habits = make([]store.Usage, len(h.Traits))
	}
	switch whose {
	case "address":
		return &s.Habits[i].Address
	case "domain":
		return &s.Habits[i].Domain
	case "org":
		return grow(&h.Org.Habits)
	case "rcpt":
		return grow(&h.Rcpts[0].Habits)
	default:
		return grow(&h.In[0].Habits)
	}
}
