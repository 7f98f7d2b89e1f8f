package prompts

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"

	"mtandao/billing"
	"mtandao/internal/money"
)

// rail takes prompts and reads bodies that are billing's own types.
type rail struct {
	mu      sync.Mutex
	pushes  []billing.Push
	err     error                   // of a push
	verdict map[int]billing.Verdict // by the number of the push
	queries int
}

func (r *rail) Push(_ context.Context, _ billing.Till, p billing.Push) (billing.Pushed, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.pushes = append(r.pushes, p)
	if r.err != nil {
		return billing.Pushed{}, r.err
	}
	return billing.Pushed{MerchantRequestID: fmt.Sprint("m", len(r.pushes)), CheckoutRequestID: fmt.Sprint("c", len(r.pushes))}, nil
}

func (r *rail) QueryPush(_ context.Context, _ billing.Till, checkoutID string) (billing.Verdict, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.queries++
	var n int
	_, _ = fmt.Sscanf(checkoutID, "c%d", &n)
	if v, known := r.verdict[n-1]; known {
		return v, nil
	}
	return billing.Verdict{}, errors.New("no answer obtained")
}

func (r *rail) says(n int, v billing.Verdict) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.verdict == nil {
		r.verdict = map[int]billing.Verdict{}
	}
	r.verdict[n] = v
}

// queried fails unless the rail was asked so many times for a verdict since the last look.
func (p *provider) queried(what string, n int) {
	p.Helper()
	p.rail.mu.Lock()
	defer p.rail.mu.Unlock()
	if p.rail.queries != n {
		p.Errorf("%s: the rail was asked %d times, want %d", what, p.rail.queries, n)
	}
	p.rail.queries = 0
}

func (r *rail) AskStatus(context.Context, billing.Till, string, string, string) (string, error) {
	return "AG_1", nil
}

func (r *rail) RegisterURLs(context.Context, billing.Till, string, string) error { return nil }

func read[T any](body []byte) (v T, err error) { return v, json.Unmarshal(body, &v) }

func (r *rail) ReadPushResult(b []byte) (billing.PushResult, error) {
	return read[billing.PushResult](b)
}

func (r *rail) ReadConfirmation(b []byte) (billing.Confirmation, error) {
	return read[billing.Confirmation](b)
}

func (r *rail) SendBack(context.Context, billing.Till, billing.SendBackOrder) (string, string, error) {
	return "", "", errors.New("nothing goes back here")
}

func (r *rail) AskSentBack(context.Context, billing.Till, billing.SendBackOrder) error {
	return errors.New("nothing goes back here")
}

func (r *rail) ReadSentBack([]byte) (billing.StatusResult, error) {
	return billing.StatusResult{}, errors.New("nothing goes back here")
}

func (r *rail) ReadStatus(b []byte) (billing.StatusResult, error) {
	return read[billing.StatusResult](b)
}

// sent are the prompts so far.
func (r *rail) sent() []billing.Push {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]billing.Push(nil), r.pushes...)
}

var paid = billing.Verdict{State: billing.VerdictPaid, Code: "0"}

func failed(r billing.Reason) billing.Verdict {
	return billing.Verdict{State: billing.VerdictFailed, Reason: r, Code: "1032"}
}

// callback is the rail's word about the nth prompt.
func (p *provider) callback(n int, v billing.Verdict, receipt string, amount money.Amount) billing.Incoming {
	p.Helper()
	sent := p.rail.sent()
	if n >= len(sent) {
		p.Fatalf("there is no prompt %d", n)
	}
	url := sent[n].CallbackURL
	body, err := json.Marshal(billing.PushResult{CheckoutRequestID: fmt.Sprint("c", n+1), Verdict: v, Receipt: receipt, Amount: amount, Phone: string(sent[n].Phone), At: p.clock.Now()})
	if err != nil {
		p.Fatal(err)
	}
	return billing.Incoming{Kind: "push", Secret: url[strings.LastIndex(url, "/")+1:], From: "196.201.212.69", Body: body}
}

func (p *provider) confirmation(receipt, reference, payer string, amount money.Amount) billing.Incoming {
	p.Helper()
	body, err := json.Marshal(billing.Confirmation{Receipt: receipt, Amount: amount, ShortCode: "600100", Reference: reference, Payer: payer, At: p.clock.Now()})
	if err != nil {
		p.Fatal(err)
	}
	return billing.Incoming{Kind: "confirm", Secret: p.till.CallbackSecret, From: "196.201.212.69", Body: body}
}

// hears brings messages in as the spool does, and waits for what follows.
func (p *provider) hears(all ...billing.Incoming) {
	p.Helper()
	for n := range all {
		all[n].At = p.clock.Now()
	}
	for try := 0; ; try++ { // the spool brings what was not taken again
		err := p.Billing.TakeIn(context.Background(), all)
		if err == nil {
			break
		}
		if try == 3 {
			p.Fatal(err)
		}
	}
	p.idle()
}

// pays answers the nth prompt with its PIN.
func (p *provider) pays(n int) {
	p.Helper()
	p.hears(p.callback(n, paid, receiptOf(n), p.rail.sent()[n].Amount))
}

func receiptOf(n int) string { return fmt.Sprintf("QRS%07d", n) }
