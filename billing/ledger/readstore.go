package ledger

import (
	"context"

	"gorm.io/gorm"

	"mtandao/internal/db"
)

func (l *Ledger) whole(ctx context.Context, id int64) (w Whole, err error) {
	entries, err := assemble(l.db.Read(ctx), []int64{id})
	e, there := entries[id]
	if err == nil && !there {
		err = gorm.ErrRecordNotFound
	}
	if err != nil {
		return w, db.Fault(err)
	}
	var rows []struct {
		Day, Hash string
		Seq       int64
	}
	err = l.db.Read(ctx).Raw("SELECT e.day, COALESCE(k.seq, 0) AS seq, COALESCE(k.hash, '') AS hash FROM ledger_entries e LEFT JOIN ledger_links k ON k.entry_id = e.id WHERE e.id = ?", id).Scan(&rows).Error
	for _, r := range rows {
		w = Whole{Chained{r.Seq, e}, r.Day, r.Hash}
	}
	return w, db.Fault(err)
}

func (l *Ledger) entriesOf(ctx context.Context, ids []int64) (map[int64]Entry, error) {
	entries, err := assemble(l.db.Read(ctx), ids)
	return entries, db.Fault(err)
}

// byDay are the postings of an account in order of their days: MariaDB might begin with another index and sort.
func (l *Ledger) byDay() string {
	if l.db.Dialect() == db.MySQL {
		return " FROM ledger_postings FORCE INDEX (ledger_postings_day) WHERE account = ?"
	}
	return " FROM ledger_postings WHERE account = ?"
}

type placed struct {
	Place `gorm:"embedded"`
	Cents int64
}

func (l *Ledger) linesOf(ctx context.Context, account, from, to string, before Place, most int) (all []placed, err error) {
	query, args := "SELECT day, entry_id, n, cents"+l.byDay()+" AND day >= ? AND day <= ? AND cents <> 0", []any{account, from, min(to, before.orLast(to))}
	if before.EntryID != 0 {
		query, args = query+" AND (day < ? OR entry_id < ? OR entry_id = ? AND n < ?)", append(args, before.Day, before.EntryID, before.EntryID, before.N)
	}
	err = l.db.Read(ctx).Raw(query+" ORDER BY day DESC, entry_id DESC, n DESC LIMIT ?", append(args, most)...).Scan(&all).Error
	return all, db.Fault(err)
}

// orLast is the day of a place, or another where there is none.
func (p Place) orLast(day string) string {
	if p.EntryID == 0 {
		return day
	}
	return p.Day
}

func (l *Ledger) upto(ctx context.Context, account string, at Place) (cents int64, err error) {
	err = l.db.Read(ctx).Raw("SELECT COALESCE(SUM(cents), 0)"+l.byDay()+" AND day = ? AND entry_id <= ? AND (entry_id < ? OR n <= ?)", account, at.Day, at.EntryID, at.EntryID, at.N).Scan(&cents).Error
	return cents, db.Fault(err)
}

// lateIDs is how far behind the newest link an entry may lie that is not chained yet: an hour of ids, as internal/chain looks back.
const lateIDs = int64(60*60*1000) << 21

// notAmong are the entries that are not among the links up to a number. The first of them is looked for first: SQLite would begin with all days.
func (l *Ledger) notAmong(ctx context.Context, seq int64) (ids []int64, err error) {
	var heads []int64
	if err = l.db.Read(ctx).Raw("SELECT entry_id FROM ledger_links WHERE seq = ?", seq).Scan(&heads).Error; err != nil {
		return nil, db.Fault(err)
	}
	first := int64(0)
	for _, head := range heads {
		first = head - lateIDs
	}
	err = l.db.Read(ctx).Raw("SELECT e.id FROM ledger_entries e LEFT JOIN ledger_links k ON k.entry_id = e.id WHERE e.id > ? AND (k.seq IS NULL OR k.seq > ?)", first, seq).Scan(&ids).Error
	return ids, db.Fault(err)
}

func (l *Ledger) newest(ctx context.Context, from, to string, before Place, most int) (ids []int64, err error) {
	query, args := "SELECT id FROM ledger_entries WHERE day >= ? AND day <= ?", []any{from, min(to, before.orLast(to))}
	if before.EntryID != 0 {
		query, args = query+" AND (day < ? OR id < ?)", append(args, before.Day, before.EntryID)
	}
	err = l.db.Read(ctx).Raw(query+" ORDER BY day DESC, id DESC LIMIT ?", append(args, most)...).Scan(&ids).Error
	return ids, db.Fault(err)
}

func (l *Ledger) idsOfDay(ctx context.Context, day, account string, after int64, most int) (ids []int64, err error) {
	g := l.db.Read(ctx)
	if account == "" {
		err = g.Raw("SELECT id FROM ledger_entries WHERE day = ? AND id > ? ORDER BY id LIMIT ?", day, after, most).Scan(&ids).Error
	} else {
		err = g.Raw("SELECT DISTINCT entry_id"+l.byDay()+" AND day = ? AND entry_id > ? ORDER BY entry_id LIMIT ?", account, day, after, most).Scan(&ids).Error
	}
	return ids, db.Fault(err)
}
