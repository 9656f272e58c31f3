package parse

import (
	"bytes"
	"encoding/base64"
)

// transfer undoes the transfer encoding (RFC 2045 §6) of body, giving at most
// limit bytes. Where nothing needs decoding the result is body itself. ok is
// false where the content was not what the encoding allows.
func transfer(body []byte, encoding string, limit int) (_ []byte, ok, over bool) {
	var out []byte
	switch encoding {
	case "base64":
		if n := limit/3*4 + limit/20 + 4; n < len(body) {
			body, over = body[:n], true
		}
		out, ok = decodeBase64(body, limit)
	case "quoted-printable":
		out, ok = decodeQuoted(body, limit)
	case "x-uuencode", "uuencode", "x-uue":
		out, ok = decodeUU(body, limit)
	case "", "7bit", "8bit", "binary":
		out, ok = body, true
	default:
		out, ok = body, false
	}
	if len(out) > limit {
		return out[:limit], ok, true
	}
	return out, ok, over
}

// base64Bits are the values of the alphabet (RFC 2045 §6.8); 0xff elsewhere.
var base64Bits = func() (t [256]byte) {
	for i := range t {
		t[i] = 0xff
	}
	for i, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") {
		t[c] = byte(i)
	}
	return t
}()

// decodeBase64 decodes body. What is not of the alphabet is skipped
// (RFC 2045 §6.8); after padding a new quantum begins, as where two encoded
// texts were put together.
func decodeBase64(body []byte, limit int) (_ []byte, ok bool) {
	out := make([]byte, base64.StdEncoding.DecodedLen(len(body)))
	if n, err := base64.StdEncoding.Decode(out, body); err == nil {
		return out[:n], true
	}
	ok, out = true, out[:0]
	var bits uint32
	have := 0
	for _, c := range body {
		v := base64Bits[c]
		switch {
		case v != 0xff:
			bits, have = bits<<6|uint32(v), have+1
			if have == 4 {
				out = append(out, byte(bits>>16&0xff), byte(bits>>8&0xff), byte(bits&0xff))
				bits, have = 0, 0
			}
		case c == '=':
			out = flushBits(out, bits, have)
			bits, have = 0, 0
		case c != '\r' && c != '\n' && c != ' ' && c != '\t':
			ok = false
		}
		if len(out) > limit {
			return out, ok
		}
	}
	return flushBits(out, bits, have), ok && have == 0
}

// flushBits writes the whole bytes of a quantum that was cut short.
func flushBits(out []byte, bits uint32, have int) []byte {
	switch have {
	case 2:
		return append(out, byte(bits>>4&0xff))
	case 3:
		return append(out, byte(bits>>10&0xff), byte(bits>>2&0xff))
	}
	return out
}

// decodeQuoted undoes quoted-printable (RFC 2045 §6.7). An "=" that begins
// neither a triple nor a soft line break stands for itself.
func decodeQuoted(body []byte, limit int) (_ []byte, ok bool) {
	ok = true
	out := make([]byte, 0, min(len(body), limit+1024))
	for len(body) > 0 && len(out) <= limit {
		end := lineEnd(body, 0)
		line := trimEOL(body[:end])
		eol := body[len(line):end]
		body = body[end:]
		for n := len(line); n > 0 && (line[n-1] == ' ' || line[n-1] == '\t'); n-- {
			line = line[:n-1]
		}
		if bytes.HasSuffix(line, []byte("=")) {
			line, eol = line[:len(line)-1], nil
		}
		for {
			i := bytes.IndexByte(line, '=')
			if i < 0 {
				break
			}
			out = append(out, line[:i]...)
			if i+2 < len(line) && isHex(line[i+1]) && isHex(line[i+2]) {
				out = append(out, unhex(line[i+1])<<4|unhex(line[i+2]))
				line = line[i+3:]
				continue
			}
			ok = false
			out = append(out, '=')
			line = line[i+1:]
		}
		out = append(out, line...)
		out = append(out, eol...)
	}
	return out, ok
}
