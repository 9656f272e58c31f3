package detect

import (
	"postern/parse"
	"postern/signals"
)

// attachedMessage finds lures inside of an attached message, where many gates
// do not look. People forward what they got, servers send back what they could
// not deliver, and others report abuse: what was really sent bears the traces
// of its way, and is not made for this recipient.
type attachedMessage struct{}

func (attachedMessage) Name() string { return "attached-message" }

func (attachedMessage) Doc() string {
	return "A stranger attaches a message that was never sent, or was made for the recipient, and whose links lead to a site that is not the sender's, with the words of a page that steals passwords."
}

func (d attachedMessage) Detect(f *signals.Facts, v signals.Vector) []Finding {
	if established(v) || !is(v, signals.OrgInbound) || talk(v) || !some(v, signals.LinkNestedForeign) {
		return nil
	}
	made := some(v, signals.LinkNestedRcpt)
	if !made && (!some(v, signals.PartMessageUnsent) || returned(f, v)) {
		return nil
	}
	var s suspicion
	if some(v, signals.LinkNestedMismatch) {
		s.because(0.35, signals.LinkNestedMismatch, "a link in the attached message shows one site and opens another")
	}
	if some(v, signals.LinkNestedLures) && (some(v, signals.FileCredential) || some(v, signals.FileBrands)) {
		s.because(0.35, signals.LinkNestedLures, "a button of the attached message leads to a site that is not the sender's")
	}
	s.lure(v)
	if len(s.evidence) == 0 {
		return nil
	}
	if made {
		s.because(0.5, signals.LinkNestedRcpt, "a link in the attached message carries the recipient's address")
	}
	if some(v, signals.PartMessageUnsent) {
		s.because(0.25, signals.PartMessageUnsent, "no server passed the attached message on")
	}
	s.unproven(v, 0.25)
	return s.finding(d, CredentialPhishing)
}

// returned tells mail that comes back to who sent it, or to who answers for it.
func returned(f *signals.Facts, v signals.Vector) bool {
	return is(v, signals.HeaderReport) || f.Env.From == parse.Address{} || is(v, signals.HeaderList)
}
