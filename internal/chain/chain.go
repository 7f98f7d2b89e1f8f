package chain

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/db"
)

// Chain names the tables of one chain. Items has id and at; Links has seq, Item_id, previous and hash.
type Chain struct {
	DB    *db.DB
	Clock clock.Clock
	Ahead clock.Clock // items may be of this one's time, when it is later; nil: of Clock's
	Items string      // table of what is chained
	Links string      // table of links
	Item  string      // what an item is called: "event"
	// Contents reads the canonical text of items, as Content makes it; one that is gone is absent.
	Contents func(ctx context.Context, ids []int64) (map[int64]string, error)
}

// batch bounds one transaction of Extend; page one reading of Verify.
const (
	batch = 200
	page  = 500
)

// settleTime is how old an item must be before it is linked: transactions commit out of the order of their ids.
const settleTime = 2 * time.Second

// lookBack is how far behind the head an item may lie that was committed late: an hour of ids (21 bits below the
// milliseconds); a transaction is cut at ten seconds, the rest is for clocks that differ.
const lookBack = int64(time.Hour/time.Millisecond) << 21

type link struct {
	Seq      int64
	Item     int64
	Previous string
	Hash     string
}

// Content joins parts into a text that no other parts make: each is preceded by its length.
func Content(parts ...string) string {
	var b strings.Builder
	for _, p := range parts {
		fmt.Fprintf(&b, "%d:%s;", len(p), p)
	}
	return b.String()
}

func hash(previous string, seq int64, content string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s|%d|%s", previous, seq, content))
	return hex.EncodeToString(sum[:])
}

// Extend links the unchained items in order of their ids. One node runs it under a lease.
func (c *Chain) Extend(ctx context.Context) error {
	for {
		n, err := c.extendSome(ctx)
		if db.IsDuplicate(err) {
			return nil // another node is at it
		}
		if err != nil || n < batch {
			return err
		}
	}
}

func (c *Chain) extendSome(ctx context.Context) (int, error) {
	now := c.Clock.Now()
	if c.Ahead != nil {
		now = clock.Later(now, c.Ahead.Now())
	}
	ids, err := c.unchained(ctx, now.Add(-settleTime))
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	contents, err := c.Contents(ctx, ids)
	if err != nil {
		return 0, err
	}
	err = c.DB.InTx(ctx, func(tx *db.Tx) error {
		head, err := c.headTx(tx)
		if err != nil {
			return err
		}
		for _, id := range ids {
			next := link{Seq: head.Seq + 1, Item: id, Previous: head.Hash, Hash: hash(head.Hash, head.Seq+1, contents[id])}
			if err := c.insert(tx, next); err != nil {
				return err
			}
			head = next
		}
		return nil
	})
	return len(ids), err
}

// Head is the newest link: its number and hash, to be kept outside the database.
func (c *Chain) Head(ctx context.Context) (seq int64, hash string, err error) {
	h, err := c.head(ctx)
	return h.Seq, h.Hash, err
}

// HashAt is the hash of a link; empty when there is no such link.
func (c *Chain) HashAt(ctx context.Context, seq int64) (string, error) { return c.hashAt(ctx, seq) }
