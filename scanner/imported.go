package scanner

import (
	"math"
	"strconv"
	"strings"

	"postern/parse"
)

// ResultsConfig is about what hops of ours write into the header. Fields of
// that name can come from anybody, and the topmost is read: so a hop must write
// its field on every message, or remove those that were there.
type ResultsConfig struct {
	Read bool `toml:"read"` // believe the topmost X-Spamd-Result, X-Rspamd-Score and X-Spam-Status
}

// rspamdOpinion reads "X-Spamd-Result: default: False [5.30 / 15.00]; ...", or
// else X-Rspamd-Score, which does not say what is required.
func rspamdOpinion(msg *parse.Message) Opinion {
	if result, ok := msg.Field("X-Spamd-Result"); ok {
		if _, rest, ok := strings.Cut(result, "["); ok {
			scores, _, _ := strings.Cut(rest, "]")
			score, required, _ := strings.Cut(scores, "/")
			return opinion(score, required)
		}
	}
	score, _ := msg.Field("X-Rspamd-Score")
	return opinion(score, "15") // rspamd's own default for reject
}

// spamAssassinOpinion reads "X-Spam-Status: Yes, score=5.3 required=5.0 tests=...".
func spamAssassinOpinion(msg *parse.Message) Opinion {
	status, _ := msg.Field("X-Spam-Status")
	var score, required string
	for word := range strings.FieldsSeq(status) {
		if s, ok := strings.CutPrefix(word, "score="); ok && score == "" {
			score = s
		} else if r, ok := strings.CutPrefix(word, "required="); ok && required == "" {
			required = r
		}
	}
	return opinion(score, required)
}

// opinion reads two numbers of points. Nobody knows what is no number.
func opinion(score, required string) Opinion {
	s, err1 := strconv.ParseFloat(strings.TrimSpace(score), 64)
	r, err2 := strconv.ParseFloat(strings.TrimSpace(required), 64)
	if err1 != nil || err2 != nil || math.IsNaN(s+r) || math.IsInf(s, 0) || math.IsInf(r, 0) || !(r > 0) {
		return Opinion{}
	}
	return Opinion{Known: true, Score: s, Required: r}
}
