package detect

import "postern/signals"

// insideImpersonation finds notices that pretend to come from the reader's own
// house, the mail system, the service desk, human resources, and those that lay
// out a page for this reader alone, as if it were the house's.
type insideImpersonation struct{}

func (insideImpersonation) Name() string { return "inside-impersonation" }

func (insideImpersonation) Doc() string {
	return "A stranger writes as a department or the mail system of our own, or leads the reader by name to a page elsewhere, and wants a click or a sign-in."
}

func (d insideImpersonation) Detect(f *signals.Facts, v signals.Vector) []Finding {
	if !is(v, signals.OrgInbound) || is(v, signals.FromOwnDomain) || is(v, signals.FromBrand) || established(v) || talk(v) || bulk(v) {
		return nil
	}
	department, ours := is(v, signals.FromDepartment), is(v, signals.TextOwnName)
	personal := some(v, signals.LinkRcpt) || some(v, signals.LinkRcptCoded) || some(v, signals.HTMLFileRcpt) || some(v, signals.QRRcpt)
	lure, wants := strongest(v, lures)
	if !department && !ours && !(personal && wants >= 0.5) || !some(v, signals.LinkCount) && !some(v, signals.PartHTML) && !some(v, signals.QRForeign) {
		return nil
	}
	b := &balance{odds: -3.6}
	b.when(department, 1.6, signals.FromDepartment, "the sender calls itself "+quote(calls(f))+", like a department")
	b.when(ours, 1.2, signals.TextOwnName, "it speaks in our name, but comes from "+quote(f.From().String()))
	b.when(personal, 1.5, signals.LinkRcpt, "what it opens carries the recipient's address")
	b.when(is(v, signals.TextRcptNamed) || is(v, signals.TextRcptSubject) || is(v, signals.TextGreetingAddress),
		1, signals.TextRcptNamed, "it calls the reader by the address")
	b.when(wants >= wished, 1.4, lure, "the text speaks of "+about[lure])
	b.when(some(v, signals.TextLures), 0.4, signals.TextLures, "it wants a click")
	b.when(v.Of(signals.LinkRented) > 0.5, 1, signals.LinkRented, "its links lead to where anybody can put a page")
	b.pressure(v)
	b.when(v.Of(signals.TextDeadline) <= 3, 0.5, signals.TextDeadline, "it leaves little time")
	b.when(is(v, signals.FromFreemail), 1, signals.FromFreemail, "it comes from a free mailbox that anybody can open")
	b.when(v.Of(signals.AuthAligned) == 0, 0.7, signals.AuthAligned, "nothing proves the sender's domain")
	b.when(is(v, signals.FromNameInDomain), -1.2, signals.FromNameInDomain, "")
	b.when(is(v, signals.HeaderList), -1, signals.HeaderList, "")
	b.when(is(v, signals.FromService), -1, signals.FromService, "")
	b.when(max(v.Of(signals.IntentReceipt), v.Of(signals.IntentReassurance), v.Of(signals.IntentPromotion)) >= 0.5, -1, signals.IntentReceipt, "")
	b.when(v.Of(signals.SenderDays) > 1, -1.5, signals.SenderDays, "")
	return b.finding(d, CredentialPhishing)
}

// calls is what the sender calls itself: the name, or else what stands before
// the @.
func calls(f *signals.Facts) string {
	if len(f.Msg.From) > 0 && f.Msg.From[0].Name != "" {
		return f.Msg.From[0].Name
	}
	return f.From().Local
}
