package train

import "postern/model"

// A Constraint ties what an input may do to the suspicion that a message is
// unwanted.
type Constraint struct {
	Input string
	Rises bool // a greater value never lowers the suspicion; else it never raises it
	Why   string
}

// Constraints are the directions that hold whatever the data say. They keep a
// sender from buying trust with what he controls, and the model from learning
// an accident of its sources.
var Constraints = []Constraint{
	{"pair.out", false, "whom we write to is not a stranger"},
	{"pair.two_way", false, "whom we write to is not a stranger"},
	{"pair.domain_out", false, "whom we write to is not a stranger"},
	{"pair.trust", false, "good mail of many days speaks for the pair"},
	{"pair.strangers", true, "the recipients do not know the sender"},
	{"sender.out", false, "whom we write to is not a stranger"},
	{"sender.seen", false, "good mail from the address speaks for it"},
	{"sender.trust", false, "good mail of many days speaks for the address"},
	{"sender.days", false, "good mail of many days speaks for the address"},
	{"sender.reply_share", false, "who answers us is not a stranger"},
	{"sender.first_contact", true, "nobody here knows the address"},
	{"sender.bad_share", true, "unwanted mail from the address speaks against it"},
	{"domain.out", false, "whom we write to is not a stranger"},
	{"domain.seen", false, "good mail from the domain speaks for it"},
	{"domain.trust", false, "good mail of many days speaks for the domain"},
	{"domain.days", false, "good mail of many days speaks for the domain"},
	{"domain.first_contact", true, "nobody here knows the domain"},
	{"domain.bad_share", true, "unwanted mail from the domain speaks against it"},
	{"account.known", false, "an account that good mail of the domain named speaks for it"},
	{"account.new", true, "a new account never speaks for the domain"},
	{"link.bad", true, "domains of unwanted mail speak against it"},
	{"campaign.bad_share", true, "the same text was unwanted before"},
	{"scanner.virus", true, "a scanner found what it knows"},
	{"scanner.client_listed", true, "a list of abusers never speaks for who is on it"},
	{"scanner.link_listed", true, "a list of abusers never speaks for who is on it"},
	{"scanner.sender_listed", true, "a list of abusers never speaks for who is on it"},
	{"auth.aligned", false, "a proven domain is not worse than a claimed one"},
	{"auth.dmarc_pass", false, "a proven domain is not worse than a claimed one"},
	{"auth.dmarc_fail", true, "the domain's owner says that it is not his"},
	{"auth.spf_fail", true, "the domain's owner says that it is not his"},
	{"auth.dkim_fail", true, "a signature that breaks proves nothing good"},
	{"text:unwanted", true, "what the text model suspects"},
	{"text:safe", false, "what the text model trusts"},
}

// constraintsOf is, for each input, +1 where it must rise, -1 where it must
// fall, and 0 where it is free. A heuristic always rises: what it found never
// speaks for a message.
func constraintsOf(names []string) []int8 {
	table := map[string]int8{}
	for _, c := range Constraints {
		table[c.Input] = -1
		if c.Rises {
			table[c.Input] = 1
		}
	}
	list := make([]int8, len(names))
	for i, name := range names {
		list[i] = table[name]
		if model.IsHeuristic(name) {
			list[i] = 1
		}
	}
	return list
}
