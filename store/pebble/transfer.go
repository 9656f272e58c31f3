package pebble

import (
	"bufio"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/cockroachdb/pebble/v2"

	"postern/store"
	"postern/store/record"
)

// An export is a file: its magic, a proof of the site key, who wrote it and
// which one it is, then frames. A frame is its length in four bytes, some
// records, and a keyed hash of all that; the last one has no records.
const (
	magic       = "postern history 1\n"
	frameBytes  = 64 << 10 // of records, from which on a frame is full
	maxFrame    = 8 << 20
	framePrefix = 0x7d // sets hashes of frames apart
)

// Keys about the store itself.
var (
	identityKey = []byte{metaPrefix, 'i', 'd'}
	takenPrefix = []byte{metaPrefix, 't'} // source -> which export of it was taken, and up to which frame
)

var (
	errNoExport = errors.New("it is no export, or damaged")
	errOwn      = errors.New("it was written by this store, or one that it was restored from, and would count twice")
	errTaken    = errors.New("it, or another export of the same store, was imported before, and would count twice")
)

// head is what a file begins with.
type head struct {
	proof  [1 + digestSize]byte
	source digest // the store that wrote it
	id     digest // this export
}

func (h *head) bytes() []byte {
	return append(append(append([]byte(magic), h.proof[:]...), h.source[:]...), h.id[:]...)
}

// identity names the store, for ever.
func (s *Store) identity(ctx context.Context) (id digest, err error) {
	have, err := s.get(s.db, identityKey)
	if err == nil && len(have) == digestSize {
		return digest(have), nil
	}
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return id, err
	}
	rand.Read(id[:])
	return id, s.change(ctx, change{sync: true, make: func(b *pebble.Batch) error { return b.Set(identityKey, id[:], nil) }})
}

// Export writes history into a new file, as it is now.
func (s *Store) Export(ctx context.Context, path string) (tr store.Transfer, err error) {
	end, err := s.settled(ctx)
	if err != nil {
		return tr, s.told(err)
	}
	defer end()
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // the operator names it
	if err != nil {
		return tr, fmt.Errorf("store: export: %w", err)
	}
	defer func() {
		if err = errors.Join(err, f.Close()); err != nil {
			err = errors.Join(fmt.Errorf("store: export: %w", err), os.Remove(path))
		}
	}()
	h := head{proof: [1 + digestSize]byte(s.proof())}
	if h.source, err = s.identity(ctx); err != nil {
		return tr, err
	}
	rand.Read(h.id[:])
	tr.ID = hex.EncodeToString(h.id[:])
	e := &exporter{s: s, id: h.id, to: bufio.NewWriterSize(f, frameBytes), tr: &tr}
	if _, err := e.to.Write(h.bytes()); err != nil {
		return tr, err
	}
	if err := s.each(ctx, entityPrefix, sightingPrefix+1, e.add); err != nil {
		return tr, err
	}
	for range 2 { // what is left, and the end
		if err := e.frame(); err != nil {
			return tr, err
		}
	}
	return tr, errors.Join(e.to.Flush(), f.Sync())
}

type exporter struct {
	s      *Store
	id     digest
	to     *bufio.Writer
	tr     *store.Transfer
	buf    []byte
	number uint64
}

func (e *exporter) add(key, value []byte) error {
	if key[0] < entityEnd {
		e.tr.Entities++
	} else {
		e.tr.Sightings++
	}
	for _, b := range [][]byte{key, value} {
		e.buf = append(binary.AppendUvarint(e.buf, uint64(len(b))), b...)
	}
	if len(e.buf) < frameBytes {
		return nil
	}
	return e.frame()
}

// frame writes what is there, if only the end.
func (e *exporter) frame() error {
	if len(e.buf) == 0 && e.number == 0 {
		e.number++ // an empty store has but an end
		return nil
	}
	var size [4]byte
	binary.BigEndian.PutUint32(size[:], uint32(len(e.buf))) //nolint:gosec // a frame is small
	mac := e.s.frameMAC(e.id, e.number, e.buf)
	e.number++
	e.tr.Bytes += int64(len(e.buf))
	var errs []error
	for _, b := range [][]byte{size[:], e.buf, mac[:]} {
		_, err := e.to.Write(b)
		errs = append(errs, err)
	}
	e.buf = e.buf[:0]
	return errors.Join(errs...)
}

func (s *Store) frameMAC(id digest, number uint64, payload []byte) digest {
	return s.key.digest(framePrefix, string(id[:]), string(binary.AppendUvarint(nil, number)), string(payload))
}

// Import adds the history in a file that Export wrote under the same site key.
// The file is read whole before. Interrupted, the same import goes on where it
// stopped; what was imported is refused.
func (s *Store) Import(ctx context.Context, path string) (tr store.Transfer, err error) {
	end, err := s.begin(ctx)
	if err != nil {
		return tr, s.told(err)
	}
	defer end()
	tr, err = s.importFile(ctx, path)
	if err != nil {
		return tr, fmt.Errorf("store: import %s: %w", path, err)
	}
	return tr, nil
}

func (s *Store) importFile(ctx context.Context, path string) (tr store.Transfer, err error) {
	h, err := s.frames(ctx, path, nil)
	if err != nil {
		return tr, err
	}
	own, err := s.identity(ctx)
	if err != nil {
		return tr, err
	}
	if own == h.source {
		return tr, errOwn
	}
	place := append(append([]byte(nil), takenPrefix...), h.source[:]...)
	next := uint64(0)
	switch have, err := s.get(s.db, place); {
	case errors.Is(err, store.ErrNotFound):
	case err != nil:
		return tr, err
	case len(have) != digestSize+8 || digest(have[:digestSize]) != h.id || binary.BigEndian.Uint64(have[digestSize:]) == done:
		return tr, errTaken
	default:
		next = binary.BigEndian.Uint64(have[digestSize:])
	}
	tr.ID = hex.EncodeToString(h.id[:])
	_, err = s.frames(ctx, path, func(number uint64, payload []byte) error {
		if number < next {
			return nil
		}
		tr.Bytes += int64(len(payload))
		return s.take(ctx, place, h.id, number, payload, &tr)
	})
	return tr, err
}

// done stands for the frame after the last.
const done = 1<<64 - 1

// take adds one frame, and notes that in the same breath.
func (s *Store) take(ctx context.Context, place []byte, id digest, number uint64, payload []byte, tr *store.Transfer) error {
	next := number + 1
	if len(payload) == 0 {
		next = done
	}
	payload = append([]byte(nil), payload...)
	return s.change(ctx, change{sync: next == done, whole: true, make: func(b *pebble.Batch) error {
		r := reader{rest: payload}
		for len(r.rest) > 0 {
			key := r.take(r.uint())
			value := r.take(r.uint())
			if r.bad || len(key) != 1+digestSize || key[0] < entityPrefix || key[0] > sightingPrefix {
				return errNoExport
			}
			if err := s.add(b, key, value, tr); err != nil {
				return err
			}
		}
		return b.Set(place, binary.BigEndian.AppendUint64(append([]byte(nil), id[:]...), next), nil)
	}})
}

// add merges one record, or keeps a sighting that is not known yet.
func (s *Store) add(b *pebble.Batch, key, value []byte, tr *store.Transfer) error {
	if key[0] == sightingPrefix {
		tr.Sightings++
		if _, err := s.get(b, key); !errors.Is(err, store.ErrNotFound) {
			return err
		}
		return b.Set(key, value, nil)
	}
	tr.Entities++
	var r record.Record
	if err := s.readRecord(b, key, &r); err != nil {
		return err
	}
	if r.MergeEncoded(value) != nil {
		return errNoExport
	}
	return b.Set(key, r.Append(nil), nil)
}

// frames reads a file and proves it, and gives each frame to take, if there is
// one. It holds one frame at a time.
func (s *Store) frames(ctx context.Context, path string, take func(number uint64, payload []byte) error) (h head, err error) {
	f, err := os.Open(path) //nolint:gosec // the operator names it
	if err != nil {
		return h, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	from := bufio.NewReaderSize(f, frameBytes)
	start := make([]byte, len(h.bytes()))
	if _, err := io.ReadFull(from, start); err != nil || string(start[:len(magic)]) != magic {
		return h, errNoExport
	}
	rest := start[len(magic):]
	rest = rest[copy(h.proof[:], rest):]
	rest = rest[copy(h.source[:], rest):]
	copy(h.id[:], rest)
	if string(h.proof[:]) != string(s.proof()) {
		return h, fmt.Errorf("%w: names in it are hashed under that key; import it into a new store, with --site-key and the file of that key", errWrongKey)
	}
	number := uint64(0)
	for {
		if err := ctx.Err(); err != nil {
			return h, err
		}
		payload, mac, err := readFrame(from)
		if err != nil {
			return h, err
		}
		if number == 0 && len(payload) == 0 {
			number++
		}
		if want := s.frameMAC(h.id, number, payload); subtle.ConstantTimeCompare(want[:], mac[:]) != 1 {
			return h, errNoExport
		}
		if take != nil {
			if err := take(number, payload); err != nil {
				return h, err
			}
		}
		if len(payload) == 0 {
			return h, nil
		}
		number++
	}
}

func readFrame(from io.Reader) (payload []byte, mac digest, err error) {
	var size [4]byte
	if _, err := io.ReadFull(from, size[:]); err != nil {
		return nil, mac, errNoExport
	}
	n := binary.BigEndian.Uint32(size[:])
	if n > maxFrame {
		return nil, mac, errNoExport
	}
	payload = make([]byte, n)
	if _, err := io.ReadFull(from, payload); err != nil {
		return nil, mac, errNoExport
	}
	if _, err := io.ReadFull(from, mac[:]); err != nil {
		return nil, mac, errNoExport
	}
	return payload, mac, nil
}

// AdoptKey gives a store that is not there yet the site key in a file.
func AdoptKey(c Config, file string) error {
	c = c.withDefaults()
	for _, name := range []string{dbDir, keyFile} {
		if _, err := os.Stat(c.Path + "/" + name); err == nil {
			return fmt.Errorf("store %s %w: another site key can only be given to a new store", c.Path, errOccupied)
		}
	}
	text, err := os.ReadFile(file) //nolint:gosec // the operator names it
	if err != nil {
		return err
	}
	if err := os.MkdirAll(c.Path, 0o700); err != nil {
		return err
	}
	return writeDurably(c.Path+"/"+keyFile, text)
}
