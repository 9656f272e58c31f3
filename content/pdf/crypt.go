package pdf

import (
	"bytes"
	"crypto/aes"
	gocipher "crypto/cipher"
	"crypto/md5" //nolint:gosec // the file format's own (ISO 32000-1 §7.6)
	"crypto/rc4" //nolint:gosec // the same
	"crypto/sha256"
	"crypto/sha512"
	"encoding/binary"

	"postern/content"
)

// A cipher undoes the encryption of a file that opens without a password, or
// with one that the message gives away: its reader sees what is inside, so we
// must too.
type cipher struct {
	key              []byte
	strings, streams method
}

// A method is how bytes are encrypted.
type method uint8

const (
	identity method = iota
	rc4Method
	aes128
	aes256
)

// padding completes a password to 32 bytes (§7.6.3.3).
var padding = []byte("\x28\xbf\x4e\x5e\x4e\x75\x8a\x41\x64\x00\x4e\x56\xff\xfa\x01\x08\x2e\x2e\x00\xb6\xd0\x68\x3e\x80\x2f\x0c\xa9\xfe\x64\x53\x69\x7a")

// maxPasswords is how many passwords are tried.
const maxPasswords = 24

// unlock notes that the file is encrypted, and tries the empty password and
// the others.
func (d *file) unlock(passwords func() []string) {
	for _, t := range d.trailers {
		e := d.dict(t.get("Encrypt"))
		if e == nil {
			continue
		}
		var id []byte
		if ids := d.array(t.get("ID")); len(ids) > 0 {
			s, _ := d.resolve(ids[0]).(text)
			id = []byte(s)
		}
		clear(d.values)     // what was read until now was not decrypted
		d.crypt = &cipher{} // that shows nothing
		tried := passwords()
		for _, p := range append([]string{""}, tried[:min(len(tried), maxPasswords)]...) {
			c := d.cipher(e, id, []byte(p))
			switch {
			case c == nil:
				d.found.Flags |= content.Encrypted
				continue
			case p == "":
				d.found.Flags |= content.Protected
			default:
				d.found.Flags |= content.Opened
			}
			d.crypt = c
			return
		}
		return
	}
}

// cipher is that of the standard security handler (§7.6.3); nil where the
// password is wrong, or the handler is another.
func (d *file) cipher(e dict, id, password []byte) *cipher {
	if d.name(e.get("Filter")) != "Standard" {
		return nil
	}
	revision, version := d.integer(e.get("R")), d.integer(e.get("V"))
	owner, user := d.bytes(e.get("O")), d.bytes(e.get("U"))
	c := &cipher{strings: rc4Method, streams: rc4Method}
	if version >= 4 {
		filters := d.dict(e.get("CF"))
		c.streams = d.method(d.dict(filters.get(d.name(e.get("StmF")))))
		c.strings = d.method(d.dict(filters.get(d.name(e.get("StrF")))))
	}
	if revision >= 5 {
		c.key = fileKey256(password, revision, user, d.bytes(e.get("UE")))
	} else {
		size := 5
		if n := d.integer(e.get("Length")); revision >= 3 && n >= 40 && n <= 128 {
			size = n / 8
		}
		if version >= 4 {
			size = 16
		}
		plain := e.get("EncryptMetadata") == false && revision >= 4
		c.key = fileKey(password, revision, size, owner, id, uint32(int64(d.float(e.get("P")))), plain) //nolint:gosec // 32 bits, signed or not
		check := userEntry(c.key, id)
		if revision == 2 {
			check = rc4ed(c.key, padding) // algorithm 4
		}
		if !bytes.HasPrefix(user, check) {
			return nil
		}
	}
	if c.key == nil {
		return nil
	}
	return c
}

func (d *file) bytes(v any) []byte {
	s, _ := d.resolve(v).(text)
	return []byte(s)
}

func (d *file) method(filter dict) method {
	switch d.name(filter.get("CFM")) {
	case "V2":
		return rc4Method
	case "AESV2":
		return aes128
	case "AESV3":
		return aes256
	}
	return identity
}

// fileKey makes the key of revisions 2 to 4 from a password (§7.6.3.3,
// algorithm 2).
func fileKey(password []byte, revision, size int, owner, id []byte, permissions uint32, plainMetadata bool) []byte {
	h := md5.New() //nolint:gosec // §7.6.3.3
	_, _ = h.Write(append(password[:min(len(password), 32):min(len(password), 32)], padding...)[:32])
	_, _ = h.Write(owner[:min(len(owner), 32)])
	_, _ = h.Write(binary.LittleEndian.AppendUint32(nil, permissions))
	_, _ = h.Write(id)
	if plainMetadata {
		_, _ = h.Write([]byte{0xff, 0xff, 0xff, 0xff})
	}
	key := h.Sum(nil)
	if revision == 2 {
		return key[:5]
	}
	for range 50 {
		sum := md5.Sum(key[:size]) //nolint:gosec // §7.6.3.3
		key = sum[:]
	}
	return key[:size]
}

// userEntry is what the file says of a key (algorithm 5).
func userEntry(key, id []byte) []byte {
	sum := md5.Sum(append(bytes.Clone(padding), id...)) //nolint:gosec // §7.6.3.4
	check := sum[:]
	for i := range 20 {
		each := bytes.Clone(key)
		for j := range each {
			each[j] ^= byte(i)
		}
		check = rc4ed(each, check)
	}
	return check
}

// fileKey256 makes the key of revisions 5 and 6 (ISO 32000-2 §7.6.4.3.3) from
// a password; nil where it is wrong.
func fileKey256(password []byte, revision int, user, wrapped []byte) []byte {
	if len(user) < 48 || len(wrapped) < 32 {
		return nil
	}
	if !bytes.Equal(hash256(password, revision, user[32:40]), user[:32]) {
		return nil
	}
	block, err := aes.NewCipher(hash256(password, revision, user[40:48]))
	if err != nil {
		return nil
	}
	key := make([]byte, 32)
	gocipher.NewCBCDecrypter(block, make([]byte, 16)).CryptBlocks(key, wrapped[:32])
	return key
}

// hash256 is the hash of a password with a salt (ISO 32000-2 §7.6.4.3.4).
func hash256(password []byte, revision int, salt []byte) []byte {
	password = password[:min(len(password), 127):min(len(password), 127)]
	sum := sha256.Sum256(append(password, salt...))
	k := sum[:]
	if revision < 6 {
		return k
	}
	for round := 0; ; round++ {
		data := bytes.Repeat(append(bytes.Clone(password), k...), 64)
		block, err := aes.NewCipher(k[:16])
		if err != nil {
			return nil
		}
		gocipher.NewCBCEncrypter(block, k[16:32]).CryptBlocks(data, data)
		mod := 0
		for _, c := range data[:16] {
			mod += int(c)
		}
		switch mod % 3 {
		case 0:
			s := sha256.Sum256(data)
			k = s[:]
		case 1:
			s := sha512.Sum384(data)
			k = s[:]
		default:
			s := sha512.Sum512(data)
			k = s[:]
		}
		if last := int(data[len(data)-1]); round >= 63 && last <= round-31 {
			return k[:32]
		}
	}
}

func rc4ed(key, data []byte) []byte {
	c, err := rc4.NewCipher(key) //nolint:gosec // §7.6
	if err != nil {
		return nil
	}
	out := make([]byte, len(data))
	c.XORKeyStream(out, data)
	return out
}

// undo decrypts a string or a stream of an object (§7.6.2, algorithm 1).
func (c *cipher) undo(data []byte, number, generation int, m method) []byte {
	switch {
	case c.key == nil:
		return nil
	case m == identity:
		return data
	}
	key := c.key
	if m != aes256 {
		seed := append(bytes.Clone(key), byte(number), byte(number>>8), byte(number>>16), byte(generation), byte(generation>>8)) //nolint:gosec // the low bytes
		if m == aes128 {
			seed = append(seed, "sAlT"...)
		}
		sum := md5.Sum(seed) //nolint:gosec // §7.6.2
		key = sum[:min(len(key)+5, 16)]
	}
	if m == rc4Method {
		return rc4ed(key, data)
	}
	if len(data) < 32 {
		return nil
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil
	}
	body := data[16 : len(data)-len(data)%16]
	out := make([]byte, len(body))
	gocipher.NewCBCDecrypter(block, data[:16]).CryptBlocks(out, body)
	if n := int(out[len(out)-1]); n >= 1 && n <= 16 {
		out = out[:len(out)-n]
	}
	return out
}
