package scheduled

import (
	"context"
	"slices"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/notify"
	"mtandao/internal/staff"
)

// RecipientState says whether somebody gets a report.
type RecipientState string

// The states of a recipient.
const (
	Gets    RecipientState = "gets"
	Waits   RecipientState = "waits"   // an address from outside, until an owner confirms it
	Refuses RecipientState = "refuses" // they asked not to get it
)

// Recipient is one to whom a report goes: a member, or an address from outside.
type Recipient struct {
	ID       int64
	MemberID int64  // 0: from outside
	Address  string // of a member: empty, for it is theirs and may change
	State    RecipientState
	SaidBy   string // who confirmed the address
}

// key is what makes a recipient one and the same.
func (r Recipient) key() string {
	if r.MemberID != 0 {
		return "member:" + number(r.MemberID)
	}
	return r.Address
}

// mostRecipients bounds whom one report goes to.
const mostRecipients = 20

// named are the recipients that addresses name; fault.Invalid "scheduled.nobody", "scheduled.many", "scheduled.address" or "scheduled.may_not".
func (s *Service) named(ctx context.Context, r Report, sc Schedule, addresses []string) (all []Recipient, err error) {
	for _, typed := range addresses {
		one, err := s.nameOne(ctx, r, sc, typed)
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(all, func(o Recipient) bool { return o.key() == one.key() }) {
			all = append(all, one)
		}
	}
	switch {
	case len(all) == 0:
		return nil, fault.New(fault.Invalid, "scheduled.nobody")
	case len(all) > mostRecipients:
		return nil, fault.New(fault.Invalid, "scheduled.many", "Most", mostRecipients)
	}
	return all, nil
}

func (s *Service) nameOne(ctx context.Context, r Report, sc Schedule, typed string) (Recipient, error) {
	address, ok := notify.Mailbox(staff.Spell(typed))
	if !ok {
		return Recipient{}, fault.New(fault.Invalid, "scheduled.address", "Address", typed)
	}
	m, err := s.Members.MemberByEmail(ctx, address)
	switch {
	case fault.Is(err, fault.NotFound):
		return Recipient{Address: address, State: Waits}, nil
	case err != nil:
		return Recipient{}, err
	case !r.openTo(m, sc.Sites):
		return Recipient{}, fault.New(fault.Invalid, "scheduled.may_not", "Address", address)
	}
	return Recipient{MemberID: m.ID, State: Gets}, nil
}

// settle makes those of a schedule the ones that are wanted: who is there stays as they are, and who refuses is never forgotten.
func (s *Service) settle(tx *db.Tx, scheduleID int64, wanted []Recipient) (all []Recipient, err error) {
	there, err := s.recipientsTx(tx, scheduleID)
	if err != nil {
		return nil, err
	}
	for _, r := range there {
		at := slices.IndexFunc(wanted, func(w Recipient) bool { return w.key() == r.key() })
		switch {
		case at >= 0:
			wanted = slices.Delete(slices.Clone(wanted), at, at+1)
			all = append(all, r)
		case r.State == Refuses:
			all = append(all, r)
		default:
			if err := s.dropRecipient(tx, r.ID); err != nil {
				return nil, err
			}
		}
	}
	for _, w := range wanted {
		w.ID = tx.ID()
		if err := s.addRecipient(tx, scheduleID, w); err != nil {
			return nil, err
		}
		all = append(all, w)
	}
	return all, nil
}

// Confirm says that a report may go to an address from outside. Only an owner may: fault.Denied "denied"; fault.NotFound "scheduled.unknown".
func (s *Service) Confirm(ctx context.Context, by By, scheduleID, recipientID int64) error {
	if !by.Member.IsOwner() {
		return fault.New(fault.Denied, "denied")
	}
	sc, to, err := s.Get(ctx, by, scheduleID)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(to, func(r Recipient) bool { return r.ID == recipientID && r.MemberID == 0 }) {
		return unknown()
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		won, err := s.turn(tx, recipientID, Waits, Gets, by.Member.Email)
		if err != nil || !won { // it is confirmed, or they refuse
			return err
		}
		return s.record(tx, by.Member.Email, by.From, "report address confirmed", sc, to)
	})
}
