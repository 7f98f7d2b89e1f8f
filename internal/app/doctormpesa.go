package app

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"mtandao/billing"
	"mtandao/billing/customers"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/seal"
	"mtandao/internal/words"
)

type doctorMPesaCommand struct {
	withConfig
	JSON bool   `help:"Print JSON."`
	Live string `placeholder:"PHONE" help:"Also send a real prompt for KES 1 to this phone, after you confirm it by typing."`
}

// Help implements kong.HelpProvider.
func (doctorMPesaCommand) Help() string {
	return "Tries each till's key, secret, passkey, certificate and what refunds by M-Pesa need, without moving money, and asks the running portal at the public address.\n\n" +
		"Example: mtandao doctor mpesa --live 0712345678"
}

// Run checks the tills and the way back.
func (cmd *doctorMPesaCommand) Run(c *console) error {
	m, err := c.look(&cmd.Config)
	if err != nil {
		return err
	}
	if m.Pause.Paused() { // as in CheckTill
		return errors.Join(fault.New(fault.Conflict, "rail.paused"), m.Close())
	}
	found := findings{}
	tills, err := m.liveTills(c)
	if err == nil && len(tills) == 0 {
		err = fault.New(fault.Conflict, "till.none")
	}
	if err != nil {
		return errors.Join(err, m.Close())
	}
	public := m.examinePublic(c)
	for _, t := range tills {
		found.till(c, m, t)
		found.goingBack(c, m, t, public.state == stateOK)
	}
	found.see("", []seenOf{public})
	if cmd.Live != "" {
		err = found.live(c, m, tills[0], cmd.Live)
	}
	return errors.Join(err, found.tell(c, cmd.JSON), m.Close())
}

func (m *Main) liveTills(ctx context.Context) (live []billing.Till, err error) {
	tills, err := m.Billing.Tills(ctx)
	for _, t := range tills {
		if t.State == billing.TillLive {
			live = append(live, t)
		}
	}
	return live, err
}

// seenOf is what was seen of one part of a till, or of the way to it, as keys of texts with their name and value pairs.
type seenOf struct {
	part, state string
	key         string
	args        []any
	do          string // empty: nothing
	doArgs      []any
}

func (f *findings) till(ctx context.Context, m *Main, t billing.Till) {
	f.see(t.Key+" ", m.examine(ctx, t))
}

// see says in English what was seen.
func (f *findings) see(prefix string, all []seenOf) {
	for _, s := range all {
		one := finding{Check: prefix + s.part, State: s.state, Detail: words.Text(words.English, s.key, s.args...)}
		if s.do != "" {
			one.Do = words.Text(words.English, s.do, s.doArgs...)
		}
		*f = append(*f, one)
	}
}

// examine tries each part of a till. No money moves.
func (m *Main) examine(ctx context.Context, t billing.Till) (all []seenOf) {
	if err := checkRail(t.BaseURL); err != nil && !m.Config.Dev {
		return []seenOf{{part: "rail", state: stateFails, key: fault.KeyOf(err), do: "till.do.rail"}}
	}
	for _, check := range m.MPesa.Doctor(ctx, t) {
		one := seenOf{part: check.Name, state: stateOK, key: check.Key, args: check.Args}
		switch {
		case check.OK:
		case check.Silent:
			one.state, one.do, one.doArgs = stateFails, "till.do.reach", []any{"Address", t.BaseURL}
		default:
			one.state, one.do = stateFails, "till.do.compare"
		}
		all = append(all, one)
	}
	return append(all, m.examinePaybill(ctx, t), m.examineBack(ctx, t))
}

// examinePaybill says whether money paid to the till by hand is told to us.
func (m *Main) examinePaybill(ctx context.Context, t billing.Till) seenOf {
	switch {
	case m.Billing.Registered(ctx, t):
		return seenOf{part: "paybill", state: stateOK, key: "till.said.paybill", args: []any{"Address", m.Config.PublicURL}}
	case m.Config.PublicURL == "":
		return seenOf{part: "paybill", state: stateWarning, key: "till.said.paybill_none", do: "till.do.public"}
	}
	return seenOf{part: "paybill", state: stateWarning, key: "till.said.paybill_not_yet", do: "till.do.register"}
}

// examinePublic asks the running portal by the address that the rail calls.
func (m *Main) examinePublic(ctx context.Context) seenOf {
	base := m.Config.PublicURL
	if base == "" {
		return seenOf{part: "public url", state: stateWarning, key: "till.said.public_none", do: "till.do.public"}
	}
	if err := askHealth(ctx, base); err != nil {
		return seenOf{part: "public url", state: stateFails, key: "till.said.public_silent", args: []any{"Address", base, "Answer", err.Error()}, do: "till.do.serve"}
	}
	return seenOf{part: "public url", state: stateOK, key: "till.said.public", args: []any{"Address", base}}
}

func askHealth(ctx context.Context, base string) error {
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/healthz", nil)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if _, err := io.Copy(io.Discard, io.LimitReader(answer.Body, 64<<10)); err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s/healthz answers %d", base, answer.StatusCode)
	}
	return nil
}

// confirmation is what the person types before money moves.
const confirmation = "PUSH"

// live prompts a phone for one shilling and waits for the rail's word.
func (f *findings) live(c *console, m *Main, t billing.Till, number string) error {
	phone, err := customers.ParsePhone(number)
	if err != nil {
		return err
	}
	fmt.Fprintf(c.stderr, "This asks %s for KES 1 into till %s (%s). The shilling stays in the till, as credit of that number. Type %s to go on: ",
		phone.Local(), t.Key, t.ShortCode, confirmation)
	typed, _ := bufio.NewReader(c.stdin).ReadString('\n')
	if strings.TrimSpace(typed) != confirmation {
		return fault.New(fault.Denied, "doctor.not_confirmed")
	}
	secret, since := seal.RandomHex(16), m.Clock.Now()
	pushed, err := m.MPesa.Push(c, t, billing.Push{Phone: phone, Amount: money.Shillings(1), Reference: "DOCTOR", Description: "Test",
		CallbackURL: m.liveCallback(secret)})
	if err != nil {
		f.fail("live push", err, "see what the checks above say of the till")
		return nil
	}
	f.ok("live push", "the prompt left as %s", pushed.CheckoutRequestID)
	if paid := f.verdict(c, m, t, pushed.CheckoutRequestID); m.Config.PublicURL == "" {
		f.warn("live callback", "none can come: there is no public address", "set MTANDAO_PUBLIC_URL")
	} else {
		return f.roundTrip(c, m, t, secret, since, paid)
	}
	return nil
}

// liveCallback leads to the portal and there to no payment: doctor looks for it in the inbox.
func (m *Main) liveCallback(secret string) string {
	base := m.Config.PublicURL
	if base == "" {
		base = "https://portal.invalid"
	}
	return base + "/in/p/" + secret
}

// callbackTime is how long after the verdict the callback may come: a rail that is slow is as bad as one that is lost.
const callbackTime = 30 * time.Second

// roundTrip waits until the running program has the rail's callback in its inbox, and brings the shilling to the books.
func (f *findings) roundTrip(ctx context.Context, m *Main, t billing.Till, secret string, since time.Time, paid bool) error {
	ctx, cancel := context.WithTimeout(ctx, callbackTime)
	defer cancel()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		came, err := m.Billing.Heard(ctx, secret, since.Add(-time.Minute))
		if err == nil {
			f.ok("live callback", "it came from %s, through the portal into the inbox", came.From)
			return m.keepShilling(ctx, t, came, paid)
		}
		select {
		case <-ctx.Done():
			f.fail("live callback", errors.New("none came to "+m.Config.PublicURL), "see that mtandao serve runs on this database, and that the way from M-Pesa to it is open")
			return nil
		case <-tick.C:
		}
	}
}

func (m *Main) keepShilling(ctx context.Context, t billing.Till, came billing.Incoming, paid bool) error {
	r, err := m.MPesa.ReadPushResult(came.Body)
	if err != nil || !paid || r.Verdict.State != billing.VerdictPaid {
		return err
	}
	_, err = m.Billing.Settle(ctx, billing.Evidence{Kind: billing.ByConfirm, TillID: t.ID, Verdict: r.Verdict, Receipt: r.Receipt, Amount: r.Amount,
		Payer: r.Phone, Reference: "DOCTOR", At: r.At})
	return err
}

// verdictTime covers the minute that a prompt lives.
const (
	verdictTime  = 90 * time.Second
	verdictEvery = 3 * time.Second
)

func (f *findings) verdict(ctx context.Context, m *Main, t billing.Till, checkoutID string) (paid bool) {
	ctx, cancel := context.WithTimeout(ctx, verdictTime)
	defer cancel()
	tick := time.NewTicker(verdictEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			f.warn("live verdict", "none within "+verdictTime.String(), "look at the phone and at the till's statement")
			return false
		case <-tick.C:
		}
		switch v, err := m.MPesa.QueryPush(ctx, t, checkoutID); {
		case err != nil:
			m.Log.Warn("asking for the verdict", "error", err)
		case v.State == billing.VerdictPaid:
			f.ok("live verdict", "paid")
			return true
		case v.State == billing.VerdictFailed:
			f.warn("live verdict", "not paid: "+string(v.Reason)+" "+v.Text, "the way to the phone works; the payer said no")
			return false
		}
	}
}
