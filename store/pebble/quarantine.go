package pebble

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"iter"
	"math"
	"net/netip"
	"time"

	"github.com/cockroachdb/pebble/v2"

	"postern/parse"
	"postern/store"
)

// pieceSize is how much of a message is sealed and written at once, so that a
// large one takes no more memory than a small one, twice.
const pieceSize = 256 << 10

// maxPrealloc bounds the memory that is taken for a message on the word of its
// stored size.
const maxPrealloc = 64 << 20

// An attempt tells apart the pieces of two messages held under one ID, so that
// the first is whole until the second is: the time in seconds, and a random
// number.
type attempt [8]byte

func newAttempt() (a attempt) {
	rand.Read(a[4:])
	binary.BigEndian.PutUint32(a[:], uint32(time.Now().Unix())) //nolint:gosec // until 2106
	return a
}

func (a attempt) time() time.Time { return time.Unix(int64(binary.BigEndian.Uint32(a[:])), 0) }

// pieceKey sorts the pieces of one attempt by their number.
func pieceKey(d digest, a attempt, number uint32) []byte {
	return binary.BigEndian.AppendUint32(append(digestKey(piecePrefix, d), a[:]...), number)
}

// deletePieces removes all pieces of one attempt.
func deletePieces(b *pebble.Batch, d digest, a attempt) error {
	return b.DeleteRange(pieceKey(d, a, 0), pieceKey(d, a, math.MaxUint32), nil)
}

// pendingKey marks pieces of a message that is not held yet.
func pendingKey(d digest, a attempt) []byte {
	return append(digestKey(pendingPrefix, d), a[:]...)
}

// pendingOf is the inverse of pendingKey.
func pendingOf(key []byte) (d digest, a attempt) {
	copy(a[:], key[1+copy(d[:], key[1:]):])
	return d, a
}

// dropPending gives up a message that was never held.
func dropPending(b *pebble.Batch, key []byte) error {
	d, a := pendingOf(key)
	if err := deletePieces(b, d, a); err != nil {
		return err
	}
	return b.Delete(key, nil)
}

// Hold keeps h, in place of any message with its ID. All pieces but the last
// are written ahead, marked as pending; the last goes to disk together with
// what makes the message held. What stays pending is swept up later.
func (s *Store) Hold(ctx context.Context, h store.Held) error {
	end, err := s.begin(ctx)
	if err != nil {
		return s.told(err)
	}
	defer end()
	d, a := s.held().digest(h.Envelope.ID), newAttempt()
	rest, number := h.Message, uint32(0)
	for ; len(rest) > pieceSize; number++ {
		key, piece := pieceKey(d, a, number), rest[:pieceSize]
		err := s.change(ctx, change{make: func(b *pebble.Batch) error {
			if err := b.Set(pendingKey(d, a), nil, nil); err != nil {
				return err
			}
			return b.Set(key, s.key.sealed(key, piece), nil)
		}})
		if err != nil {
			return s.told(err)
		}
		rest = rest[pieceSize:]
	}
	return s.told(s.change(ctx, change{sync: true, make: func(b *pebble.Batch) error {
		if err := s.dropHeld(b, d); err != nil {
			return err
		}
		key := pieceKey(d, a, number)
		if err := b.Set(key, s.key.sealed(key, rest), nil); err != nil {
			return err
		}
		if err := b.Delete(pendingKey(d, a), nil); err != nil {
			return err
		}
		return s.held().put(b, d, nanos(h.Envelope.Received), encodeHeld(h, a))
	}}))
}

// Held is the message with this ID.
func (s *Store) Held(ctx context.Context, id string) (store.Held, error) {
	end, err := s.begin(ctx)
	if err != nil {
		return store.Held{}, s.told(err)
	}
	defer end()
	d := s.held().digest(id)
	text, err := s.held().get(s.db, d)
	if err != nil {
		return store.Held{}, s.told(err)
	}
	h, a, err := decodeHeld(text)
	if err == nil {
		h.Message, err = s.readPieces(ctx, d, a, h.Size)
	}
	return h, s.told(err)
}

func (s *Store) readPieces(ctx context.Context, d digest, a attempt, size int) ([]byte, error) {
	message := make([]byte, 0, min(max(size, 0), maxPrealloc))
	for number := uint32(0); ; number++ {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		key := pieceKey(d, a, number)
		box, err := s.get(s.db, key)
		if errors.Is(err, store.ErrNotFound) {
			return nil, errDamaged
		}
		if err != nil {
			return nil, err
		}
		piece, err := s.key.open(key, box)
		if err != nil {
			return nil, err
		}
		message = append(message, piece...)
		if len(piece) < pieceSize || len(message) == size {
			break
		}
	}
	if len(message) != size {
		return nil, errDamaged
	}
	return message, nil
}

// Holdings yields what is held, oldest first, without Message.
func (s *Store) Holdings(ctx context.Context) iter.Seq2[store.Held, error] {
	texts := s.held().scan(ctx, []byte{heldPrefix}, []byte{heldPrefix + 1})
	return func(yield func(store.Held, error) bool) {
		for text, err := range texts {
			var h store.Held
			if err == nil {
				h, _, err = decodeHeld(text)
				err = s.told(err)
			}
			if !yield(h, err) || err != nil {
				return
			}
		}
	}
}

// Remove lets a held message go, for good.
func (s *Store) Remove(ctx context.Context, id string) error {
	end, err := s.begin(ctx)
	if err != nil {
		return s.told(err)
	}
	defer end()
	d := s.held().digest(id)
	return s.told(s.change(ctx, change{sync: true, free: true, make: func(b *pebble.Batch) error {
		if _, err := s.held().find(b, d); err != nil {
			return err
		}
		return s.dropHeld(b, d)
	}}))
}

// dropHeld removes the message with this digest, if there is one.
func (s *Store) dropHeld(b *pebble.Batch, d digest) error {
	text, err := s.held().get(b, d)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err == nil {
		var a attempt
		if _, a, err = decodeHeld(text); err == nil {
			err = deletePieces(b, d, a)
		}
	}
	if err != nil && !errors.Is(err, errDamaged) {
		return err
	}
	return s.held().drop(b, d)
}

const heldVersion = 1

// encodeHeld writes all of h but its message, and where that is.
func encodeHeld(h store.Held, a attempt) []byte {
	w := make(writer, 0, 512)
	w.byte(heldVersion)
	w = append(w, a[:]...)
	w.int(int64(len(h.Message)))
	w.envelope(h.Envelope)
	w.text(h.Mail)
	w.texts(h.Rcpt)
	w.text(h.Class)
	w.float(h.Score)
	w.texts(h.Reasons)
	return w
}

func decodeHeld(text []byte) (h store.Held, a attempt, err error) {
	r := &reader{rest: text}
	if r.byte() != heldVersion {
		return store.Held{}, a, errDamaged
	}
	copy(a[:], r.take(uint64(len(a))))
	h = store.Held{
		Size: int(r.int()), Envelope: r.envelope(),
		Mail: r.text(), Rcpt: r.texts(),
		Class: r.text(), Score: r.float(), Reasons: r.texts(),
	}
	return h, a, r.end()
}

func (w *writer) envelope(e parse.Envelope) {
	w.text(e.ID)
	w.time(e.Received)
	remote, _ := e.Remote.MarshalBinary() // never fails
	w.text(string(remote))
	w.text(e.RemoteName)
	w.text(e.Helo)
	w.text(e.Protocol)
	w.bool(e.TLS)
	w.text(e.Auth)
	w.bool(e.UTF8)
	w.address(e.From)
	writeList(w, e.Rcpts, (*writer).address)
}

func (r *reader) envelope() parse.Envelope {
	return parse.Envelope{
		ID: r.text(), Received: r.time(), Remote: r.ip(),
		RemoteName: r.text(), Helo: r.text(), Protocol: r.text(), TLS: r.bool(),
		Auth: r.text(), UTF8: r.bool(), From: r.address(),
		Rcpts: readList(r, (*reader).address),
	}
}

func (r *reader) ip() (ip netip.Addr) {
	if ip.UnmarshalBinary([]byte(r.text())) != nil {
		r.fail()
	}
	return ip
}
