package signals

import (
	"math"
	"slices"

	"postern/store"
)

// minNovelty is how many messages a habit must rest on before something new
// can be told from something not yet seen.
const minNovelty = 3

// novelty is how surprising it is that a sender shows a value that he never
// showed, given how often he showed new ones: the surprisal of any new value by
// the estimate C of Witten and Bell (1991), where each different value so far
// was new once. It is 0 for a value that was seen, and unknown where too little
// was. What others of his domain showed surprises half as much; and who belongs
// to a domain where everything is ever new surprises little, until he is known
// well himself.
func novelty(u store.Usage, keep store.Keep) float64 {
	switch own, circle := u.Address, u.Domain; {
	case own.Seen > 0:
		return 0
	case own.Of < minNovelty && circle.Of < minNovelty:
		return Unknown
	case own.Of < minNovelty && circle.Seen > 0:
		return 0
	case own.Of < minNovelty:
		return unseenBits(circle, keep.Domain)
	case circle.Seen > 0:
		return unseenBits(own, keep.Address) / 2
	default:
		return min(unseenBits(own, keep.Address), unseenBits(circle, keep.Domain)+math.Log2(own.Of)-1)
	}
}

// unseenBits is the surprisal of any new value. Where no more values are
// remembered, every second one may have been new.
func unseenBits(h store.Habit, most uint8) float64 {
	kinds := math.Max(float64(h.Values), 1)
	if h.Values >= int(most) {
		kinds = math.Max(kinds, h.Of/2)
	}
	return math.Log2((h.Of + kinds) / kinds)
}

// anew defines how surprising a new value is of the attributes that change
// together.
func anew(name, doc string, attributes ...string) *Signal {
	var at []int
	for i := range Attributes {
		if slices.Contains(attributes, Attributes[i].Name) {
			at = append(at, i)
		}
	}
	return define(Signal{
		Name: "sender." + name, Level: Sender, Unit: Bits,
		Doc: "Surprisal that " + doc + ", given how often the sender changed them; 0 where nothing is new, unknown before three messages.",
		Eval: func(f *Facts) float64 {
			bits := Unknown
			for _, i := range at {
				if b := f.memory().habits[i].fresh; Known(b) && !(b <= bits) {
					bits = b
				}
			}
			return past(f, bits)
		},
	})
}

// What is new about a sender, in groups of what changes together.
var (
	SenderNewPlace    = anew("new_place", "the client's or the author's network is one that the sender never used", "network", "origin")
	SenderNewZone     = anew("new_zone", "the time zone is one that the sender never was in", "zone")
	SenderNewProgram  = anew("new_program", "the program, the order of its fields or its Message-IDs are none that the sender ever used", "mailer", "fields", "message_id")
	SenderNewRoute    = anew("new_route", "the servers, the signature, the envelope sender or the outcome of authentication are none that the sender ever had", "helo", "ptr", "signing_key", "return_path", "auth")
	SenderNewReply    = anew("new_reply", "answers go where they never went", "reply_to")
	SenderNewHours    = anew("new_hours", "it came in a part of the week in which the sender never wrote", "hours")
	SenderNewLanguage = anew("new_language", "the text is in a language that the sender never used", "language")
)
