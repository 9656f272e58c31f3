package pebble

import (
	"encoding/binary"
	"time"
)

// The first byte of a key says what the record is. Numbers keep their meaning
// for ever.
//
//	00 text                      about the store itself
//	01-3f digest                 entity: record.Class, keyed hash -> record
//	40 digest                    sighting: hash of ID -> record.Mark, what it did
//	41 number, key of a sighting     log: what it was before -> mark; of records that are not written yet
//	50 time digest               journal: time, hash of ID -> sealed entry
//	51 digest                    journal: hash of ID -> time, when it was written
//	52 digest                    hash of a list of signal names -> that list
//	60 time digest               quarantine: time, hash of ID -> sealed rest of a held message
//	61 digest                    quarantine: hash of ID -> time, when it was written
//	62 digest attempt number     quarantine: hash of ID, attempt, number -> sealed piece of its bytes
//	63 digest attempt            quarantine: pieces of a message that is not held yet
const (
	metaPrefix         = 0x00
	entityPrefix       = 0x01
	entityEnd          = 0x40
	sightingPrefix     = 0x40
	logPrefix          = 0x41
	journalPrefix      = 0x50
	journalIndexPrefix = 0x51
	schemaPrefix       = 0x52
	heldPrefix         = 0x60
	heldIndexPrefix    = 0x61
	piecePrefix        = 0x62
	pendingPrefix      = 0x63
)

// formatKey holds the version of all this, and a proof of the site key.
var formatKey = []byte{metaPrefix, 'f', 'o', 'r', 'm', 'a', 't'}

// logKey is there while the log is not empty.
var logKey = []byte{metaPrefix, 'l', 'o', 'g'}

// format is what this engine writes. An older one is migrated, a newer one is
// refused.
const format = 1

// digestKey is the key of what is found by its keyed hash alone.
func digestKey(prefix byte, d digest) []byte {
	return append([]byte{prefix}, d[:]...)
}

// timeKey is the key of what is kept in the order of time.
func timeKey(prefix byte, at int64, d digest) []byte {
	return append(timePrefix(prefix, at), d[:]...)
}

// timePrefix sorts before all keys at this time, and after all earlier ones.
func timePrefix(prefix byte, at int64) []byte {
	return binary.BigEndian.AppendUint64([]byte{prefix}, uint64(at)^1<<63) //nolint:gosec // all bits count, the sign first
}

// nanos is t as a key has it; times that an int64 cannot count are moved to
// its ends.
func nanos(t time.Time) int64 {
	switch {
	case t.Year() < 1678:
		return -1 << 63
	case t.Year() > 2261:
		return 1<<63 - 1
	}
	return t.UnixNano()
}
