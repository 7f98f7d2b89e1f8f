package spool

import (
	"encoding/binary"
	"hash/crc32"
	"time"
)

// A frame is: CRC32C of all that follows, payload length, sequence number, arrival in Unix milliseconds, payload.
// Integers are big-endian.
const (
	headerBytes = 4 + 4 + 8 + 8
	maxPayload  = 16 << 20
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Record is what was appended. Seq grows, with gaps where a write failed; At is the time of arrival.
type Record struct {
	Seq     uint64
	At      time.Time
	Payload []byte
}

// newFrame copies the payload, so that its owner may reuse it; number completes the frame.
func newFrame(payload []byte, at time.Time) []byte {
	frame := make([]byte, headerBytes, headerBytes+len(payload))
	binary.BigEndian.PutUint32(frame[4:], uint32(len(payload)))
	binary.BigEndian.PutUint64(frame[16:], uint64(at.UnixMilli()))
	return append(frame, payload...)
}

func number(frame []byte, seq uint64) {
	binary.BigEndian.PutUint64(frame[8:], seq)
	binary.BigEndian.PutUint32(frame, crc32.Checksum(frame[4:], castagnoli))
}

// decode reads the frame at the start of data, provided its number lies above last and at most at limit.
func decode(data []byte, last, limit uint64) (Record, int, bool) {
	if len(data) < headerBytes {
		return Record{}, 0, false
	}
	length := int(binary.BigEndian.Uint32(data[4:]))
	seq := binary.BigEndian.Uint64(data[8:])
	if length > maxPayload || length > len(data)-headerBytes || seq <= last || seq > limit {
		return Record{}, 0, false
	}
	size := headerBytes + length
	if crc32.Checksum(data[4:size], castagnoli) != binary.BigEndian.Uint32(data) {
		return Record{}, 0, false
	}
	at := time.UnixMilli(int64(binary.BigEndian.Uint64(data[16:]))).UTC()
	return Record{Seq: seq, At: at, Payload: data[headerBytes:size:size]}, size, true
}

// next finds the first whole frame in data after the record numbered last. Bytes that no longer read are passed over
// (skipped), so that one bad sector does not hide the records behind it; their count bounds the numbers they can have held.
func next(data []byte, last uint64) (r Record, skipped, size int, ok bool) {
	for skipped = 0; skipped+headerBytes <= len(data); skipped++ {
		limit := last + 1 + uint64(skipped/headerBytes)
		if r, size, ok = decode(data[skipped:], last, limit); ok {
			return r, skipped, size, true
		}
	}
	return Record{}, len(data), 0, false
}
