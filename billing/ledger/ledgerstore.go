package ledger

import (
	"context"
	"time"

	"gorm.io/gorm"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/money"
)

type entryRow struct {
	ID       int64
	Kind     string
	Source   string
	Memo     string
	At       time.Time
	Day      string
	Currency string
	Content  string
	Proof    string
}

func (entryRow) TableName() string { return "ledger_entries" }

type postingRow struct {
	EntryID int64 `gorm:"primaryKey;autoIncrement:false"`
	N       int   `gorm:"primaryKey;autoIncrement:false"`
	Account string
	Party   string
	Cents   int64
	Day     string // of the entry: an account is read by its days
}

func (postingRow) TableName() string { return "ledger_postings" }

func (l *Ledger) bySource(tx *db.Tx, kind, source string) (r entryRow, err error) {
	err = tx.Gorm().Where("kind = ? AND source = ?", kind, source).Take(&r).Error
	return r, db.Fault(err)
}

// Moved is what the entry of a cause moved in an account, in cents; nothing when there is none.
func (l *Ledger) Moved(tx *db.Tx, kind, source, account string) (cents int64, err error) {
	err = tx.Gorm().Raw("SELECT COALESCE(SUM(p.cents), 0) FROM ledger_entries e JOIN ledger_postings p ON p.entry_id = e.id WHERE e.kind = ? AND e.source = ? AND p.account = ?",
		kind, source, account).Scan(&cents).Error
	return cents, db.Fault(err)
}

func (l *Ledger) insert(tx *db.Tx, e Entry, currency string) error {
	return l.insertAll(tx, []Entry{e}, []string{currency})
}

func (l *Ledger) insertAll(tx *db.Tx, entries []Entry, currencies []string) error {
	rows, postings := make([]entryRow, len(entries)), []postingRow(nil)
	for i, e := range entries {
		rows[i] = entryRow{ID: e.ID, Kind: e.Kind, Source: e.Source, Memo: e.Memo, At: e.At,
			Day: e.At.In(clock.Nairobi).Format(time.DateOnly), Currency: currencies[i], Content: e.digest(), Proof: e.Proof}
		for n, p := range e.Postings {
			postings = append(postings, postingRow{EntryID: e.ID, N: n, Account: p.Account, Party: p.Party, Cents: p.Amount.Cents, Day: rows[i].Day})
		}
	}
	for some := range db.Pieces(rows) {
		if err := tx.Gorm().Create(&some).Error; err != nil {
			return db.Fault(err)
		}
	}
	for some := range db.Pieces(postings) {
		if err := tx.Gorm().Create(&some).Error; err != nil {
			return db.Fault(err)
		}
	}
	return nil
}

func (l *Ledger) entry(tx *db.Tx, id int64) (Entry, error) {
	entries, err := assemble(tx.Gorm(), []int64{id})
	if err == nil && len(entries) == 0 {
		err = gorm.ErrRecordNotFound
	}
	return entries[id], db.Fault(err)
}

// assemble reads entries with their postings.
func assemble(g *gorm.DB, ids []int64) (map[int64]Entry, error) {
	var rows []entryRow
	if err := g.Where("id IN ?", ids).Find(&rows).Error; err != nil {
		return nil, err
	}
	return withPostings(g, rows)
}

func withPostings(g *gorm.DB, rows []entryRow) (map[int64]Entry, error) {
	entries := make(map[int64]Entry, len(rows))
	ids := make([]int64, len(rows))
	currency := map[int64]string{}
	for i, r := range rows {
		ids[i], currency[r.ID] = r.ID, r.Currency
		entries[r.ID] = Entry{ID: r.ID, Kind: r.Kind, Source: r.Source, Memo: r.Memo, At: r.At.UTC(), Proof: r.Proof}
	}
	var postings []postingRow
	if err := g.Session(&gorm.Session{NewDB: true}).Where("entry_id IN ?", ids).Order("entry_id, n").Find(&postings).Error; err != nil {
		return nil, err
	}
	for _, p := range postings {
		e := entries[p.EntryID]
		e.Postings = append(e.Postings, Posting{Account: p.Account, Party: p.Party, Amount: money.Amount{Cents: p.Cents, Currency: currency[p.EntryID]}})
		entries[p.EntryID] = e
	}
	return entries, nil
}

// contents are the canonical texts of entries, for the chain.
func (l *Ledger) contents(ctx context.Context, ids []int64) (map[int64]string, error) {
	entries, err := assemble(l.db.Read(ctx), ids)
	contents := make(map[int64]string, len(entries))
	for id, e := range entries {
		contents[id] = e.content()
	}
	return contents, db.Fault(err)
}

func (l *Ledger) sum(ctx context.Context, account, party string) (int64, error) {
	q := l.db.Read(ctx).Model(&postingRow{}).Where("account = ?", account)
	if party != "" {
		q = q.Where("party = ?", party)
	}
	var cents *int64
	if err := q.Select("SUM(cents)").Scan(&cents).Error; err != nil || cents == nil {
		return 0, db.Fault(err)
	}
	return *cents, nil
}

// Posted is what entries of a kind moved on an account, by the source of each that there is.
func (l *Ledger) Posted(ctx context.Context, kind, account string, sources []string) (map[string]int64, error) {
	posted := map[string]int64{}
	for some := range db.Pieces(sources) {
		var rows []entryRow
		if err := l.db.Read(ctx).Where("kind = ? AND source IN ?", kind, some).Limit(len(some)).Find(&rows).Error; err != nil {
			return nil, db.Fault(err)
		}
		entries, err := withPostings(l.db.Read(ctx), rows) // by their key: an account has as many postings as there was ever money
		if err != nil {
			return nil, db.Fault(err)
		}
		for _, e := range entries {
			for _, p := range e.Postings {
				if p.Account == account {
					posted[e.Source] += p.Amount.Cents
				}
			}
		}
	}
	return posted, nil
}

// pageRow is an entry as the proof sees it.
type pageRow struct {
	entry                  Entry
	content, currency, day string
	gaps                   bool
}

// Bounds of one reading of the proof.
const (
	verifyPage  = 500
	mostOrphans = 100
)

func (l *Ledger) page(ctx context.Context, after int64) ([]pageRow, error) {
	g := l.db.Read(ctx)
	var rows []entryRow
	if err := g.Where("id > ?", after).Order("id").Limit(verifyPage).Find(&rows).Error; err != nil || len(rows) == 0 {
		return nil, db.Fault(err)
	}
	entries, err := withPostings(g, rows)
	if err != nil {
		return nil, db.Fault(err)
	}
	gaps, err := l.gaps(ctx, rows[0].ID, rows[len(rows)-1].ID)
	page := make([]pageRow, len(rows))
	for i, r := range rows {
		page[i] = pageRow{entry: entries[r.ID], content: r.Content, currency: r.Currency, day: r.Day, gaps: gaps[r.ID]}
	}
	return page, err
}

// gaps finds entries of a range whose postings are not numbered from 0 on, or are of another day than the entry.
func (l *Ledger) gaps(ctx context.Context, first, last int64) (map[int64]bool, error) {
	var ids []int64
	err := l.db.Read(ctx).Raw("SELECT p.entry_id FROM ledger_postings p JOIN ledger_entries e ON e.id = p.entry_id WHERE p.entry_id BETWEEN ? AND ? GROUP BY p.entry_id"+
		" HAVING MIN(p.n) <> 0 OR MAX(p.n) <> COUNT(*) - 1 OR SUM(CASE WHEN p.day <> e.day THEN 1 ELSE 0 END) > 0", first, last).Scan(&ids).Error
	found := map[int64]bool{}
	for _, id := range ids {
		found[id] = true
	}
	return found, db.Fault(err)
}

func (l *Ledger) orphanPostings(ctx context.Context) (ids []int64, err error) {
	err = l.db.Read(ctx).Model(&postingRow{}).Distinct("entry_id").
		Where("NOT EXISTS (SELECT 1 FROM ledger_entries WHERE ledger_entries.id = ledger_postings.entry_id)").Limit(mostOrphans).Pluck("entry_id", &ids).Error
	return ids, db.Fault(err)
}

// proofs lists the proofs of entries of these kinds whose source lies in [from, to), in order of their ids.
func (l *Ledger) proofs(ctx context.Context, kinds []string, from, to string) (rows []entryRow, err error) {
	err = l.db.Read(ctx).Select("id, source, proof").Where("kind IN ? AND source >= ? AND source < ?", kinds, from, to).Order("id").Find(&rows).Error
	return rows, db.Fault(err)
}

// ofParty begins with the party's own postings: MariaDB might begin with the entries of all those days.
func (l *Ledger) ofParty() string {
	from := " FROM ledger_postings p JOIN ledger_entries e"
	if l.db.Dialect() == db.MySQL {
		from = " FROM ledger_postings p FORCE INDEX (ledger_postings_account) STRAIGHT_JOIN ledger_entries e"
	}
	return from + " ON e.id = p.entry_id WHERE p.account IN ? AND p.party = ? AND "
}

// before sums what was posted for a party on days.
func (l *Ledger) before(ctx context.Context, party string, accounts []string, days, day string) (int64, error) {
	var cents *int64
	err := l.db.Read(ctx).Raw("SELECT SUM(p.cents)"+l.ofParty()+days, accounts, party, day).Scan(&cents).Error
	if err != nil || cents == nil {
		return 0, db.Fault(err)
	}
	return *cents, nil
}

func (l *Ledger) movements(ctx context.Context, party string, accounts []string, from, to string, after int64, limit int) ([]Movement, error) {
	var rows []struct {
		ID                      int64
		Kind, Source, Memo, Day string
		Cents                   int64
	}
	err := l.db.Read(ctx).Raw("SELECT e.id, e.kind, e.source, e.memo, e.day, SUM(p.cents) AS cents"+l.ofParty()+"e.day >= ? AND e.day <= ? AND e.id > ?"+
		" GROUP BY e.id, e.kind, e.source, e.memo, e.day HAVING SUM(p.cents) <> 0 ORDER BY e.id LIMIT ?", accounts, party, from, to, after, min(limit, MostMovements)).Scan(&rows).Error
	all := make([]Movement, len(rows))
	for i, r := range rows {
		all[i] = Movement{EntryID: r.ID, Kind: r.Kind, Source: r.Source, Memo: r.Memo, Day: r.Day, Amount: money.KES(r.Cents)}
	}
	return all, db.Fault(err)
}
