package relay

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"postern/parse"
)

// A maildir is the embedded next hop. It is the last one, so it adds what a
// delivering server adds (RFC 5321 §4.4): a Return-Path line, and one
// Delivered-To for each recipient. All bytes below stay as they are.
type maildir struct {
	path  string
	host  string
	dir   *os.File // new/, to be synced
	count atomic.Uint64
}

func openMaildir(path, host string) (Hop, error) {
	for _, sub := range []string{"tmp", "cur", "new"} {
		if err := os.MkdirAll(filepath.Join(path, sub), 0o700); err != nil {
			return nil, fmt.Errorf("relay: maildir: %w", err)
		}
	}
	dir, err := os.Open(filepath.Join(path, "new")) //nolint:gosec // the operator's path
	if err != nil {
		return nil, fmt.Errorf("relay: maildir: %w", err)
	}
	host = strings.NewReplacer("/", `\057`, ":", `\072`).Replace(cmp.Or(host, "localhost"))
	return &maildir{path: path, host: host, dir: dir}, nil
}

// maildirOffers is what files can hold. Notifications need a queue.
var maildirOffers = Extensions{"8BITMIME": "", "SMTPUTF8": ""}

var (
	mailOK   = Reply{250, [3]int{2, 1, 0}, "Ok"}
	rcptOK   = Reply{250, [3]int{2, 1, 5}, "Ok"}
	diskFull = Reply{452, [3]int{4, 3, 1}, "Insufficient system storage"}
)

func (m *maildir) Offers(context.Context) (Extensions, error) { return maildirOffers, nil }

func (m *maildir) Close() error { return m.dir.Close() }

func (m *maildir) Begin(_ context.Context, _ *parse.Envelope, mail string) (Transaction, Reply, error) {
	arg, refusal := fit(mail, maildirOffers)
	if refusal.Code != 0 {
		return nil, refusal, nil
	}
	path, _ := cutPath(arg)
	return &delivery{maildir: m, head: "Return-Path: " + path + "\r\n"}, mailOK, nil
}

// A delivery is one message on its way into a maildir.
type delivery struct {
	maildir *maildir
	head    string
	ended   bool
}

func (d *delivery) Abort() { d.ended = true }

func (d *delivery) Rcpt(_ context.Context, rcpt string) (Reply, error) {
	if d.ended {
		return Reply{}, errEnded
	}
	arg, refusal := fit(rcpt, maildirOffers)
	if refusal.Code != 0 {
		return refusal, nil
	}
	path, _ := cutPath(arg)
	d.head += "Delivered-To: " + strings.Trim(path, "<>") + "\r\n"
	return rcptOK, nil
}

// Send writes the message to tmp/, and renames it to new/ when it is on disk.
func (d *delivery) Send(ctx context.Context, message [][]byte) ([]Reply, error) {
	if d.ended {
		return nil, errEnded
	}
	d.ended = true
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("relay: maildir: %w", err)
	}
	name, err := d.maildir.write(append([][]byte{[]byte(d.head)}, message...))
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), errors.Is(err, syscall.EFBIG):
		return []Reply{diskFull}, nil
	case err != nil:
		return nil, err
	}
	return []Reply{{250, [3]int{2, 0, 0}, "Ok: delivered as " + name}}, nil
}

func (m *maildir) write(content net.Buffers) (name string, err error) {
	now := time.Now()
	name = fmt.Sprintf("%d.M%dP%dQ%d.%s", now.Unix(), now.Nanosecond()/1000, os.Getpid(), m.count.Add(1), m.host)
	tmp, final := filepath.Join(m.path, "tmp", name), filepath.Join(m.path, "new", name)
	f, err := os.OpenFile(tmp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // the operator's path, our name
	if err != nil {
		return "", fmt.Errorf("relay: maildir: %w", err)
	}
	_, err = content.WriteTo(f)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(tmp, final)
	}
	if err != nil {
		return "", fmt.Errorf("relay: maildir: %w", errors.Join(err, os.Remove(tmp)))
	}
	if err := m.dir.Sync(); err != nil {
		return "", fmt.Errorf("%w: maildir: %w", ErrUncertain, err)
	}
	return name, nil
}
