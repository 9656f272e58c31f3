package archive

import (
	aescipher "crypto/aes"
	"crypto/pbkdf2"
	"crypto/sha1" //nolint:gosec // what the format prescribes
	"encoding/binary"
	"hash/crc32"

	"postern/content"
)

// Limits of trying passwords on one archive.
const (
	maxTried     = 24
	maxTriedAES  = 8
	maxProof     = 1 << 20 // bytes that are unpacked to prove a password
	pbkdf2Rounds = 1000
	stepsOfAES   = 10_000 // of the budget, for one derived key
)

// An aesKey says how a file is encrypted with AES; its salt and a value to
// check passwords by stand before the data.
type aesKey struct {
	salt   int // bytes; 0 where the file is not encrypted so
	method uint16
}

func readKey(extra []byte) aesKey {
	if len(extra) < 7 || extra[4] < 1 || extra[4] > 3 {
		return aesKey{}
	}
	return aesKey{salt: 4 + 4*int(extra[4]), method: binary.LittleEndian.Uint16(extra[5:])}
}

// Unlock finds the password that opens a file, and gives what is then in it
// where that is known.
func (z *Zip) Unlock(f *File, passwords []string, b *content.Budget) (data []byte, password string, ok bool) {
	for i, p := range passwords[:min(len(passwords), maxTried)] {
		switch {
		case f.method == aes && f.key.salt > 0:
			if i < maxTriedAES && content.Spend(&b.Steps, stepsOfAES) {
				if key := f.keyAES(p); key != nil {
					return z.decryptAES(f, key, b), p, true
				}
			}
		case content.Spend(&b.Steps, 1):
			if data, ok := z.decrypt(f, p, b); ok {
				return data, p, true
			}
		}
	}
	return nil, "", false
}

// keyAES derives a key of WinZip's AE-2, and the two bytes beside it that must
// be those of the file; nil where they are not.
func (f *File) keyAES(password string) []byte {
	size, salt := 2*f.key.salt, f.key.salt // the key is twice the salt
	if len(f.data) < salt+2 {
		return nil
	}
	key, err := pbkdf2.Key(sha1.New, password, f.data[:salt], pbkdf2Rounds, 2*size+2)
	if err != nil || string(key[2*size:]) != string(f.data[salt:salt+2]) {
		return nil
	}
	return key[:size]
}

// decryptAES undoes AES in counter mode, whose counter begins at one with its
// lowest byte first; nil where the file is too large.
func (z *Zip) decryptAES(f *File, key []byte, b *content.Budget) []byte {
	const sum = 10 // bytes of authentication behind the data
	packed := f.data[f.key.salt+2:]
	if len(packed) < sum || len(packed) > maxProof || !content.Spend(&b.Bytes, len(packed)) {
		return nil
	}
	packed = packed[:len(packed)-sum]
	block, err := aescipher.NewCipher(key)
	if err != nil {
		return nil
	}
	out := make([]byte, len(packed))
	var counter, pad [16]byte
	for i := range packed {
		if i%16 == 0 {
			binary.LittleEndian.PutUint64(counter[:], uint64(i/16+1))
			block.Encrypt(pad[:], counter[:])
		}
		out[i] = packed[i] ^ pad[i%16]
	}
	plain := *f
	plain.method = f.key.method
	trial := Zip{}
	return trial.unpack(&plain, out, maxProof, b)
}

// decrypt undoes the traditional encryption (APPNOTE 6.1). The one byte that
// checks the password fits one in 256 by chance, so the sum of the file must
// fit as well where it is small.
func (z *Zip) decrypt(f *File, password string, b *content.Budget) ([]byte, bool) {
	const head = 12
	if len(f.data) < head {
		return nil, false
	}
	k := newKeys(password)
	var last byte
	for _, c := range f.data[:head] {
		last = k.next(c)
	}
	check := byte(f.sum >> 24)
	if f.flags&zipDescriptor != 0 {
		check = byte(f.time >> 8)
	}
	if last != check {
		return nil, false
	}
	packed := f.data[head:]
	if len(packed) > maxProof || f.Size > maxProof || !content.Spend(&b.Bytes, len(packed)) {
		return nil, true
	}
	out := make([]byte, len(packed))
	for i, c := range packed {
		out[i] = k.next(c)
	}
	trial := Zip{}
	out = trial.unpack(f, out, maxProof, b)
	if out == nil {
		return nil, true // packed in a way that is not read here
	}
	return out, crc32.ChecksumIEEE(out) == f.sum
}

// keys are the state of the traditional cipher.
type keys [3]uint32

func newKeys(password string) *keys {
	k := &keys{0x12345678, 0x23456789, 0x34567890}
	for _, c := range []byte(password) {
		k.update(c)
	}
	return k
}

func (k *keys) update(c byte) {
	k[0] = crc32.IEEETable[k[0]&0xff^uint32(c)] ^ k[0]>>8
	k[1] = (k[1]+k[0]&0xff)*134775813 + 1
	k[2] = crc32.IEEETable[k[2]&0xff^k[1]>>24] ^ k[2]>>8
}

func (k *keys) next(c byte) byte {
	t := uint16(k[2]) | 2 //nolint:gosec // as prescribed
	c ^= byte(t * (t ^ 1) >> 8)
	k.update(c)
	return c
}
