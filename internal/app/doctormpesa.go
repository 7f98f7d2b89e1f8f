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
	return "Tries each till's key, secret, passkey and certificate without moving money, and asks the running portal at the public address.\n\n" +
		"Example: mtandao doctor mpesa --live 0712345678"
}

// Run checks the tills and the way back.
func (cmd *doctorMPesaCommand) Run(c *console) error {
	m, err := c.look(&cmd.Config)
	if err != nil {
		return err
	}
	found := findings{}
	tills, err := m.liveTills(c)
	if err == nil && len(tills) == 0 {
		err = fault.New(fault.Conflict, "till.none")
	}
	if err != nil {
		return errors.Join(err, m.Close())
	}
	for _, t := range tills {
		found.till(c, m, t)
	}
	found.publicAddress(c, m)
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

func (f *findings) till(ctx context.Context, m *Main, t billing.Till) {
	if err := checkRail(t.BaseURL); err != nil && !m.Config.Dev {
		f.fail(t.Key+" rail", err, "correct its base_url")
		return
	}
	for _, check := range m.MPesa.Doctor(ctx, t) {
		name, detail := t.Key+" "+check.Name, check.Detail
		if words.Has(detail) {
			detail = words.Text(words.English, detail)
		}
		switch {
		case check.OK:
			f.ok(name, "%s", detail)
		case check.Silent:
			f.fail(name, errors.New(detail), "see that this machine reaches "+t.BaseURL)
		default:
			f.fail(name, errors.New(detail), "compare the till's "+check.Name+" with the M-Pesa portal")
		}
	}
	f.paybill(ctx, m, t)
}

// paybill says whether money paid to the till by hand is told to us.
func (f *findings) paybill(ctx context.Context, m *Main, t billing.Till) {
	switch {
	case m.Billing.Registered(ctx, t):
		f.ok(t.Key+" paybill", "what is paid by hand is told to %s", m.Config.PublicURL)
	case m.Config.PublicURL == "":
		f.warn(t.Key+" paybill", "unavailable: what is paid by hand is not told to us", "set MTANDAO_PUBLIC_URL")
	default:
		f.warn(t.Key+" paybill", "unavailable so far: M-Pesa does not know our address", "start mtandao serve: it registers the address within a minute")
	}
}

// publicAddress asks the running portal by the address that the rail calls.
func (f *findings) publicAddress(ctx context.Context, m *Main) {
	base := m.Config.PublicURL
	if base == "" {
		f.warn("public url", "none: pushes and queries only; typed receipts wait", "set MTANDAO_PUBLIC_URL")
		return
	}
	if err := askHealth(ctx, base); err != nil {
		f.fail("public url", err, "see that mtandao serve runs and that name, certificate and port lead to it")
		return
	}
	f.ok("public url", "%s answers", base)
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
