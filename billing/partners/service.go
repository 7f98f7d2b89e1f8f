package partners

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"mtandao/billing/ledger"
	"mtandao/internal/audit"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/pin"
	"mtandao/internal/seal"
	"mtandao/internal/witness"
	"mtandao/internal/words"
)

// Sales tells what was sold at sites and what was given back of it, in cents. *billing.Service and *vouchers.Service satisfy it.
type Sales interface {
	SalesAt(ctx context.Context, sites []int64, from, to time.Time) (sold, back int64, err error)
}

// Doors are how partners sign in. *pin.Service satisfies it.
type Doors interface {
	Keep(tx *db.Tx, o pin.Owner, phone string, may bool) error
}

// Options are a Service's collaborators. Clock is the machine's.
type Options struct {
	DB     *db.DB
	Keys   *seal.Keys
	Clock  clock.Clock
	Ledger *ledger.Ledger
	Sales  []Sales
	Doors  Doors // nil: nobody signs in
}

// Service is what can be done with partners.
type Service struct {
	Options
	seen *witness.Witness
}

// New makes it.
func New(o Options) *Service {
	return &Service{Options: o, seen: witness.New(o.DB, o.Keys, "partners")}
}

// By is who does something, and from where.
type By struct{ Actor, From string }

const (
	purposePhone = "partner.phone"
	entryEvent   = "partner"
	mostDays     = 400 // shared in one run
	settles      = 15 * time.Minute
)

// Save makes a partner, whose share begins with that day, or changes one; days that were shared stay. Faults: fault.Invalid "partner.…",
// fault.Conflict "partner.phone_taken".
func (s *Service) Save(ctx context.Context, p Partner, by By) (Partner, error) {
	if p.State == "" {
		p.State = Active
	}
	if p.Lang == "" {
		p.Lang = words.English
	}
	p.Name = strings.TrimSpace(p.Name)
	if err := p.check(); err != nil {
		return p, err
	}
	what := "partner changed"
	err := s.DB.InTx(ctx, func(tx *db.Tx) error {
		if p.ID == 0 {
			what, p.ID, p.CreatedAt = "partner made", tx.ID(), s.Clock.Now()
			p.next = p.CreatedAt.In(clock.Nairobi).Format(time.DateOnly)
			if err := s.insert(tx, p); err != nil {
				return err
			}
		} else if err := s.update(tx, p); err != nil {
			return err
		}
		if s.Doors != nil {
			if err := s.Doors.Keep(tx, pin.Owner{Kind: "partner", ID: p.ID}, string(p.Phone), p.State == Active); err != nil {
				return err
			}
		}
		return s.record(tx, by, what, p.ID, map[string]any{"name": p.Name, "share": p.Percent(), "state": p.State, "sites": textOf(p.Sites)})
	})
	if db.IsDuplicate(err) {
		return p, fault.New(fault.Conflict, "partner.phone_taken")
	}
	if err != nil {
		return p, err
	}
	return s.Get(ctx, p.ID)
}

func (s *Service) record(tx *db.Tx, by By, action string, id int64, said map[string]any) error {
	body, err := json.Marshal(said)
	if err != nil {
		return err
	}
	return audit.Record(tx, s.Clock.Now(), audit.Event{Actor: by.Actor, From: by.From, Action: action, Object: "partner", ObjectID: strconv.FormatInt(id, 10), After: string(body)})
}

// Share counts the days that are over for every partner. Call it every few minutes on one node; run again it changes nothing.
func (s *Service) Share(ctx context.Context) error {
	last := s.Clock.Now().Add(-settles).In(clock.Nairobi).AddDate(0, 0, -1).Format(time.DateOnly)
	for after := int64(0); ; {
		page, err := s.after(ctx, after)
		if err != nil || len(page) == 0 {
			return err
		}
		for _, p := range page {
			for range mostDays {
				if p.next > last {
					break
				}
				if p, err = s.shareDay(ctx, p); err != nil {
					return err
				}
			}
			after = p.ID
		}
	}
}

// Today is what was sold today at a partner's sites, net, and the share of it, in cents; it is not due yet.
func (s *Service) Today(ctx context.Context, p Partner) (sold, share int64, err error) {
	now := s.Clock.Now().In(clock.Nairobi)
	from := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, clock.Nairobi)
	in, back, err := s.sales(ctx, p.Sites, from, from.AddDate(0, 0, 1))
	return in - back, shareOf(in-back, p.Share), err
}

func (s *Service) sales(ctx context.Context, sites []int64, from, to time.Time) (sold, back int64, err error) {
	for _, source := range s.Sales {
		in, out, err := source.SalesAt(ctx, sites, from.UTC(), to.UTC())
		if err != nil {
			return 0, 0, err
		}
		sold, back = sold+in, back+out
	}
	return sold, back, nil
}

// shareDay counts the next day of a partner; a closed one's counts nothing.
func (s *Service) shareDay(ctx context.Context, p Partner) (Partner, error) {
	from, err := time.ParseInLocation(time.DateOnly, p.next, clock.Nairobi)
	if err != nil {
		return p, err
	}
	e := Event{Kind: Shared, Request: "day:" + p.next, Day: p.next, Share: p.Share, By: "day's end"}
	if p.State == Active {
		if e.Sold, e.Back, err = s.sales(ctx, p.Sites, from, from.AddDate(0, 0, 1)); err != nil {
			return p, err
		}
		e.Delta = shareOf(e.Sold-e.Back, p.Share)
	}
	p.next = from.AddDate(0, 0, 1).Format(time.DateOnly)
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		now, err := s.lock(tx, p.ID)
		if err != nil || now.next != e.Day { // another runner has counted it
			return err
		}
		_, err = s.write(tx, now, e, p.next, ledger.PartnerShares)
		return err
	})
	if err != nil {
		return p, err
	}
	return s.Get(ctx, p.ID)
}

var requestForm = regexp.MustCompile(`^[0-9A-Za-z:-]{1,64}$`)

// PayOut records that a partner was paid what is due, or a part of it. The same request again is answered and not done. fault.Invalid "partner.amount",
// fault.Conflict "partner.more_than_due", or "partner.request" when the same request said something else.
func (s *Service) PayOut(ctx context.Context, request string, partnerID int64, amount money.Amount, how, note string, by By) (e Event, err error) {
	account := map[string]string{InCash: ledger.Cash, ByBank: ledger.Bank}[how]
	if amount.Cents <= 0 || account == "" || !requestForm.MatchString(request) {
		return e, fault.New(fault.Invalid, "partner.amount")
	}
	if utf8.RuneCountInString(note) > 200 || !printable(note) {
		return e, fault.New(fault.Invalid, "reseller.note")
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		p, err := s.lock(tx, partnerID)
		if err != nil {
			return err
		}
		first, found, err := s.byRequest(tx, partnerID, "pay:"+request)
		if e = first; err == nil && found && (first.Delta != -amount.Cents || first.How != how || first.Note != note) {
			err = fault.New(fault.Conflict, "partner.request")
		}
		if err != nil || found {
			return err
		}
		if p.Due.Cents < amount.Cents {
			return fault.New(fault.Conflict, "partner.more_than_due", "Due", p.Due)
		}
		e = Event{Kind: PaidOut, Request: "pay:" + request, Day: s.Clock.Now().In(clock.Nairobi).Format(time.DateOnly), Delta: -amount.Cents, How: how, Note: note, By: by.Actor}
		if e, err = s.write(tx, p, e, p.next, account); err != nil {
			return err
		}
		return s.record(tx, by, "partner paid", p.ID, map[string]any{"amount": amount.String(), "how": how})
	})
	return e, err
}

// write appends an event of a partner who is locked, and books it against an account.
func (s *Service) write(tx *db.Tx, p Partner, e Event, next, account string) (Event, error) {
	e.ID, e.PartnerID, e.Seq, e.Balance = tx.ID(), p.ID, p.seq+1, p.Due.Cents+e.Delta
	e.At = s.Clock.Now().UTC().Truncate(time.Millisecond)
	if err := s.move(tx, p, e, next); err != nil {
		return e, err
	}
	if err := s.insertEvent(tx, e); err != nil {
		return e, err
	}
	_, err := s.Ledger.Post(tx, ledger.Entry{Kind: entryEvent, Source: e.source(), At: e.At, Memo: e.Kind + " " + e.Day, Proof: e.proof(), Postings: []ledger.Posting{
		{Account: account, Amount: money.KES(e.Delta)}, {Account: ledger.PartnersDue, Party: party(p.ID), Amount: money.KES(-e.Delta)}}})
	return e, err
}

func party(id int64) string { return fmt.Sprintf("partner:%d", id) }

// Audit tells see what of partners is not in the books what it is in the tables.
func (s *Service) Audit(ctx context.Context, see func(what string)) error {
	var told []string
	for try := 0; try == 0 || try < 3 && len(told) > 0; try++ { // something may happen between the readings
		told = nil
		if err := s.auditAll(ctx, func(what string) { told = append(told, what) }); err != nil {
			return err
		}
	}
	for _, what := range told {
		see(what)
	}
	return nil
}

func (s *Service) auditAll(ctx context.Context, see func(what string)) error {
	said, err := s.Ledger.Proofs(ctx, []string{entryEvent}, "partner:", "partner;")
	if err != nil {
		return err
	}
	proofs := map[string]string{}
	for _, p := range said {
		proofs[p.Source] = p.Proof
	}
	for after := int64(0); ; {
		page, changed, err := s.counted(ctx, after)
		if err != nil {
			return err
		}
		for id, why := range changed {
			see(fmt.Sprintf("partner %d %s", id, why))
		}
		for _, p := range page {
			if err := s.audit(ctx, p, proofs, see); err != nil {
				return err
			}
			after = p.ID
		}
		if len(page) == 0 {
			break
		}
	}
	for source := range proofs {
		see("the books speak of event " + strings.TrimPrefix(source, "partner:") + " of a partner, and there is no such event")
	}
	strays, err := s.strays(ctx)
	for _, id := range strays {
		see(fmt.Sprintf("there are events of partner %d, who does not exist", id))
	}
	gone, e := s.seen.Gone(ctx)
	for _, id := range gone {
		see(fmt.Sprintf("partner %d is gone", id))
	}
	return errors.Join(err, e)
}

func (s *Service) audit(ctx context.Context, p Partner, proofs map[string]string, see func(what string)) error {
	var seq, balance int64
	for {
		page, err := s.Events(ctx, p.ID, "", "~", seq, auditPage)
		if err != nil {
			return err
		}
		for _, e := range page {
			seq++
			balance += e.Delta
			if e.Seq != seq || e.Balance != balance || proofs[e.source()] != e.proof() {
				see(fmt.Sprintf("event %d of partner %d is not what the books say, or does not follow from those before", e.ID, p.ID))
			}
			delete(proofs, e.source())
			seq = e.Seq
		}
		if len(page) < auditPage {
			break
		}
	}
	held, err := s.Ledger.Balance(ctx, ledger.PartnersDue, party(p.ID))
	if err == nil && (-held.Cents != p.Due.Cents || balance != p.Due.Cents || seq != p.seq) {
		see(fmt.Sprintf("to partner %d %d cents are due after %d events; the events say %d after %d, the books %d", p.ID, p.Due.Cents, p.seq, balance, seq, -held.Cents))
	}
	return err
}
