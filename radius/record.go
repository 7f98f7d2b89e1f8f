package radius

import (
	"encoding/binary"
	"errors"
	"time"
)

// record is one accounting packet as the spool keeps it: the octets, and what only the moment of arrival knew.
type record struct {
	RouterID int64
	At       time.Time // arrival, on the plan clock
	Node     string
	Raw      []byte
}

const (
	recordVersion = 1
	recordHeader  = 1 + 8 + 8 + 1
	longestNode   = 255
)

var errRecord = errors.New("not an accounting record")

func (r record) encode() []byte {
	node := r.Node[:min(len(r.Node), longestNode)]
	b := make([]byte, 0, recordHeader+len(node)+len(r.Raw))
	b = append(b, recordVersion)
	b = binary.BigEndian.AppendUint64(b, uint64(r.RouterID))
	b = binary.BigEndian.AppendUint64(b, uint64(r.At.UnixMilli()))
	b = append(b, byte(len(node)))
	return append(append(b, node...), r.Raw...)
}

func decodeRecord(b []byte) (record, error) {
	if len(b) < recordHeader || b[0] != recordVersion {
		return record{}, errRecord
	}
	r := record{
		RouterID: int64(binary.BigEndian.Uint64(b[1:])),
		At:       time.UnixMilli(int64(binary.BigEndian.Uint64(b[9:]))).UTC(),
	}
	node, rest := int(b[17]), b[recordHeader:]
	if len(rest) < node {
		return record{}, errRecord
	}
	r.Node, r.Raw = string(rest[:node]), rest[node:]
	return r, nil
}
