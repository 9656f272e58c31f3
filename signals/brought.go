package signals

import (
	"slices"

	"postern/parse"
	"postern/store"
)

// Phones lists the telephone numbers in the subject and the visible text, in E.164, each once.
func (f *Facts) Phones() []string {
	var all []string
	for _, p := range f.look().text.phones {
		if p.E164 != "" && len(all) < store.MaxPhones && !slices.Contains(all, p.E164) {
			all = append(all, p.E164)
		}
	}
	return all
}

// AccountNames lists the bank accounts in the text, each after the name of its
// form.
func (f *Facts) AccountNames() []string {
	accounts := f.Accounts()[:min(len(f.Accounts()), store.MaxAccounts)]
	all := make([]string, len(accounts))
	for i, a := range accounts {
		all[i] = a.Kind.String() + " " + a.Value
	}
	return all
}

// Answers lists the Message-IDs that the message answers, the nearest first.
func (f *Facts) Answers() []string {
	var ids []string
	see := func(id string) {
		if id != "" && len(ids) < store.MaxThread && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	for _, id := range f.Msg.InReplyTo {
		see(id)
	}
	for _, id := range slices.Backward(f.Msg.References) {
		see(id)
	}
	return ids
}

// Parties lists the people whom the message shows: its authors and those whom
// it is addressed to.
func (f *Facts) Parties() []parse.Address {
	var all []parse.Address
	for _, list := range [][]parse.Mailbox{f.Msg.From, f.Msg.To, f.Msg.Cc} {
		for _, m := range list {
			if m.Address.Domain != "" && len(all) < store.MaxParties && !slices.Contains(all, m.Address) {
				all = append(all, m.Address)
			}
		}
	}
	return all
}
