package signals

import "postern/lexis"

// A bank is what the visible text says of money.
type bank struct {
	accounts []lexis.Account // each names one account; those of attached files as well
	amount   float64         // the largest sum; 0 where there is none
}

func (f *Facts) bank() *bank {
	v := f.look()
	if v.bank == nil {
		v.bank = &bank{}
		visible := f.Msg.Text.Visible
		v.bank.see(visible)
		for i := range f.Msg.Attachments[:min(len(f.Msg.Attachments), maxFiles)] {
			if found := f.Msg.Attachments[i].Found; found != nil && len(v.bank.accounts) == 0 {
				v.bank.see(head(found.Text, maxRead))
			}
		}
		amounts := v.text.amounts[v.text.ofSubject:]
		if len(visible) > maxNumbers || len(v.text.amounts) == lexis.MaxAmounts { // there may be more
			amounts = lexis.Amounts(visible)
		}
		for _, a := range amounts {
			v.bank.amount = max(v.bank.amount, a.Value)
		}
	}
	return v.bank
}

func (b *bank) see(text string) {
	for _, a := range lexis.Accounts(text) {
		if a.Whole() {
			b.accounts = append(b.accounts, a)
		}
	}
}

// Accounts lists the bank accounts that the visible text names, or where it
// names none an attached file, each once.
func (f *Facts) Accounts() []lexis.Account { return f.bank().accounts }

// Amount is the largest sum of money in the visible text; 0 where there is none.
func (f *Facts) Amount() float64 { return f.bank().amount }
