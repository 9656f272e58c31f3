package storetest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"postern/parse"
	"postern/store"
)

// Quarantine tests a quarantine. open opens the one in dir, and closes it when
// the test ends.
func Quarantine[Q store.Quarantine](t *testing.T, open func(t *testing.T, dir string) Q) {
	t.Helper()
	run(t, open, map[string]func(*testing.T, store.Quarantine){
		"an empty quarantine":               emptyQuarantine,
		"a message comes back whole":        wholeHeld,
		"messages of any size":              sizes,
		"oldest first, without the message": oldestFirst,
		"the last message with an ID stays": heldTwice,
		"removed is gone":                   removed,
		"the reader may remove":             removeWhileListing,
		"doors at once":                     doorsAtOnce,
		"an ended context ends at once":     endedQuarantine,
	})
}

// QuarantineKept tests that messages are there when the quarantine is opened
// again, and removed ones are not.
func QuarantineKept[Q interface {
	store.Quarantine
	io.Closer
}](t *testing.T, open func(t *testing.T, dir string) Q,
) {
	t.Helper()
	dir := t.TempDir()
	q := open(t, dir)
	want := message("m1", 0, 1<<20)
	must(t, q.Hold(t.Context(), want))
	must(t, q.Hold(t.Context(), message("m2", 0, 10)))
	must(t, q.Remove(t.Context(), "m2"))
	must(t, q.Close())
	q = open(t, dir)
	got, err := q.Held(t.Context(), "m1")
	must(t, err)
	same(t, got, want)
	same(t, list(t, q), []string{"m1"})
}

func message(id string, after time.Duration, size int) store.Held {
	body := make([]byte, size)
	random := rand.NewChaCha8([32]byte{1})
	_, _ = random.Read(body)
	return store.Held{
		Envelope: parse.Envelope{
			ID: id, Received: start.Add(after), Remote: netip.MustParseAddr("2001:db8::7"), RemoteName: "out.vendor.example",
			Helo: "out", Protocol: "ESMTPS", TLS: true, Auth: "user", UTF8: true,
			From: vendor, Rcpts: []parse.Address{ann, bob},
		},
		Mail: "BODY=8BITMIME RET=HDRS", Rcpt: []string{"NOTIFY=NEVER", ""},
		Message: body, Size: size, Class: "vendor_fraud", Score: 0.97, Reasons: []string{"new bank account"},
	}
}

// list gives the IDs of what is held.
func list(t *testing.T, q store.Quarantine) (ids []string) {
	t.Helper()
	for h, err := range q.Holdings(t.Context()) {
		must(t, err)
		ids = append(ids, h.Envelope.ID)
	}
	return ids
}

func emptyQuarantine(t *testing.T, q store.Quarantine) {
	same(t, list(t, q), []string{})
	if _, err := q.Held(t.Context(), "nobody"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("held: %v", err)
	}
	if err := q.Remove(t.Context(), "nobody"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("remove: %v", err)
	}
}

func wholeHeld(t *testing.T, q store.Quarantine) {
	bare := store.Held{Envelope: parse.Envelope{ID: "bare"}}
	for _, want := range []store.Held{message("m1", 123456789, 5000), bare} {
		must(t, q.Hold(t.Context(), want))
		got, err := q.Held(t.Context(), want.Envelope.ID)
		must(t, err)
		same(t, got, want)
	}
}

func sizes(t *testing.T, q store.Quarantine) {
	for _, size := range []int{0, 1, 256<<10 - 1, 256 << 10, 256<<10 + 1, 512 << 10, 20 << 20} {
		want := message(fmt.Sprint("m", size), 0, size)
		must(t, q.Hold(t.Context(), want))
		got, err := q.Held(t.Context(), want.Envelope.ID)
		must(t, err)
		if !bytes.Equal(got.Message, want.Message) || got.Size != size {
			t.Errorf("%d bytes came back as %d", size, len(got.Message))
		}
	}
}

func oldestFirst(t *testing.T, q store.Quarantine) {
	const n = 150
	want := make([]string, 0, n)
	for i := range n {
		k := i * 97 % n // each once, out of order
		must(t, q.Hold(t.Context(), message(fmt.Sprintf("m%03d", k), time.Duration(k)*time.Second, 100)))
		want = append(want, fmt.Sprintf("m%03d", i))
	}
	same(t, list(t, q), want)
	seen := 0
	for h, err := range q.Holdings(t.Context()) {
		must(t, err)
		whole := message(h.Envelope.ID, time.Duration(seen)*time.Second, 100)
		whole.Message = nil
		same(t, h, whole)
		if seen++; seen == 70 {
			break
		}
	}
	count(t, "holdings before the break", float64(seen), 70)
}

func heldTwice(t *testing.T, q store.Quarantine) {
	must(t, q.Hold(t.Context(), message("m1", 0, 600<<10)))
	want := message("m1", time.Hour, 300<<10)
	must(t, q.Hold(t.Context(), want))
	got, err := q.Held(t.Context(), "m1")
	must(t, err)
	same(t, got, want)
	same(t, list(t, q), []string{"m1"})
}

func removed(t *testing.T, q store.Quarantine) {
	must(t, q.Hold(t.Context(), message("m1", 0, 300<<10)))
	must(t, q.Remove(t.Context(), "m1"))
	if _, err := q.Held(t.Context(), "m1"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("held: %v", err)
	}
	if err := q.Remove(t.Context(), "m1"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("removed twice: %v", err)
	}
	same(t, list(t, q), []string{})
}

func removeWhileListing(t *testing.T, q store.Quarantine) {
	for i := range 70 {
		must(t, q.Hold(t.Context(), message(fmt.Sprint("m", i), time.Duration(i), 10)))
	}
	for h, err := range q.Holdings(t.Context()) {
		must(t, err)
		must(t, q.Remove(t.Context(), h.Envelope.ID))
	}
	same(t, list(t, q), []string{})
}

func doorsAtOnce(t *testing.T, q store.Quarantine) {
	atOnce(8, func(w int) {
		for i := range 5 {
			want := message(fmt.Sprint(w, "/", i), 0, 1000*w+i)
			err := q.Hold(t.Context(), want)
			got, e := q.Held(t.Context(), want.Envelope.ID)
			if err != nil || e != nil || !bytes.Equal(got.Message, want.Message) {
				t.Errorf("%s: %v, %v", want.Envelope.ID, err, e)
			}
		}
	})
	count(t, "held", float64(len(list(t, q))), 40)
}

func endedQuarantine(t *testing.T, q store.Quarantine) {
	must(t, q.Hold(t.Context(), message("m1", 0, 10)))
	ctx := ended(t)
	if err := q.Hold(ctx, message("m2", 0, 10)); !errors.Is(err, ctx.Err()) {
		t.Errorf("hold: %v", err)
	}
	if _, err := q.Held(ctx, "m1"); !errors.Is(err, ctx.Err()) {
		t.Errorf("held: %v", err)
	}
	if err := q.Remove(ctx, "m1"); !errors.Is(err, ctx.Err()) {
		t.Errorf("remove: %v", err)
	}
	rounds := 0
	for _, err := range q.Holdings(ctx) {
		if rounds++; !errors.Is(err, ctx.Err()) {
			t.Errorf("holdings: %v", err)
		}
	}
	count(t, "rounds of an ended list", float64(rounds), 1)
	same(t, list(t, q), []string{"m1"})
}
