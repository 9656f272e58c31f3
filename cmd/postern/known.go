package main

import (
	"fmt"
	"strings"

	"postern/web"
)

// known tells what is known of a sender, in sentences.
func (t *terminal) known(h *web.History) {
	t.print("%s", line(h.Sender))
	k := h.Known
	if k == nil || k.Verified.Attempts+k.Claimed.Attempts+k.Out.Attempts == 0 {
		t.print("  Never heard of.")
		return
	}
	t.came("proved who they are", &k.Verified)
	t.came("only claimed to be from there", &k.Claimed)
	if n := k.Out; n.Good > 0 {
		t.print("  Our people wrote there since %s: %s on %s, last on %s.", date(n.First), messages(n.Good), days(n.Days), date(n.Last))
	}
	if k.Rcpts >= 1 {
		s := fmt.Sprintf("It writes to about %.0f different recipients", k.Rcpts)
		if k.Senders >= 1 {
			s += fmt.Sprintf(", from about %.0f addresses", k.Senders)
		}
		t.print("  %s.", s)
	}
	if len(k.Names) > 0 {
		var names []string
		for _, n := range k.Names {
			names = append(names, fmt.Sprintf("%q (%.0f)", line(n.Name), n.Weight))
		}
		t.print("  It bore the name %s.", strings.Join(names, ", "))
	}
	t.vendor(k)
	for _, c := range k.With {
		t.print("  With %s: %s came, %s went.", line(c.Address), messages(c.In.Good), messages(c.Out.Good))
	}
	if len(k.Habits) > 0 {
		t.print("  Its habits, which are known by their hashes alone:")
	}
	for _, u := range k.Habits {
		t.print("    %-14s %3d different in %s; the usual one in %.0f%%", u.Trait, u.Values, messages(u.Of), 100*min(u.Top/u.Of, 1))
	}
	t.print("  Older messages count for less: half after 180 days.")
}

// came tells what came from there.
func (t *terminal) came(how string, n *web.Count) {
	if n.Attempts == 0 {
		return
	}
	if n.Good == 0 {
		t.print("  %s came that %s; none was known to be legitimate, %.1f were unwanted.", messages(n.Attempts), how, n.Bad)
		return
	}
	t.print("  %s came that %s, legitimate ones since %s on %s, last on %s; trust %.1f.",
		messages(n.Attempts), how, date(n.First), days(n.Days), date(n.Last), n.Trust)
	t.print("    %.0f%% were unwanted; %.1f answered ours; %.0f came in the last 24 hours.", 100*n.Bad/n.Attempts, n.Replies, n.Today)
}

// vendor tells what it charges for.
func (t *terminal) vendor(k *web.Known) {
	if k.Invoices > 0 {
		s := fmt.Sprintf("It sent %.1f invoices", k.Invoices)
		if k.Amount > 0 {
			s += fmt.Sprintf(", usually of about %.0f", k.Amount)
		}
		t.print("  %s; %.1f messages were about new bank details.", s, k.Changes)
	}
	if k.Accounts+k.Phones > 0 {
		t.print("  Its domain showed %d bank accounts and %d telephone numbers.", k.Accounts, k.Phones)
	}
}

func messages(n float64) string {
	if n == 1 {
		return "1 message"
	}
	return fmt.Sprintf("%.1f messages", n)
}

func days(n float64) string {
	if n == 1 {
		return "1 day"
	}
	return fmt.Sprintf("%.0f days", n)
}
