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
	{"sender.seen", false, "good mail from the address speaks for it"},
	{"sender.first_contact", true, "nobody here knows the address"},
	{"sender.bad_share", true, "unwanted mail from the address speaks against it"},
	{"domain.seen", false, "good mail from the domain speaks for it"},
	{"domain.first_contact", true, "nobody here knows the domain"},
	{"domain.bad_share", true, "unwanted mail from the domain speaks against it"},
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
