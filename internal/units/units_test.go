package units

import (
	"testing"
	"time"

	"github.com/pelletier/go-toml/v2"
)

func TestDurationInTOML(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		`"30s"`: 30 * time.Second, `"1m30s"`: 90 * time.Second, `"0s"`: 0,
		`"-1s"`: -1, `"30"`: -1, `"soon"`: -1, `30`: -1,
	} {
		var v struct{ Wait Duration }
		err := toml.Unmarshal([]byte("wait = "+text), &v)
		if want < 0 != (err != nil) || err == nil && time.Duration(v.Wait) != want {
			t.Errorf("%s: %v, %v", text, v.Wait, err)
		}
	}
}

func TestDurationOr(t *testing.T) {
	t.Parallel()
	if got := Duration(0).Or(time.Second); got != time.Second {
		t.Error(got)
	}
	if got := Duration(time.Minute).Or(time.Second); got != time.Minute {
		t.Error(got)
	}
}
