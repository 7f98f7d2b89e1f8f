package db

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"time"

	"mtandao/internal/fault"
)

// An id is 42 bits of milliseconds, 10 of node number, 11 of a counter: ordered by time within a node, made without a
// round trip. Numbers below leasedNodes are leased by running servers; commands draw one above.
const (
	counterBits = 11
	nodeBits    = 10
	leasedNodes = 512
	nodeLease   = 24 * time.Hour
)

func unleasedNode() int64 {
	var b [2]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	return leasedNodes + int64(binary.BigEndian.Uint16(b[:]))%leasedNodes
}

// ID makes a new id; when a millisecond's counter is used up it borrows from the next.
func (d *DB) ID() int64 {
	for {
		last := d.ids.Load()
		next := max(d.options.Clock.Now().UnixMilli()<<counterBits, last+1)
		if d.ids.CompareAndSwap(last, next) {
			ms, n := next>>counterBits, next&(1<<counterBits-1)
			return ms<<(nodeBits+counterBits) | d.node.Load()<<counterBits | n
		}
	}
}

// Node is this process's number: no other that runs has it.
func (d *DB) Node() int64 { return d.node.Load() }

// IDAt is the least id that is made at an instant: rows by id are rows by the time they were made.
func IDAt(at time.Time) int64 { return at.UnixMilli() << (nodeBits + counterBits) }

// LeaseNode takes a free node number for this server for 24 h; call it again within that time to keep it.
func (d *DB) LeaseNode(ctx context.Context, holder string) error {
	now := d.options.Clock.Now()
	if ok, err := d.takeNode(ctx, d.node.Load(), holder, now); ok || err != nil {
		return err
	}
	for n := range int64(leasedNodes) {
		if ok, err := d.takeNode(ctx, n, holder, now); ok || err != nil {
			return err
		}
	}
	return fault.New(fault.Unavailable, "db.no_node_number")
}

func (d *DB) takeNode(ctx context.Context, n int64, holder string, now time.Time) (bool, error) {
	if n >= leasedNodes {
		return false, nil
	}
	until := now.Add(nodeLease)
	var won bool
	err := d.InTx(ctx, func(tx *Tx) error {
		ok, err := Won(tx.Gorm().Exec("UPDATE nodes SET holder = ?, until = ? WHERE number = ? AND (holder = ? OR until < ?)",
			holder, until, n, holder, now))
		if ok || err != nil {
			won = ok
			return err
		}
		err = tx.Gorm().Exec("INSERT INTO nodes (number, holder, until) VALUES (?, ?, ?)", n, holder, until).Error
		if won = err == nil; IsDuplicate(err) {
			return nil
		}
		return err
	})
	if won && err == nil {
		d.node.Store(n)
	}
	return won, err
}

// NewHolder names this process in leases: random, so that a restart never takes its ghost for itself.
func NewHolder() string {
	var b [12]byte
	_, _ = rand.Read(b[:])
	return hex.EncodeToString(b[:])
}
