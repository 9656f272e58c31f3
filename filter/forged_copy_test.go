package filter

import (
	"testing"

	"postern/mailauth"
	"postern/parse"
	"postern/signals"
)

// The last sighting with an ID replaces those before it, so a forged copy of a
// message that everybody has, such as one to a mailing list, must have its own.
func TestForgedCopyReplacesNoSighting(t *testing.T) {
	m := mail(message)
	genuine := signals.Facts{Env: m.Env, Msg: parse.Read(m.Raw, parse.DefaultLimits), Org: &signals.Org{}}
	forged := genuine
	genuine.Auth.DMARC = mailauth.DMARC{Result: mailauth.Pass, Domain: "partner.example", SPFAligned: true}
	if !genuine.Auth.Authenticated() || forged.Auth.Authenticated() {
		t.Fatal("nothing to tell apart")
	}
	if sightingID(&genuine) == sightingID(&forged) {
		t.Error("the forged copy takes the place of the genuine message")
	}
}
