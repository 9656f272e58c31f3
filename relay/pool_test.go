package relay

import (
	"bufio"
	"context"
	"io"
	"net"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"postern/internal/quantity"
)

// pipeHop is a hop whose connections are in memory, so that time can be
// played with. slow delays the reply to MAIL.
func pipeHop(t *testing.T, c Config, slow time.Duration) (h *hop, dialled, ended *atomic.Int32) {
	t.Helper()
	dialled, ended = new(atomic.Int32), new(atomic.Int32)
	c.Address = "127.0.0.1:25"
	h = newTestHop(t, c)
	h.dial = func(context.Context, string, string) (net.Conn, error) {
		dialled.Add(1)
		ours, theirs := net.Pipe()
		go func() {
			defer theirs.Close()
			io.WriteString(theirs, "220 pipe.example\r\n")
			lines := bufio.NewScanner(theirs)
			for lines.Scan() {
				if strings.HasPrefix(lines.Text(), "MAIL") {
					time.Sleep(slow)
				}
				io.WriteString(theirs, "250 ok\r\n")
			}
			ended.Add(1)
		}()
		return ours, nil
	}
	return h, dialled, ended
}

func TestIdleConnectionsExpire(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, dialled, ended := pipeHop(t, Config{IdleTimeout: quantity.Duration(time.Minute)}, 0)
		for range 3 {
			tx, _, err := h.Begin(t.Context(), testEnv, "<>")
			if err != nil {
				t.Fatal(err)
			}
			tx.Abort()
			time.Sleep(59 * time.Second)
		}
		if dialled.Load() != 1 || ended.Load() != 0 {
			t.Fatalf("%d connections, %d ended", dialled.Load(), ended.Load())
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if ended.Load() != 1 || len(h.warm) != 0 {
			t.Errorf("%d ended after the idle timeout", ended.Load())
		}
	})
}

func TestSlowNextHopCostsItsTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, dialled, _ := pipeHop(t, Config{CommandTimeout: quantity.Duration(20 * time.Second)}, time.Hour)
		start := time.Now()
		_, _, err := h.Begin(t.Context(), testEnv, "<>")
		if took := time.Since(start); err == nil || took != 20*time.Second || dialled.Load() != 1 {
			t.Errorf("%v after %v, %d connections", err, took, dialled.Load())
		}
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		start = time.Now()
		_, _, err = h.Begin(ctx, testEnv, "<>")
		if took := time.Since(start); err == nil || took != 3*time.Second {
			t.Errorf("%v after %v", err, took)
		}
		time.Sleep(2 * time.Hour)
	})
}

func TestMessageMayTakeLongWhileItMoves(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := net.Pipe()
		w := &rolling{t.Context(), newConn(ours), 10 * time.Second}
		go func() {
			for buf := make([]byte, dataBlock); ; time.Sleep(9 * time.Second) {
				if _, err := io.ReadFull(theirs, buf); err != nil {
					return
				}
			}
		}()
		if _, err := w.Write(make([]byte, 10*dataBlock)); err != nil {
			t.Error(err)
		}
		ours.Close()
		time.Sleep(time.Minute)
	})
}

// TestAlive looks at unix sockets, where what is written can be read at once.
func TestAlive(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("unix", filepath.Join(t.TempDir(), "s"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for name, end := range map[string]func(net.Conn){
		"quiet": nil, "closed": func(c net.Conn) { c.Close() }, "421": func(c net.Conn) { io.WriteString(c, "421 bye\r\n") },
	} {
		ours, err := net.Dial("unix", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		theirs, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		if end != nil {
			end(theirs)
		}
		c := newConn(ours)
		c.SetDeadline(time.Unix(1, 0)) // that of a command long ago
		if got := c.alive(); got != (end == nil) {
			t.Errorf("%s: alive is %v", name, got)
		}
		c.Close()
		theirs.Close()
	}
}
