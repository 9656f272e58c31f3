package mailauth

import (
	"encoding/json"
	"strings"
	"testing"

	"postern/internal/shared"
)

func TestARCValimail(t *testing.T) {
	t.Parallel()
	var cases []struct {
		ID, Message, CV string
		TXT             map[string]string `json:"txt_records"`
	}
	dir := shared.Dir(t, "suites/arc-valimail")
	if err := json.Unmarshal(readCase(t, dir, "cases-validate.json"), &cases); err != nil {
		t.Fatal(err)
	}
	passed := 0
	for _, c := range cases {
		zone := keyZone{}
		for name, record := range c.TXT {
			zone[name] = []string{record}
		}
		// The suite leaves the outcome of a seal that says cv=fail open;
		// RFC 8617 §5.2 has it fail.
		want := Result(strings.ToLower(c.CV))
		if want == "" {
			want = Fail
		}
		got := verifyARC(t.Context(), zone, []byte(c.Message), suiteTime)
		if got.Result != want {
			t.Errorf("%s: %+v, want %s", c.ID, got, want)
			continue
		}
		passed++
	}
	t.Logf("arc-valimail: passed %d of %d", passed, len(cases))
}
