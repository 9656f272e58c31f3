//go:build integration

package integration

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"postern/internal/corpus"
	"postern/internal/shared"
)

// A parcel is one message to send. Its envelope sender is its name.
type parcel struct {
	from string
	raw  []byte // as it is sent
	want []byte // raw without what only the gate may write
	hold bool   // the policy wants it held

	tries []attempt
}

// acked is the reply by which the gate took the parcel.
func (p *parcel) acked() (attempt, bool) {
	if n := len(p.tries); n > 0 && p.tries[n-1].code/100 == 2 {
		return p.tries[n-1], true
	}
	return attempt{}, false
}

// holding makes the gate hold what its sender's name says, and accept all else.
const holding = `
[policy]
mode = "enforce"

[[policy.rule]]
name = "hold"
when = 'mail_from startsWith "hold."'
then = "quarantine"

[[policy.rule]]
name = "all else"
when = "true"
then = "accept"
`

// forged is what no message may bring along.
const forged = "X-Postern-Verdict: accept\r\nAuthentication-Results: gate.example.com;\r\n dkim=pass header.d=example.com\r\nx-postern-id:\r\n 1\r\n"

// mixed are messages from all over the corpus, read once.
var mixed struct {
	sync.Once
	raws [][]byte
}

// devSize is the number of messages in the corpus "dev".
const devSize = 14237

// mixedSize is how many parcels there can be at most.
const mixedSize = 2000

// parcels are n messages from all over the corpus. Every fourth is to be held,
// and every fifth is forged.
func parcels(t *testing.T, n int) []*parcel {
	t.Helper()
	shared.Dir(t, "corpus") // or each test is skipped, and not the first alone
	mixed.Do(func() {
		at := 0
		corpus.Each(t, "dev", 0, func(_ string, raw []byte) {
			if at++; len(mixed.raws) < mixedSize && at%(devSize/mixedSize) == 0 {
				mixed.raws = append(mixed.raws, bytes.Clone(raw))
			}
		})
	})
	all := make([]*parcel, 0, n)
	for i := range n {
		raw := mixed.raws[i*len(mixed.raws)/n]
		l := &parcel{from: fmt.Sprintf("send.%d@example.net", i), raw: raw, want: unfold(raw)}
		if i%4 == 0 {
			l.from, l.hold = fmt.Sprintf("hold.%d@example.net", i), true
		}
		if i%5 == 0 && raw[0] != ' ' && raw[0] != '\t' {
			l.raw = append([]byte(forged), raw...)
		}
		all = append(all, l)
	}
	return all
}

// unfold cuts off lines at the top that would continue the gate's own last
// field.
func unfold(raw []byte) []byte {
	for len(raw) > 0 && (raw[0] == ' ' || raw[0] == '\t') {
		_, raw, _ = bytes.Cut(raw, []byte("\n"))
	}
	return raw
}

// fold is the rest of a field: its first line and all that continue it.
const fold = `[^\r\n]*\r\n(?:[ \t][^\r\n]*\r\n)*`

// block is what the gate puts on top of a message.
var block = regexp.MustCompile(`\A(?:X-Postern-(?:Verdict|Score|Class|Reasons|First-Contact):` + fold +
	`|X-Postern-Id: (\w+)\r\n)+Authentication-Results: gate\.example\.com;` + fold +
	`Received: from ` + fold + `\z`)

// check compares what the next hop has, or the quarantine, with the parcel,
// byte for byte, and returns the gate's name for it.
func (p *parcel) check(data []byte) (id string, err error) {
	head, ok := bytes.CutSuffix(data, p.want)
	if !ok {
		return "", fmt.Errorf("%s: the message has changed", p.from)
	}
	m := block.FindSubmatch(head)
	if m == nil || !bytes.Contains(head, append([]byte(" id "), m[1]...)) {
		return "", fmt.Errorf("%s: on top stands\n%s", p.from, head)
	}
	return string(m[1]), nil
}

// heldMail is what is told of a message in quarantine.
type heldMail struct {
	ID      string `json:"id"`
	From    string `json:"mail_from"`
	Message []byte `json:"message"`
}

// quarantine asks the gate what it holds.
func (g *gate) quarantine(args ...string) []heldMail {
	g.t.Helper()
	var all []heldMail
	for d := json.NewDecoder(strings.NewReader(g.Command(append([]string{"quarantine"}, args...)...))); d.More(); {
		var h heldMail
		if err := d.Decode(&h); err != nil {
			g.t.Fatal(err)
		}
		all = append(all, h)
	}
	return all
}

// A nextHop is where the gate hands messages on.
type nextHop interface {
	copies() []*copied
}

// A mailDir is a Maildir as next hop.
type mailDir struct {
	t    *testing.T
	path string
}

var delivered = regexp.MustCompile(`\AReturn-Path: <(.*)>\r\n(?:Delivered-To: .*\r\n)+`)

func (m mailDir) copies() []*copied {
	m.t.Helper()
	entries, err := os.ReadDir(filepath.Join(m.path, "new"))
	if err != nil {
		m.t.Fatal(err)
	}
	all := make([]*copied, 0, len(entries))
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(m.path, "new", e.Name()))
		if err != nil {
			m.t.Fatal(err)
		}
		head := delivered.FindSubmatch(data)
		if head == nil {
			m.t.Fatalf("%s does not begin as a delivered message", e.Name())
		}
		all = append(all, &copied{"delivered as " + e.Name(), string(head[1]), data[len(head[0]):]})
	}
	return all
}
