package pebble

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"hash/maphash"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
)

// keyFile holds the site key in hex. Without it the store means nothing.
const keyFile = "site.key"

// digestSize is how much of an HMAC-SHA256 names a thing in the store.
const digestSize = 16

type digest [digestSize]byte

// A siteKey hides what the store is about: things are named by keyed hashes,
// and what must be read again is sealed.
type siteKey struct {
	seal  cipher.AEAD
	texts cipher.Block // for texts inside records
	macs  sync.Pool    // of *mac

	seed  maphash.Seed
	named [1 << 12]atomic.Pointer[named] // names made last: a message asks for each twice, and for many as the last one did
}

// A named is what was named, and its name.
type named struct {
	prefix byte
	parts  [2]string
	name   digest
}

// maxNamed bounds the parts of a name that is remembered, in bytes.
const maxNamed = 128

type mac struct {
	hash.Hash
	buf []byte
}

// openSiteKey reads the key in dir. Where there is none, it makes one if the
// store is new, and fails if it is not.
func openSiteKey(dir string, isNew bool) (*siteKey, error) {
	path := filepath.Join(dir, keyFile)
	text, err := os.ReadFile(path) //nolint:gosec // the operator names the path
	switch {
	case errors.Is(err, fs.ErrNotExist) && isNew:
		secret := make([]byte, 32)
		rand.Read(secret)
		if err := writeDurably(path, []byte(hex.EncodeToString(secret)+"\n")); err != nil {
			return nil, err
		}
		return newSiteKey(secret)
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%s is missing and the store cannot be read without it: restore it from a backup", path)
	case err != nil:
		return nil, err
	}
	secret, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(secret) != 32 {
		return nil, fmt.Errorf("%s is damaged, it should be 64 hexadecimal digits: restore it from a backup", path)
	}
	return newSiteKey(secret)
}

func newSiteKey(secret []byte) (*siteKey, error) {
	name, err := hkdf.Key(sha256.New, secret, nil, "postern names 1", 32)
	if err != nil {
		return nil, err
	}
	seal, err := hkdf.Key(sha256.New, secret, nil, "postern seals 1", 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(seal)
	if err != nil {
		return nil, err
	}
	texts, err := hkdf.Key(sha256.New, secret, nil, "postern texts 1", 32)
	if err != nil {
		return nil, err
	}
	k := &siteKey{seed: maphash.MakeSeed()}
	if k.texts, err = aes.NewCipher(texts); err != nil {
		return nil, err
	}
	k.macs.New = func() any { return &mac{Hash: hmac.New(sha256.New, name)} }
	k.seal, err = cipher.NewGCMWithRandomNonce(block)
	return k, err
}

// nameOf is name of one thing or two, which may be known.
func (k *siteKey) nameOf(prefix byte, one, two string) digest {
	if len(one)+len(two) > maxNamed {
		return k.digest(prefix, one, two)
	}
	at := &k.named[(maphash.String(k.seed, one)^maphash.String(k.seed, two)*3^uint64(prefix)*0x9e3779b97f4a7c15)%uint64(len(k.named))]
	if n := at.Load(); n != nil && n.prefix == prefix && n.parts == [2]string{one, two} {
		return n.name
	}
	n := &named{prefix, [2]string{strings.Clone(one), strings.Clone(two)}, k.digest(prefix, one, two)}
	at.Store(n)
	return n.name
}

// name appends the keyed hash of the parts, as used under one prefix of keys,
// to b.
func (k *siteKey) name(b []byte, prefix byte, parts ...string) []byte {
	m, _ := k.macs.Get().(*mac)
	m.Reset()
	m.buf = append(m.buf[:0], prefix)
	for _, part := range parts {
		m.buf = binary.AppendUvarint(m.buf, uint64(len(part)))
		m.buf = append(m.buf, part...)
	}
	m.Write(m.buf)
	m.buf = m.Sum(m.buf[:0])
	b = append(b, m.buf[:digestSize]...)
	k.macs.Put(m)
	return b
}

// digest is name as a value.
func (k *siteKey) digest(prefix byte, parts ...string) (d digest) {
	k.name(d[:0], prefix, parts...)
	return d
}

// sealed encrypts text for its place, the key that it is stored under, so
// that it can be moved nowhere else.
func (k *siteKey) sealed(place, text []byte) []byte {
	return k.seal.Seal(nil, nil, text, place) //nolint:gosec // this AEAD draws its own nonces
}

// open decrypts what sealed gave.
func (k *siteKey) open(place, box []byte) ([]byte, error) {
	text, err := k.seal.Open(nil, nil, box, place)
	if err != nil {
		return nil, errDamaged
	}
	return text, nil
}

// writeDurably makes a file that nobody else can read and that is there after
// a power cut, or not at all.
func writeDurably(path string, text []byte) error {
	f, err := os.OpenFile(path+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600) //nolint:gosec // the operator names the path
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
