package backoffice

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"mtandao/billing"
	"mtandao/billing/customers"
	"mtandao/internal/fault"
	"mtandao/internal/staff"
	"mtandao/radius/access"
)

// Deeds are what members change on money and access. Each is one transaction with its trace in the trail.
type Deeds interface {
	MatchAccount(ctx context.Context, who staff.Member, by staff.By, receiptID int64, to customers.Customer) error
	Match(ctx context.Context, who staff.Member, by staff.By, m billing.Matching) (billing.Outcome, error)
	Unmatch(ctx context.Context, who staff.Member, by staff.By, receiptID int64) error
	AskNow(ctx context.Context, who staff.Member, by staff.By, orderID int64) (said string, err error)
	ServeFromCredit(ctx context.Context, who staff.Member, by staff.By, orderID int64) error
	PromptAgain(ctx context.Context, who staff.Member, by staff.By, orderID int64) (billing.Order, error)
	PutOnline(ctx context.Context, who staff.Member, by staff.By, grantID int64) error
	Move(ctx context.Context, who staff.Member, by staff.By, grantID int64, slot int, mac access.MAC) error
	Resume(ctx context.Context, who staff.Member, by staff.By, grantID int64) (bool, error)
	LastGift(ctx context.Context, grantID int64) (eventID int64, err error)
	Extend(ctx context.Context, who staff.Member, by staff.By, grantID int64, more access.Gift, reason string, seen int64) (access.Given, error)
	Disconnect(ctx context.Context, who staff.Member, by staff.By, grantID int64) (sessions int, err error)
	AskRefund(ctx context.Context, who staff.Member, by staff.By, f billing.Refund) (billing.Refund, error)
	DecideRefund(ctx context.Context, who staff.Member, by staff.By, refundID int64, approve, proven bool) (billing.Refund, error)
	CancelRefund(ctx context.Context, who staff.Member, by staff.By, refundID int64) (billing.Refund, error)
	SendRefund(ctx context.Context, who staff.Member, by staff.By, refundID int64) (billing.Refund, error)
	RefundStays(ctx context.Context, who staff.Member, by staff.By, refundID int64) (billing.Refund, error)
	CorrectRefund(ctx context.Context, who staff.Member, by staff.By, refundID int64, reference string) (billing.Refund, error)
	PayRefund(ctx context.Context, who staff.Member, by staff.By, refundID int64, how, reference string) (billing.Refund, error)
}

// Money is what the pages read of money. *billing.Service satisfies it.
type Money interface {
	Suspense(ctx context.Context, tills []int64, before int64, limit int) ([]billing.Receipt, error)
	Suggest(ctx context.Context, r billing.Receipt) ([]billing.Suggestion, error)
	SuggestCustomers(ctx context.Context, r billing.Receipt) ([]customers.Customer, error)
	Matched(ctx context.Context, receiptID int64) (bool, error)
	ReceiptByID(ctx context.Context, id int64) (billing.Receipt, error)
	ReceiptsOfCustomer(ctx context.Context, customerID, before int64, limit int) ([]billing.Receipt, error)
	OrderMoney(ctx context.Context, orderID int64) (billing.Money, error)
	OrdersOfGrant(ctx context.Context, grantID int64) ([]billing.Order, error)
	RefundByID(ctx context.Context, refundID int64) (billing.Refund, error)
	RefundsOf(ctx context.Context, receiptID int64) ([]billing.Refund, error)
	SendBacks(ctx context.Context, of billing.Of) ([]billing.SendBack, error)
	ReversalsOf(ctx context.Context, receiptID int64) ([]billing.Reversal, error)
	OpenRefunds(ctx context.Context, state billing.RefundState, sites []int64) ([]billing.Refund, error)
	Tills(ctx context.Context) ([]billing.Till, error)
}

// refusal tells the fault of a deed on the next page; trouble of ours is an error.
func (q *request) refusal(err error, to string) error {
	switch fault.KindOf(err) {
	case fault.Conflict, fault.Invalid:
		q.tellFault(err)
		return led(to)
	}
	return err
}

// tellFault leaves the sentence of a fault for the next page.
func (q *request) tellFault(err error) {
	var args []string
	if f, ok := errors.AsType[*fault.Error](err); ok {
		for name, value := range f.Args {
			args = append(args, name, fmt.Sprint(value))
		}
	}
	q.tell("bad", fault.KeyOf(err), "", args...)
}

// hiddenUnlessOurs: what is not there, or not in somebody's scope (no error), does not exist; trouble of ours is told.
func hiddenUnlessOurs(err error) error {
	if err == nil {
		return notHere()
	}
	return hidden(err)
}

// idIn reads the id that a form carries; 0 for what is none.
func idIn(typed string) int64 {
	id, err := strconv.ParseInt(typed, 10, 64)
	if err != nil {
		return 0
	}
	return id
}
