package railbook

import (
	"cmp"
	"context"
	"io"
	"slices"
	"strconv"

	"mtandao/billing"
	"mtandao/billing/ledger"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/incoming"
)

// batch is how many lines are kept in one transaction.
const batch = 200

// By is who has a file read, and from where. Member is 0 for the command.
type By struct {
	Actor, From string
	Member      int64
}

// reading is one pass over a file.
type reading struct {
	*Service
	ctx     context.Context
	fileID  int64
	tillID  int64 // 0: the till that the statement is of
	by      By
	dry     bool
	book    book
	account *Account
	waiting []incoming.StatementLine
}

// Look tells what a statement holds and would do. tillID 0: of the till whose short code it names, or the only one. fault.Invalid "incoming.…", "statement.which_till",
// "statement.other_till".
func (s *Service) Look(ctx context.Context, in io.Reader, tillID int64) (*Account, error) {
	return s.read(in, &reading{Service: s, ctx: ctx, tillID: tillID, dry: true})
}

// Take keeps the lines of a statement, and has taken back what the rail took back. Faults of Look.
func (s *Service) Take(ctx context.Context, in io.Reader, tillID int64, by By) (*Account, error) {
	return s.read(in, &reading{Service: s, ctx: ctx, tillID: tillID, by: by})
}

func (s *Service) read(in io.Reader, r *reading) (*Account, error) {
	st, err := incoming.ReadMPesa(in, clock.Nairobi, incoming.StatementSink{Begin: r.begin, Line: r.line, Bad: r.bad})
	if err == nil {
		err = r.flush()
	}
	if err != nil {
		return nil, err
	}
	r.account.Read, r.account.Passed = st.Read, st.Passed
	if !r.dry {
		err = r.finish()
	}
	return r.account, err
}

// begin finds the till that a statement is of, or that the code pays out for.
func (r *reading) begin(shortCode string) error {
	tills, err := r.Money.Tills(r.ctx)
	if err != nil {
		return err
	}
	own, pays := booksOf(tills, shortCode)
	found := own
	if len(own) == 0 && len(pays) > 0 {
		found = pays
	}
	if r.tillID != 0 {
		found = slices.DeleteFunc(slices.Clone(found), func(b book) bool { return b.tillID != r.tillID })
	}
	switch {
	case len(found) == 0 && shortCode != "":
		return fault.New(fault.Invalid, "statement.other_till", "ShortCode", shortCode)
	case len(found) == 0 || len(found) > 1 && found[0].code == "":
		return fault.New(fault.Invalid, "statement.which_till")
	}
	if r.book = found[0]; r.book.code == "" {
		at := slices.IndexFunc(tills, func(t billing.Till) bool { return t.ID == r.book.tillID })
		shortCode = tills[at].ShortCode
	} else {
		r.book = pays[0] // whichever of its tills was named, so that it has one
	}
	r.account = newAccount(r.book, shortCode)
	return nil
}

// booksOf are the tills that a code may be, and those that it pays out for, the oldest first; without a code any till may be it.
func booksOf(tills []billing.Till, code string) (own, pays []book) {
	for _, t := range tills {
		if code == "" || slices.Contains([]string{t.ShortCode, t.PartyB, t.StoreNumber}, code) {
			own = append(own, book{tillID: t.ID})
		} else if t.PayoutCode == code {
			pays = append(pays, book{tillID: t.ID, code: code})
		}
	}
	slices.SortFunc(pays, func(a, b book) int { return cmp.Compare(a.tillID, b.tillID) })
	return own, pays
}

func (r *reading) bad(row int, why error) {
	if r.account.Wrong++; len(r.account.Bad) < mostBad {
		r.account.Bad = append(r.account.Bad, Bad{row, fault.Keep(why)})
	}
}

func (r *reading) line(l incoming.StatementLine) error {
	if r.waiting = append(r.waiting, l); len(r.waiting) < batch {
		return r.ctx.Err()
	}
	return r.flush()
}

// flush keeps what was read so far, or looks what of it is known.
func (r *reading) flush() error {
	lines := r.waiting
	r.waiting = nil
	if len(lines) == 0 {
		return nil
	}
	known, err := r.known(r.ctx, r.book, lines)
	if err != nil {
		return err
	}
	fresh := make([]bool, len(lines))
	for n, l := range lines {
		key := keyOf(l)
		fresh[n] = !known[key]
		known[key] = true // a file may tell a line twice
	}
	if !r.dry {
		if err := r.keep(lines, fresh); err != nil {
			return err
		}
	}
	for n, l := range lines {
		r.account.count(l, fresh[n])
		if !r.takesBack(l) {
			continue
		}
		if err := r.foresee(l, fresh[n]); err != nil {
			return err
		}
	}
	return nil
}

// foresee tells what becomes of a reversal. What is kept is taken back at the end of the reading: it may be of money further down.
func (r *reading) foresee(l incoming.StatementLine, fresh bool) (err error) {
	v := r.reversal(l)
	if r.dry && len(r.account.Found) < mostFound {
		if v, err = r.Money.Foresee(r.ctx, v); err != nil {
			return err
		}
	}
	r.account.find(l, v, !fresh)
	return nil
}

// takesBack: what goes back out of a code that pays out was never paid to a till.
func (r *reading) takesBack(l incoming.StatementLine) bool {
	return l.Kind == incoming.LineReversal && r.book.code == ""
}

func (r *reading) reversal(l incoming.StatementLine) billing.Reversal {
	return billing.Reversal{TillID: r.account.TillID, Code: l.Receipt, Receipt: l.Linked, Amount: l.Out, At: l.At, CameBy: billing.ReversedOnStatement, By: r.by.Actor, From: r.by.From, Member: r.by.Member}
}

// keep keeps the fresh ones of some lines, each reversal among them, and books each charge, in one transaction. Who reads the same file at once keeps the others.
func (r *reading) keep(lines []incoming.StatementLine, fresh []bool) error {
	kept := make([]bool, len(lines))
	err := r.DB.InTx(r.ctx, func(tx *db.Tx) error {
		var charges []ledger.Entry
		for n, l := range lines {
			if kept[n] = fresh[n]; !fresh[n] {
				continue
			}
			row, won, err := r.insertLine(tx, r.book, r.fileID, l)
			if err != nil {
				return err
			}
			if kept[n] = won; !won {
				continue
			}
			if row.charged() != 0 {
				charges = append(charges, r.chargeEntry(r.book, row))
			}
			if !r.takesBack(l) {
				continue
			}
			if _, _, err := r.Money.FindReversal(tx, r.reversal(l)); err != nil {
				return err
			}
		}
		if len(charges) == 0 {
			return nil
		}
		return r.Ledger.PostAll(tx, charges)
	})
	copy(fresh, kept)
	return err
}

// tell says of which time lines are kept now.
func (r *reading) tell() error {
	a := r.account
	if a.First.IsZero() {
		return nil
	}
	return r.DB.InTx(r.ctx, func(tx *db.Tx) error {
		return r.Jobs.Emit(tx, FactTold, strconv.FormatInt(a.TillID, 10), ToldFact{a.TillID, a.First, a.Last})
	})
}

// finish takes back now what a job would take back in a moment, and tells what became of it.
func (r *reading) finish() error {
	var codes []string
	for _, f := range r.account.Found {
		codes = append(codes, f.Code)
	}
	found, err := r.Money.ReversalsByCode(r.ctx, r.account.TillID, codes)
	if err != nil {
		return err
	}
	if err := r.tell(); err != nil {
		return err
	}
	for n := range r.account.Found {
		f := &r.account.Found[n]
		v, here := found[f.Code]
		if !here {
			continue
		}
		if v.State == billing.ReversalFound {
			if v, err = r.Money.TakeBack(r.ctx, v.ID); err != nil {
				return err
			}
		}
		f.State, f.Placed, f.ReceiptID, f.OrderID, f.HolderID, f.RefundID, f.Lost = v.State, v.Placed, v.ReceiptID, v.OrderID, v.HolderID, v.RefundID, v.Lost.Cents
	}
	return nil
}
