package safaricom

import (
	"log/slog"
	"net/http"
	"time"

	"mtandao/internal/clock"
)

// Kinds of merchant short code.
const (
	PayBill  = "paybill"
	BuyGoods = "buygoods"
)

// Merchant is one short code with its own Daraja app and operator.
type Merchant struct {
	Name                        string // what the payer reads in the prompt
	Type                        string // PayBill or BuyGoods
	ShortCode                   string // what C2B is registered with
	StoreNumber                 string // BuyGoods: the BusinessShortCode of a push; ShortCode when empty
	PartyB                      string // BuyGoods: the till that people pay; ShortCode when empty
	ConsumerKey, ConsumerSecret string
	Passkey                     string
	Initiator                   string
	InitiatorPassword           string
	InitiatorLocked             bool   // the operator is locked: result 8006
	NoReversal                  bool   // the operator has no role for reversals: result 21
	Payout                      string // the short code that pays out (B2C); "" for none
	PayoutFloat                 int64  // cents that it has to pay out
	Validation                  bool   // Safaricom has switched external validation on
}

func (m Merchant) business() string {
	if m.Type == BuyGoods && m.StoreNumber != "" {
		return m.StoreNumber
	}
	return m.ShortCode
}

func (m Merchant) payee() string {
	if m.Type == BuyGoods && m.PartyB != "" {
		return m.PartyB
	}
	return m.ShortCode
}

func (m Merchant) answersTo(code string) bool {
	return code != "" && (code == m.ShortCode || code == m.business() || code == m.payee())
}

// Delays are real time. The zero value is as fast as the machine; Lifelike is for people.
type Delays struct {
	Callback   time.Duration // from the answer to the push result
	Confirm    time.Duration // from the money moving to the C2B confirmation
	Status     time.Duration // from the question to the Transaction Status result
	Late       time.Duration // added by the fault "late"
	Gap        time.Duration // between the copies of a doubled or corrected message
	Hold       time.Duration // how long a reordered message waits for another to overtake it
	PromptLife time.Duration // 0 means 60 s
	Validation time.Duration // patience with the validation URL; 0 means 8 s
}

// Lifelike are the delays of a demonstration.
func Lifelike() Delays {
	return Delays{
		Callback: 1500 * time.Millisecond, Confirm: 2500 * time.Millisecond, Status: 2 * time.Second,
		Late: 90 * time.Second, Gap: 3 * time.Second, Hold: 20 * time.Second,
	}
}

// Options of a simulated Safaricom. Only Merchants must be given.
type Options struct {
	Clock      clock.Clock // stamps; the machine's when nil
	Log        *slog.Logger
	Merchants  []Merchant
	Client     *http.Client // carries callbacks; 10 s time-out when nil
	Seed       uint64       // ids, quirks and random faults
	Delays     Delays
	Production bool          // HTTPS callbacks on public hosts only, C2B registered once
	TokenLife  time.Duration // by Clock; 0 means 3599 s
	PerSecond  int           // calls per app and second before Spike Arrest; 0 means no limit
	Balance    int64         // cents on each person's account; 0 means KES 5,000
}

func (o Options) withDefaults() Options {
	if o.Clock == nil {
		o.Clock = clock.System()
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Client == nil {
		o.Client = &http.Client{Timeout: 10 * time.Second}
	}
	o.TokenLife = orElse(o.TokenLife, 3599*time.Second)
	o.Delays.PromptLife = orElse(o.Delays.PromptLife, 60*time.Second)
	o.Delays.Validation = orElse(o.Delays.Validation, 8*time.Second)
	o.Balance = orElse(o.Balance, 5_000_00)
	return o
}

func orElse[T comparable](v, fallback T) T {
	var zero T
	if v == zero {
		return fallback
	}
	return v
}
