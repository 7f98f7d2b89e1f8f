package backoffice

import (
	"strconv"
	"strings"

	"mtandao/billing/plans"
	"mtandao/billing/subscriptions"
	"mtandao/internal/fault"
	"mtandao/internal/fieldwork"
	"mtandao/internal/money"
)

func (b *Backoffice) pauseLine(q *request, id int64, by subscriptions.By) (sub subscriptions.Subscription, err error) {
	at, err := b.typedMoment(q, "at")
	if err != nil {
		return sub, err
	}
	return b.Lines.Pause(q.ctx, id, at, q.said("reason"), by)
}

func (b *Backoffice) resumeLine(q *request, id int64, by subscriptions.By) (sub subscriptions.Subscription, err error) {
	at, err := b.typedMoment(q, "at")
	if err != nil {
		return sub, err
	}
	return b.Lines.Resume(q.ctx, id, at, by)
}

func (b *Backoffice) extendLine(q *request, id int64, by subscriptions.By) (subscriptions.Subscription, error) {
	return b.Lines.Extend(q.ctx, id, by)
}

func (b *Backoffice) addToLine(q *request, id int64, by subscriptions.By) (subscriptions.Subscription, error) {
	return b.Lines.AddOn(q.ctx, id, q.said("addon"), by)
}

func (b *Backoffice) takeFromLine(q *request, id int64, by subscriptions.By) (subscriptions.Subscription, error) {
	return b.Lines.DropAddOn(q.ctx, id, q.said("addon"), by)
}

func (b *Backoffice) redeemForLine(q *request, id int64, by subscriptions.By) (subscriptions.Subscription, error) {
	return b.Lines.Redeem(q.ctx, id, q.said("code"), by)
}

func (b *Backoffice) discountLine(q *request, id int64, by subscriptions.By) (sub subscriptions.Subscription, err error) {
	amount, err := amountTyped(q.FormValue("amount"))
	if err != nil {
		return sub, err
	}
	percent, ok := hundredths(q.said("percent"))
	periods, _ := strconv.Atoi(q.said("periods"))
	if !ok || periods < 0 {
		return sub, fault.New(fault.Invalid, "discount.invalid")
	}
	return b.Lines.Discount(q.ctx, id, plans.Discount{Percent: percent, Amount: amount, Periods: periods}, q.said("reason"), by)
}

// hundredths reads "12.5" as 1,250.
func hundredths(typed string) (int64, bool) {
	typed = strings.TrimSpace(strings.TrimSuffix(typed, "%"))
	if typed == "" {
		return 0, true
	}
	a, err := money.Parse(typed, "")
	return a.Cents, err == nil
}

func (b *Backoffice) moveLine(q *request, id int64, by subscriptions.By) (sub subscriptions.Subscription, err error) {
	to, err := b.typedPlace(q)
	if err != nil {
		return sub, err
	}
	return b.Lines.Move(q.ctx, id, to, by)
}

func (b *Backoffice) renameLine(q *request, id int64, by subscriptions.By) (subscriptions.Subscription, error) {
	return b.Lines.ChangeLogin(q.ctx, id, q.typedLogin(), q.FormValue("secret"), by)
}

func (b *Backoffice) bindLine(q *request, id int64, by subscriptions.By) (sub subscriptions.Subscription, err error) {
	until, err := b.typedMoment(q, "until")
	if err != nil {
		return sub, err
	}
	fee, err := amountTyped(q.FormValue("fee"))
	if err != nil {
		return sub, err
	}
	return b.Lines.Bind(q.ctx, id, subscriptions.Contract{Until: until, Fee: fee}, by)
}

func (b *Backoffice) takeDeposit(q *request, id int64, by subscriptions.By) (sub subscriptions.Subscription, err error) {
	amount, err := amountTyped(q.FormValue("amount"))
	if err != nil {
		return sub, err
	}
	return b.Lines.TakeDeposit(q.ctx, id, amount, by)
}

func (b *Backoffice) returnDeposit(q *request, id int64, by subscriptions.By) (sub subscriptions.Subscription, err error) {
	amount, err := amountTyped(q.FormValue("amount"))
	if err != nil {
		return sub, err
	}
	return b.Lines.ReturnDeposit(q.ctx, id, amount, q.FormValue("kept") != "", q.said("reason"), by)
}

func (b *Backoffice) handOver(q *request, id int64, by subscriptions.By) (subscriptions.Subscription, error) {
	what := subscriptions.Equipment{Name: q.said("equipment"), Serial: q.said("serial"), MAC: q.said("mac"), Loaned: q.FormValue("loaned") != ""}
	return b.Lines.HandOver(q.ctx, id, what, by)
}

// handBack notes that something came back. What is in the register of equipment goes into the store there, which notes it on the line.
func (b *Backoffice) handBack(q *request, id int64, by subscriptions.By) (sub subscriptions.Subscription, err error) {
	thing, err := b.Stock.FindEquipment(q.ctx, q.said("serial"))
	if fault.Is(err, fault.NotFound) || err == nil && (thing.Where.LineID != id || thing.Where.Sold) {
		return b.Lines.HandBack(q.ctx, id, q.said("serial"), by)
	}
	if err == nil {
		err = b.Stock.MoveEquipment(q.ctx, fieldwork.Act{ID: thing.ID, Seen: thing.Version}, fieldwork.Where{Place: fieldwork.InStore}, q.fieldBy())
	}
	if err != nil {
		return sub, err
	}
	return b.Lines.Get(q.ctx, id)
}

func (b *Backoffice) repriceLine(q *request, id int64, by subscriptions.By) (subscriptions.Subscription, error) {
	return b.Lines.Reprice(q.ctx, id, by)
}
