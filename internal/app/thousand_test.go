package app

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"

	"mtandao/billing"
	"mtandao/internal/db"
	"mtandao/internal/seal"
	"mtandao/internal/sim/safaricom"
	"mtandao/internal/testdb"
	"mtandao/radius/access"
)

// letter is a message to one of the program's addresses.
type letter struct{ path, body string }

// intercepted keeps what the rail sends, until it is let through.
type intercepted struct {
	mu      sync.Mutex
	open    bool
	letters map[string]letter // by the first part of the path
}

func (i *intercepted) plant(path string, body []byte) []byte {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.open {
		return body
	}
	i.letters[path[:6]] = letter{path, string(body)}
	return nil
}

// again doubles a message, often to the letter and often not quite: then the inbox takes it for a new one.
func again(l letter) func(int) letter {
	return func(n int) letter { return letter{l.path, l.body + strings.Repeat(" ", n%100)} }
}

// thousand are as many messages about one payment: the truth many times over, in both of the rail's ways of telling it,
// failures, wrong amounts, lies to addresses that were guessed, another prompt's result, and what is no message at all.
func (i *intercepted) thousand(random *rand.Rand) []letter {
	result, confirmation := i.letters["/in/p/"], i.letters["/in/c/"]
	failed := letter{result.path, strings.Replace(result.body, `"ResultCode":0`, `"ResultCode":1037`, 1)}
	kinds := []struct {
		share int
		make  func(n int) letter
	}{
		{300, again(result)}, {150, again(confirmation)}, {150, again(failed)},
		{100, func(int) letter { // another amount, under the true receipt
			return letter{result.path, amountOf.ReplaceAllString(result.body, "${1}1.00")}
		}},
		{100, func(n int) letter { // and under receipts that nobody gave
			return letter{result.path, pushReceipt.ReplaceAllString(amountOf.ReplaceAllString(result.body, "${1}1.00"), fmt.Sprintf("${1}LI%d$2", n%10))}
		}},
		{50, func(int) letter { return letter{"/in/p/" + seal.RandomHex(16), result.body} }},
		{50, func(int) letter { return letter{"/in/c/" + seal.RandomHex(16), confirmation.body} }},
		{50, func(int) letter {
			return letter{result.path, strings.Replace(result.body, `"CheckoutRequestID":"ws_CO_`, `"CheckoutRequestID":"ws_CO_9`, 1)}
		}},
		{50, func(n int) letter { return letter{result.path, result.body[:n%len(result.body)]} }},
	}
	var all []letter
	for _, k := range kinds {
		for range k.share {
			all = append(all, k.make(len(all)))
		}
	}
	random.Shuffle(len(all), func(a, b int) { all[a], all[b] = all[b], all[a] })
	return all
}

// TestAThousandCallbacksThroughTheDoor is "must be shown" 3: a thousand callbacks of one payment, fifty at a time, on HTTP.
func TestAThousandCallbacksThroughTheDoor(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) {
			caught := &intercepted{letters: map[string]letter{}}
			o := ScheduleOptions{Seed: 1, plant: caught.plant}
			if dialect == db.MySQL {
				o.DB = testdb.URL(t, dialect)
			}
			ctx := context.Background()
			w, err := openWorld(ctx, o, o.Seed)
			if err != nil {
				t.Fatal(err)
			}
			defer func() {
				if err := w.close(); err != nil {
					t.Error(err)
				}
			}()
			order := w.payOnce(t, ctx)
			letters := caught.thousand(rand.New(rand.NewPCG(1, 2)))
			if len(letters) != 1000 || caught.letters["/in/c/"].body == "" {
				t.Fatalf("%d messages of %v", len(letters), caught.letters)
			}
			caught.mu.Lock()
			caught.open = true
			caught.mu.Unlock()
			w.postAll(t, letters)
			if err := w.settle(ctx); err != nil {
				t.Fatal(err)
			}
			w.servedOnce(t, ctx, order)
		})
	}
}

// payOnce has somebody buy and pay; the rail's word is intercepted.
func (w *world) payOnce(t *testing.T, ctx context.Context) billing.Order {
	t.Helper()
	w.rail.FaultsFor(func(safaricom.Payment) safaricom.Faults { return safaricom.Faults{ConfirmPushes: true} })
	order, err := w.main.Billing.PlaceOrder(ctx, billing.OrderRequest{SiteID: w.sites[0].ID, PlanID: w.plans[0].ID, Phone: "0712345678",
		Place: access.Place{MAC: "02aabbccddee", IP: "10.5.50.7"}})
	if err == nil {
		err = w.settle(ctx)
	}
	prompts := w.rail.Prompts()
	if err != nil || len(prompts) != 1 {
		t.Fatal(len(prompts), err)
	}
	if err := w.rail.Answer(prompts[0].CheckoutID, safaricom.Answer{Act: safaricom.Approve}); err != nil {
		t.Fatal(err)
	}
	if err := w.settle(ctx); err != nil {
		t.Fatal(err)
	}
	return order
}

// postAll posts the messages fifty at a time; each must be answered as accepted.
func (w *world) postAll(t *testing.T, letters []letter) {
	t.Helper()
	next := make(chan letter)
	var all sync.WaitGroup
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 50}}
	defer client.CloseIdleConnections()
	for range 50 {
		all.Go(func() {
			for l := range next {
				answer, err := client.Post(w.main.Config.PublicURL+l.path, "application/json;charset=UTF-8", bytes.NewReader([]byte(l.body)))
				if err != nil {
					t.Error(err)
					continue
				}
				said, _ := io.ReadAll(answer.Body)
				_ = answer.Body.Close()
				if answer.StatusCode != http.StatusOK || !strings.Contains(string(said), `"ResultCode":0`) {
					t.Errorf("%s was answered %s %s", l.path[:6], answer.Status, said)
				}
			}
		})
	}
	for _, l := range letters {
		next <- l
	}
	close(next)
	all.Wait()
}

// servedOnce wants one credit to the books, one grant, and the order paid.
func (w *world) servedOnce(t *testing.T, ctx context.Context, order billing.Order) {
	t.Helper()
	for query, want := range map[string]int64{
		"SELECT COUNT(*) FROM receipts":                                               1,
		"SELECT COUNT(*) FROM ledger_entries WHERE kind = 'money in'":                 1,
		"SELECT COUNT(*) FROM ledger_postings WHERE cents <> 0":                       2, // "prompt found" may be told beside it, and moves nothing
		"SELECT COALESCE(SUM(cents), 0) FROM ledger_postings WHERE account = '1100'":  10_00,
		"SELECT COALESCE(-SUM(cents), 0) FROM ledger_postings WHERE account = '2100'": 10_00,
		"SELECT COALESCE(SUM(balance_cents), 0) FROM credits":                         0,
		"SELECT COUNT(*) FROM grants":                                                 1,
		"SELECT COUNT(*) FROM grant_sources":                                          1,
		"SELECT COUNT(*) FROM jobs WHERE state = 'parked'":                            0,
		"SELECT COUNT(*) FROM rail_inbox WHERE state IN ('new', 'failed')":            0,
	} {
		var got int64
		if err := w.main.DB.Read(ctx).Raw(query).Scan(&got).Error; err != nil || got != want {
			t.Errorf("%d, not %d: %s %v", got, want, query, err)
		}
	}
	v, err := w.main.Billing.ByToken(ctx, order.Token)
	moves := w.rail.Moves()
	if err != nil || v.Order.State != billing.OrderPaid || v.Payment.State != billing.PaymentPaid || len(moves) != 1 {
		t.Errorf("%d moves, %+v %v", len(moves), v, err)
	}
	var number string
	if err := w.main.DB.Read(ctx).Raw("SELECT receipt FROM receipts").Scan(&number).Error; err != nil || number != moves[0].Receipt {
		t.Errorf("receipt %q, not %q: %v", number, moves[0].Receipt, err)
	}
	verifyBooks(t, w.main)
}
