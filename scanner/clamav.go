package scanner

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"
	"unicode"

	"postern/internal/quantity"
)

const (
	defaultClamTimeout = 5 * time.Second
	defaultClamSize    = 25 << 20 // clamd's own StreamMaxLength
	clamChunk          = 64 << 10
	maxClamReply       = 4 << 10
	maxVirusName       = 100
)

// ClamAVConfig says where clamd listens.
type ClamAVConfig struct {
	Address  string            `toml:"address"`   // "host:port" or "unix:PATH"; empty: not asked
	Timeout  quantity.Duration `toml:"timeout"`   // for one message; 5s
	MaxBytes quantity.Bytes    `toml:"max_bytes"` // longer messages are not sent, and unknown; 25MiB, as clamd's StreamMaxLength
}

func (c ClamAVConfig) check() error {
	if c.Address == "" {
		return nil
	}
	if path, ok := strings.CutPrefix(c.Address, "unix:"); ok {
		if path == "" {
			return errors.New(`clamav.address: "unix:" needs a path`)
		}
		return nil
	}
	if _, _, err := net.SplitHostPort(c.Address); err != nil {
		return fmt.Errorf(`clamav.address: %q is neither "host:port" nor "unix:PATH"`, c.Address)
	}
	return nil
}

// clamAV is one clamd.
type clamAV struct {
	network, address string
	timeout          time.Duration
	maxBytes         int
	breaker          breaker
}

func newClamAV(c ClamAVConfig) *clamAV {
	v := &clamAV{network: "tcp", address: c.Address, timeout: time.Duration(c.Timeout), maxBytes: int(c.MaxBytes)}
	if path, ok := strings.CutPrefix(c.Address, "unix:"); ok {
		v.network, v.address = "unix", path
	}
	return v
}

var (
	errResting = errors.New("scanner: left alone after failures")
	errTooLong = errors.New("scanner: message too long")
)

// scan gives the message to clamd.
func (v *clamAV) scan(ctx context.Context, raw []byte) (Virus, error) {
	if len(raw) > v.maxBytes {
		return Virus{}, errTooLong
	}
	if !v.breaker.allow(time.Now()) {
		return Virus{}, errResting
	}
	virus, err := v.instream(ctx, raw)
	v.breaker.done(time.Now(), err == nil)
	return virus, err
}

// instream speaks clamd's INSTREAM (clamd(8)): chunks, each behind its length
// in four bytes, an empty one last, and one line in answer.
func (v *clamAV) instream(ctx context.Context, raw []byte) (Virus, error) {
	ctx, cancel := context.WithTimeout(ctx, v.timeout)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, v.network, v.address)
	if err != nil {
		return Virus{}, err
	}
	defer context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })()
	defer func() { _ = conn.Close() }()
	w := bufio.NewWriter(conn)
	_, _ = w.WriteString("zINSTREAM\x00") // a bufio.Writer keeps its first error for Flush
	for len(raw) > 0 {
		chunk := raw[:min(len(raw), clamChunk)]
		_, _ = w.Write(binary.BigEndian.AppendUint32(nil, uint32(len(chunk)))) //nolint:gosec // at most clamChunk
		_, _ = w.Write(chunk)
		raw = raw[len(chunk):]
	}
	_, _ = w.Write(make([]byte, 4))
	if err := w.Flush(); err != nil {
		return Virus{}, err
	}
	reply, err := bufio.NewReaderSize(conn, maxClamReply).ReadSlice(0)
	if err != nil {
		return Virus{}, err
	}
	return readClamReply(string(reply))
}

// readClamReply reads "stream: OK" and "stream: NAME FOUND". Everything else is
// a failure of clamd's.
func readClamReply(reply string) (Virus, error) {
	answer, ok := strings.CutPrefix(strings.TrimRight(reply, "\x00\n"), "stream: ")
	name, found := strings.CutSuffix(answer, " FOUND")
	switch {
	case ok && answer == "OK":
		return Virus{Known: true}, nil
	case ok && found && name != "":
		return Virus{Known: true, Name: clean(name)}, nil
	}
	return Virus{}, fmt.Errorf("scanner: clamd answers %q", reply)
}

// clean keeps of a signature's name what can be shown.
func clean(name string) string {
	name = strings.Map(func(r rune) rune {
		if r > unicode.MaxASCII || !unicode.IsGraphic(r) {
			return '?'
		}
		return r
	}, name)
	return name[:min(len(name), maxVirusName)]
}
