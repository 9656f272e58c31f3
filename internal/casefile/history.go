package casefile

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"postern/store"
)

// place is where a tally that has one side alone belongs, for all recipients
// and behind the links, numbers and accounts before it; nil for the others.
func (r *reader) place(entity string) *store.Tally {
	h := &r.Facts.History
	switch entity {
	case "out_address":
		return &h.OutAddress
	case "out_domain":
		return &h.OutDomain
	case "out_name":
		return &h.OutName
	case "requester":
		return &h.Requester.Address
	case "requester_domain":
		return &h.Requester.Domain
	case "requester_name":
		return &h.Requester.Name
	case "rcpt":
		return &h.Rcpts[0].All
	case "org":
		return &h.Org.All
	case "campaign":
		return &h.Campaign.All
	case "circle_out":
		return &h.Domains[0].Out
	case "link":
		h.Links = append(h.Links, store.Link{})
		return &h.Links[len(h.Links)-1].All
	case "phone":
		h.Phones = append(h.Phones, store.Shared{})
		return &h.Phones[len(h.Phones)-1].All
	case "phone_here":
		return &h.Phones[len(h.Phones)-1].Here
	case "account":
		h.Accounts = append(h.Accounts, store.Shared{})
		return &h.Accounts[len(h.Accounts)-1].All
	case "account_here":
		return &h.Accounts[len(h.Accounts)-1].Here
	}
	return nil
}

// habit reads "address|domain|org|rcpt|pair ATTRIBUTE seen=N of=N". Lines about
// the authentication come before it.
func (r *reader) habit(words []string) error {
	if len(words) != 4 {
		return errors.New("want: habit WHOSE ATTRIBUTE seen=N of=N")
	}
	var habit store.Habit
	if _, err := fmt.Sscanf(strings.Join(words[2:], " "), "seen=%g of=%g", &habit.Seen, &habit.Of); err != nil {
		return err
	}
	f := r.Facts
	h := &f.History
	h.Traits = f.Traits()
	n := 0
	for i, trait := range h.Traits {
		if attribute(trait.Kind) == words[1] {
			n++
			*habitPlace(f, words[0], i) = habit
		}
	}
	if n == 0 {
		return fmt.Errorf("the message shows nothing of %s", words[1])
	}
	return nil
}

// measures are the numbers of history that are no tally, with how many words
// each takes.
var measures = map[string]int{
	"rcpts": 1, "domain_rcpts": 1, "senders": 1, "invoices": 1, "changes": 1, "last_invoice": 1, "amount": 3, "invoice_gap": 3,
	"pair_gap": 3, "external": 1, "strangers": 1, "stranger_hour": 1, "campaign_rcpts": 1, "campaign_senders": 1,
	"campaign_hour": 1, "link_senders": 1, "style": 1,
}

func (r *reader) measure(words []string) error {
	if len(words) == 0 || measures[words[0]] != len(words)-1 {
		return errors.New("want: measure WHAT and its numbers")
	}
	n := make([]float64, 3)
	for i, w := range words[1:] {
		var err error
		if n[i], err = strconv.ParseFloat(w, 64); err != nil {
			return err
		}
	}
	h := &r.Facts.History
	for _, s := range []*store.Standing{&h.Verified, &h.Claimed} {
		measureStanding(s, words[0], n, r.Facts.Env.Received)
	}
	switch words[0] {
	case "pair_gap":
		h.In[0].Gap = moments(n)
	case "external":
		h.Rcpts[0].External = n[0]
	case "strangers":
		h.Rcpts[0].Strangers = n[0]
	case "stranger_hour":
		h.Org.StrangerRate.Hour = n[0]
	case "campaign_rcpts":
		h.Campaign.Rcpts = n[0]
	case "campaign_senders":
		h.Campaign.Senders = n[0]
	case "campaign_hour":
		h.Campaign.Strangers.Hour = n[0]
	case "link_senders":
		h.Links[len(h.Links)-1].Senders = n[0]
	}
	return nil
}

func measureStanding(s *store.Standing, what string, n []float64, now time.Time) {
	switch what {
	case "rcpts":
		s.Rcpts = n[0]
	case "domain_rcpts":
		s.DomainRcpts = n[0]
	case "senders":
		s.Senders = n[0]
	case "invoices":
		s.Vendor.Invoices = n[0]
	case "changes":
		s.Vendor.Changes = n[0]
	case "last_invoice":
		s.Vendor.LastInvoice = now.Add(-time.Duration(n[0] * 24 * float64(time.Hour)))
	case "amount":
		s.Vendor.Amount = moments(n)
	case "invoice_gap":
		s.Vendor.Gap = moments(n)
	case "style": // always the same measure
		s.Style = store.Style{N: 10, Mean: make([]float64, store.StyleSize)}
		for i := range s.Style.Mean {
			s.Style.Mean[i] = n[0]
		}
	}
}

func moments(n []float64) store.Moments { return store.Moments{N: n[0], Mean: n[1], Variance: n[2]} }
