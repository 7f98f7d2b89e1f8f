package billing

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"time"

	"mtandao/billing/ledger"
	"mtandao/billing/plans"
	"mtandao/billing/taxes"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/jobs"
	"mtandao/internal/seal"
	"mtandao/internal/settings"
	"mtandao/internal/site"
	"mtandao/internal/witness"
	"mtandao/radius/access"
)

// Grants is what billing needs of access: to give what was bought, to take it back, and to see it.
type Grants interface {
	Give(tx *db.Tx, o access.Offer) (access.Given, error)
	Withdraw(tx *db.Tx, src access.Source) error
	Revoke(tx *db.Tx, src, by access.Source) (lived bool, err error)
	Impound(tx *db.Tx, src, by access.Source) (lived bool, err error)
	Seize(tx *db.Tx, grantID int64) (bool, error)
	Charge(tx *db.Tx, grantID int64, by access.Source, used access.Gift) (taken access.Gift, err error)
	End(tx *db.Tx, grantID int64, cause access.Cause) (bool, error)
	View(ctx context.Context, grantID int64) (access.Grant, []access.Slot, access.Left, error)
}

// Pause says whether this is a restored copy that must not act yet: it pushes nothing, asks for no verdict and registers no
// address, but takes in what arrives.
type Pause interface{ Paused() bool }

// Sites finds sites: a closed one sells nothing.
type Sites interface {
	Get(id int64) (site.Site, site.Brand, error)
}

// Options are a Service's collaborators; Pause may be left empty.
type Options struct {
	DB        *db.DB
	Jobs      *jobs.Queue
	Keys      *seal.Keys
	Clock     clock.Clock // the machine's clock: money is never on a demo's fast clock
	Log       *slog.Logger
	Ledger    *ledger.Ledger
	Plans     *plans.Service
	Sites     Sites
	Grants    Grants
	Gateway   Gateway
	Settings  *settings.Store
	Messages  Messages // codes to phones
	Pause     Pause
	Approvals Approvals // who may decide a refund
	Taxes     Taxes     // the rates by which orders are taxed; nil: there are none
	PublicURL string    // where the rails reach us, without a final slash; "" when they cannot
}

// Taxes are the rates.
type Taxes interface {
	All(ctx context.Context) (taxes.Rates, error)
}

// Approvals tell who may decide what another asked for. *approval.Service satisfies it.
type Approvals interface {
	MayDecide(tx *db.Tx, sites []int64, askedBy, member int64, proven bool) (alone bool, err error)
}

// Service is billing's use cases.
type Service struct {
	Options
	floats      Floats                                           // nil: nobody has one
	owes        map[string]Owes                                  // by kind
	accounts    Accounts                                         // nil: there are no customers
	stillWanted func(ctx context.Context, o Order) (bool, error) // nil: what was ordered is
	graces      *witness.Witness
}

// The facts billing emits. Key is the payment's id, or the claim's.
const (
	factOrderPlaced    = "order placed"
	factPaymentSending = "payment sending"
	factPaymentDoubted = "payment doubted"
	factReceiptTyped   = "receipt typed"
	factMessageFailed  = "message failed"
	factReversalFound  = "reversal found"
)

// New makes the service and subscribes its jobs.
func New(o Options) *Service {
	s := &Service{Options: o, graces: witness.New(o.DB, o.Keys, "graces"), owes: map[string]Owes{}}
	s.owes[OfRefund] = refunds{s}
	o.Jobs.On(factOrderPlaced, "push", s.push)
	o.Jobs.On(factPaymentSending, "ask", s.ask)
	o.Jobs.On(factPaymentDoubted, "confirm", s.confirmDoubted)
	o.Jobs.On(factReceiptTyped, "look", s.lookForReceipt)
	o.Jobs.On(factMessageFailed, "again", s.again)
	o.Jobs.On(factSendBack, "send back", s.sendBack)
	o.Jobs.On(factSendingBack, "ask", s.askBack)
	o.Jobs.On(factReversalFound, "take back", s.takeBackFound)
	o.Jobs.On(access.GrantEnded, "recognise", s.recognise)
	o.Jobs.On(access.GrantUsedLate, "charge", s.usedLate)
	return s
}

// paymentFact is about a payment; Receipt is what its callback named, when that must be confirmed.
type paymentFact struct {
	PaymentID int64
	Receipt   string
}

type claimFact struct{ ClaimID int64 }

type messageFact struct{ MessageID int64 }

// ReversalFact is about a reversal.
type ReversalFact struct{ ReversalID int64 }

func id(n int64) string { return strconv.FormatInt(n, 10) }

// lookup is the keyed hash under which a value is stored and found. After a rotation of the key old rows keep old hashes:
// searches use lookups.
func (s *Service) lookup(purpose, value string) string { return s.Keys.Lookup(purpose, value) }

func (s *Service) lookups(purpose, value string) []string { return s.Keys.Lookups(purpose, value) }

// Purposes of sealed fields and keyed hashes.
const (
	purposePhone    = "billing.phone"
	purposeSHA      = "billing.phone_sha"
	purposeToken    = "billing.order_token"
	purposeOnce     = "billing.order_once"
	purposeCallback = "billing.callback"
	purposeTill     = "billing.till"
	purposeRail     = "billing.rail_token"
	purposeInbox    = "billing.inbox"
)

// pausedLook is how often what waits for the end of a pause looks again.
const pausedLook = 15 * time.Second

func (s *Service) paused() bool { return s.Pause != nil && s.Pause.Paused() }

func (s *Service) waitPaused() error {
	return jobs.Again(pausedLook, errors.New("this copy is paused"))
}
