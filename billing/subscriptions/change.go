package subscriptions

import (
	"context"
	"slices"
	"time"

	"mtandao/billing/plans"
	"mtandao/billing/taxes"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
)

// Pause stops the clock from an instant on; zero is now. fault.Conflict "subscription.paused".
func (s *Service) Pause(ctx context.Context, id int64, at time.Time, reason string, by By) (Subscription, error) {
	return s.dated(ctx, id, at, by, PausedIt, Said{Reason: reason})
}

// PauseIn is Pause, now, inside a transaction.
func (s *Service) PauseIn(tx *db.Tx, id int64, reason string, by By) (Subscription, error) {
	return s.changeIn(tx, id, by, dated(PausedIt, time.Time{}, Said{Reason: reason}))
}

// Resume starts it again: what was left at the pause is left now. fault.Conflict "subscription.not_paused".
func (s *Service) Resume(ctx context.Context, id int64, at time.Time, by By) (sub Subscription, err error) {
	if sub, err = s.dated(ctx, id, at, by, Resumed, Said{}); err != nil || sub.State.Status != Active {
		return sub, err
	}
	return sub, s.DB.InTx(ctx, func(tx *db.Tx) error {
		sub, err = s.caughtUp(tx, id)
		return err
	})
}

// ResumeIn is Resume, now, inside a transaction.
func (s *Service) ResumeIn(tx *db.Tx, id int64, by By) (Subscription, error) {
	if sub, err := s.changeIn(tx, id, by, dated(Resumed, time.Time{}, Said{})); err != nil || sub.State.Status != Active {
		return sub, err
	}
	return s.caughtUp(tx, id)
}

// caughtUp renews a line that was resumed: money may have come meanwhile.
func (s *Service) caughtUp(tx *db.Tx, id int64) (Subscription, error) {
	sub, err := s.lockWithCredit(tx, id)
	if err != nil {
		return sub, err
	}
	return s.renewOne(tx, sub, false, false)
}

// dated records an event of an instant; one that lies further back than the beginning of the line is refused by Replay.
func (s *Service) dated(ctx context.Context, id int64, at time.Time, by By, kind Kind, said Said) (Subscription, error) {
	return s.change(ctx, id, by, dated(kind, at, said))
}

// dated makes an event of an instant; zero is now.
func dated(kind Kind, at time.Time, said Said) func(*db.Tx, Subscription) (draft, error) {
	return func(*db.Tx, Subscription) (draft, error) {
		return draft{Event: Event{Kind: kind, At: at, Said: said}}, nil
	}
}

// Move takes a line to another site, router or address of installation. A login and addresses stay.
func (s *Service) Move(ctx context.Context, id int64, to Place, by By) (Subscription, error) {
	return s.event(ctx, id, by, Moved, Said{Place: &to})
}

// ChangeLogin has the equipment known by another name, MAC or address; an empty secret keeps the name that it has.
func (s *Service) ChangeLogin(ctx context.Context, id int64, to Login, secret string, by By) (Subscription, error) {
	to.Name = spell(to)
	if err := to.check(); err != nil {
		return Subscription{}, err
	}
	return s.change(ctx, id, by, func(_ *db.Tx, sub Subscription) (draft, error) {
		was := sub.State.Login
		if to.Kind != ByMAC && secret == "" && (was.Name != to.Name || was.Kind == ByMAC) {
			return draft{}, fault.New(fault.Invalid, "subscription.secret")
		}
		return draft{Event: Event{Kind: LoginChanged, Said: Said{Login: &to}}, secret: secret}, nil
	})
}

// Bind gives a line a contract.
func (s *Service) Bind(ctx context.Context, id int64, c Contract, by By) (Subscription, error) {
	if !c.Until.After(s.Clock.Now()) || !c.sound() {
		return Subscription{}, fault.New(fault.Invalid, "subscription.contract")
	}
	return s.event(ctx, id, by, Contracted, Said{Contract: &c})
}

// HandOver notes equipment that goes with a line.
func (s *Service) HandOver(ctx context.Context, id int64, q Equipment, by By) (Subscription, error) {
	if q.Name == "" || len(q.Name) > 100 || q.Serial == "" || len(q.Serial) > 100 || len(q.MAC) > 40 {
		return Subscription{}, fault.New(fault.Invalid, "subscription.equipment_named")
	}
	return s.event(ctx, id, by, HandedOver, Said{Equipment: &q})
}

// HandBack notes that a loaned one came back. fault.Conflict "subscription.equipment".
func (s *Service) HandBack(ctx context.Context, id int64, serial string, by By) (Subscription, error) {
	return s.event(ctx, id, by, HandedBack, Said{Key: serial})
}

// AddOn gives a line an add-on. A pack, and the share of a recurring one for the rest of the period, are paid out of credit when the line is paid
// beforehand: fault.Conflict "subscription.credit", fault.Invalid "addon.unknown" or "addon.no_use".
func (s *Service) AddOn(ctx context.Context, id int64, key string, by By) (Subscription, error) {
	sold, err := s.Plans.AddOns(ctx)
	if err != nil {
		return Subscription{}, err
	}
	return s.change(ctx, id, by, func(tx *db.Tx, sub Subscription) (draft, error) {
		a, err := s.offered(tx, sub, sold, key)
		if err != nil {
			return draft{}, err
		}
		d := draft{Event: Event{Kind: AddOnTaken, Said: Said{AddOn: &a}}}
		if !sub.State.Prepaid() {
			return d, nil
		}
		cost, shares, tax, err := s.addOn(tx, sub, a)
		if err != nil {
			return d, err
		}
		d.Said.Shares, d.tax = shares, tax
		d.Said.Amount, d.moved = &cost, cost.Cents
		return d, s.take(tx, sub, cost, "addon", prepaid(sub, cost.Neg()))
	})
}

// GiveData gives a line data for this period that nobody pays for: a pack without a price. fault.Invalid "gift.nothing" or "gift.no_data".
func (s *Service) GiveData(tx *db.Tx, id, octets int64, reason string, by By) (Subscription, error) {
	if octets <= 0 {
		return Subscription{}, fault.New(fault.Invalid, "gift.nothing")
	}
	return s.changeIn(tx, id, by, func(*db.Tx, Subscription) (draft, error) {
		size := plans.Bytes(octets)
		return draft{Event: Event{Kind: AddOnTaken, Said: Said{AddOn: &plans.AddOn{NameEN: size, NameSW: size, Once: true, Bytes: octets}, Reason: reason}}}, nil
	})
}

// AddOns are those that a line may take.
func (s *Service) AddOns(ctx context.Context, sub Subscription) (may []plans.AddOn, err error) {
	all, err := s.Plans.AddOns(ctx)
	if err != nil {
		return nil, err
	}
	price, err := s.Plans.Price(ctx, sub.State.Sold.PriceID)
	for _, a := range all {
		if a.State == plans.Live && a.GoesWith(sub.State.Sold.PlanKey) && price.Uses(a) {
			may = append(may, a)
		}
	}
	return may, err
}

// offered is the add-on of a key that a line may take: fault.Invalid "addon.unknown", or "addon.no_use" where it would give nothing.
func (s *Service) offered(tx *db.Tx, sub Subscription, sold []plans.AddOn, key string) (a plans.AddOn, err error) {
	n := slices.IndexFunc(sold, func(a plans.AddOn) bool {
		return a.Key == key && a.State == plans.Live && a.GoesWith(sub.State.Sold.PlanKey)
	})
	if n < 0 {
		return a, fault.New(fault.Invalid, "addon.unknown", "Key", key)
	}
	price, err := s.Plans.PriceIn(tx, sub.State.Sold.PriceID)
	if err == nil && !price.Uses(sold[n]) {
		err = fault.New(fault.Invalid, "addon.no_use", "Name", sold[n].NameEN)
	}
	return sold[n], err
}

// PreviewAddOn works out what an add-on would cost now, and changes nothing; seen is the last event. fault.Invalid "addon.unknown" or "addon.no_use".
func (s *Service) PreviewAddOn(ctx context.Context, id int64, key string) (cost money.Amount, seen int64, err error) {
	sold, err := s.Plans.AddOns(ctx)
	if err != nil {
		return cost, 0, err
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		sub, err := oneIn(tx, id)
		if err != nil {
			return err
		}
		seen = sub.Seq
		if sub, err = s.now(tx, sub); err != nil {
			return err
		}
		a, err := s.offered(tx, sub, sold, key)
		if err != nil {
			return err
		}
		if cost = a.Price; sub.State.Prepaid() {
			cost, _, _, err = s.addOn(tx, sub, a)
		}
		return err
	})
	return cost, seen, err
}

// addOn is what an add-on costs a line that is paid beforehand, with the shares of what was paid already that it is for, and the tax in it.
func (s *Service) addOn(tx *db.Tx, sub Subscription, a plans.AddOn) (cost money.Amount, shares []Share, tax taxes.Tax, err error) {
	b, err := s.buyer(tx, sub.CustomerID)
	if err != nil {
		return cost, nil, tax, err
	}
	if cost, err = b.pays(a.Price, taxes.Internet); err != nil {
		return cost, nil, tax, err
	}
	if a.Once {
		tax, err = b.tax(cost.Cents, taxes.Internet)
		return cost, nil, tax, err
	}
	if shares, err = s.rest(b, sub.State, cost); err != nil {
		return cost, nil, tax, err
	}
	return sumOf(shares), shares, taxOf(shares), nil
}

// rest are the shares of an amount for a whole period that are left of those that were paid.
func (s *Service) rest(b buyer, state State, amount money.Amount) (shares []Share, err error) {
	now := s.Clock.Now()
	for _, span := range state.Ahead {
		cost := span.rest(amount, span.Days, state.clockAt(now), s.zone(state.Place.SiteID))
		one, err := b.share(span.EventID, cost.Cents, 0, taxes.Tax{})
		if err != nil {
			return nil, err
		}
		shares = append(shares, one)
	}
	return shares, nil
}

// DropAddOn ends an add-on; what was paid for it is not given back.
func (s *Service) DropAddOn(ctx context.Context, id int64, key string, by By) (Subscription, error) {
	return s.event(ctx, id, by, AddOnLeft, Said{Key: key})
}

// HandOverIn is HandOver in a transaction, of a line of a customer: fault.Invalid "equipment.line" when it is another's.
func (s *Service) HandOverIn(tx *db.Tx, id, customerID int64, q Equipment, by By) error {
	_, err := s.changeIn(tx, id, by, func(_ *db.Tx, sub Subscription) (draft, error) {
		if sub.CustomerID != customerID {
			return draft{}, fault.New(fault.Invalid, "equipment.line")
		}
		return draft{Event: Event{Kind: HandedOver, Said: Said{Equipment: &q}}}, nil
	})
	return err
}

// HandBackIn is HandBack in a transaction.
func (s *Service) HandBackIn(tx *db.Tx, id int64, serial string, by By) error {
	_, err := s.changeIn(tx, id, by, func(*db.Tx, Subscription) (draft, error) {
		return draft{Event: Event{Kind: HandedBack, Said: Said{Key: serial}}}, nil
	})
	return err
}
