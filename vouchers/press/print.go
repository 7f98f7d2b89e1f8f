package press

import (
	"strconv"
	"time"

	"mtandao/internal/words"
	"mtandao/vouchers/sheets"
)

// States of a print.
const (
	Making    = "making"
	Ready     = "ready"
	Cancelled = "cancelled"
	Failed    = "failed"
	Gone      = "gone"
)

// Large is more vouchers than somebody waits for.
const Large = 2000

// Kept is how long a file can be had.
const Kept = 24 * time.Hour

// Print is many vouchers on paper. Wished are its batch, serials, layout, site and language.
type Print struct {
	ID, BatchID int64
	First, Last int
	Layout      string
	SiteID      int64
	Lang        words.Lang
	State       string
	Done        int    // the last serial that is on paper
	Reason      string // why it failed: the key of a fault
	By          string
	CreatedAt   time.Time
	ReadyAt     time.Time
	deedID      int64
	node        string // where its parts lie
	seenAt      time.Time
}

// Cards is how many vouchers it is about, and how many of them are on paper.
func (p Print) Cards() (made, all int) { return p.Done - p.First + 1, p.Last - p.First + 1 }

// Until is when its file is removed.
func (p Print) Until() time.Time { return p.ReadyAt.Add(Kept) }

// partCards is about how many cards a part has.
const partCards = 10_000

// part is some serials of a print.
type part struct{ number, first, last int }

// parts divides a print where sheets end, so that sheets are whole; a table is one part.
func (s *Service) parts(p Print, paper *sheets.Paper) (all []part) {
	most := max(s.partCards/paper.Cards(), 1) * paper.Cards()
	if paper.Table() {
		most = p.Last
	}
	for first := p.First; first <= p.Last; {
		last := min((first-1)/most*most+most, p.Last)
		all = append(all, part{len(all) + 1, first, last})
		first = last + 1
	}
	return all
}

func key(id int64) string { return strconv.FormatInt(id, 10) }
