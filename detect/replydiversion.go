package detect

import "postern/signals"

// replyDiversion finds mail whose answers go to somebody else. Contact forms
// do the same for their visitors, and lists for themselves: so the address
// alone does not suffice.
type replyDiversion struct{}

func (replyDiversion) Name() string { return "reply-diversion" }

func (replyDiversion) Doc() string {
	return "Replies are steered to a free mailbox or to a lookalike of the sender's domain."
}

func (d replyDiversion) Detect(f *signals.Facts, v signals.Vector) []Finding {
	if !is(v, signals.FromReplyToForeign) || is(v, signals.HeaderList) || established(v) || !is(v, signals.OrgInbound) {
		return nil
	}
	var s suspicion
	reply := f.Msg.ReplyTo[0].Address
	class := VendorFraud
	switch {
	case nearOwn(f.From().Domain, v.Of(signals.FromReplyToEdits)):
		s.because(0.7, signals.FromReplyToEdits, "replies go to "+quote(reply.Domain)+", which is made to be taken for "+quote(f.From().Domain))
	case is(v, signals.FromReplyToFreemail), is(v, signals.FromFreemail) && f.Freemail(reply.Domain):
		if !some(v, signals.BodyPayment) && !some(v, signals.BodySecrecy) || v.Of(signals.RcptUnlisted) < 1 && is(v, signals.AuthAligned) {
			return nil
		}
		s.because(0.3, signals.FromReplyToForeign, "the message shows "+quote(f.From().String())+", but replies go to the free mailbox "+quote(reply.String()))
		class = AdvanceFee
	default:
		return nil
	}
	if is(v, signals.RcptUndisclosed) {
		s.because(0.3, signals.RcptUndisclosed, "it names no recipient")
	}
	s.unproven(v, 0.2)
	s.pressure(v)
	return s.finding(d, class)
}
