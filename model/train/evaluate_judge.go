package train

import (
	"context"
	"runtime"
	"strings"
	"sync"

	"postern/detect"
	"postern/filter"
	"postern/policy"
)

// A Judged is one message with what was made of it.
type Judged struct {
	*Mail

	Verdict policy.Verdict
	Found   []detect.Finding
	HTML    bool   // its text was taken from an HTML part
	Broken  string // stages that failed, other than the memory that it has not
}

// Judge passes mail through a route on all cores, in any order; the answers
// are in that of the mail. Progress may be nil.
func Judge(ctx context.Context, route *Route, mail []*Mail, v View, progress func()) ([]Judged, error) {
	out := make([]Judged, len(mail))
	err := parallel(ctx, len(mail), func(i int) error {
		raw, err := mail[i].Load()
		if err != nil {
			return err
		}
		out[i] = judged(mail[i], route.Judge(ctx, mail[i], raw, v))
		if progress != nil {
			progress()
		}
		return nil
	})
	return out, err
}

func judged(m *Mail, rec *filter.Record) Judged {
	j := Judged{Mail: m, Verdict: rec.Verdict, Found: rec.Found, HTML: rec.Facts.Msg.Text.HTML}
	for _, stage := range rec.Facts.Missing {
		if stage != "history" {
			j.Broken = strings.TrimSpace(j.Broken + " " + stage)
		}
	}
	return j
}

// parallel runs fn for 0 to n-1 on all cores, and answers an error of one of
// them. After an error no more are begun.
func parallel(ctx context.Context, n int, fn func(int) error) error {
	var (
		mu    sync.Mutex // guards next and first
		next  int
		first error
		wg    sync.WaitGroup
	)
	take := func() (int, bool) {
		mu.Lock()
		defer mu.Unlock()
		next++
		return next - 1, next <= n && first == nil
	}
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for i, ok := take(); ok; i, ok = take() {
				err := ctx.Err()
				if err == nil {
					err = fn(i)
				}
				if err != nil {
					mu.Lock()
					first = err
					mu.Unlock()
				}
			}
		})
	}
	wg.Wait()
	return first
}
