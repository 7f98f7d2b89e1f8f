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
		err = fault.New(fault.Unavailable, "till.missing")
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
		if t.State == tillLive {
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
		if check.OK {
			f.ok(name, "%s", detail)
		} else {
			f.fail(name, errors.New(detail), "compare the till's "+check.Name+" with the M-Pesa portal")
		}
	}
}

// publicAddress asks the running portal by the address that the rail calls.
func (f *findings) publicAddress(ctx context.Context, m *Main) {
	base := m.Config.PublicURL
	if base == "" {
		f.warn("public url", "none: pushes and queries only; paybill and typed receipts wait", "set MTANDAO_PUBLIC_URL")
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
	fmt.Fprintf(c.stderr, "This asks %s for KES 1 into till %s (%s). The shilling stays in the till and waits in suspense. Type %s to go on: ",
		phone.Local(), t.Key, t.ShortCode, confirmation)
	typed, _ := bufio.NewReader(c.stdin).ReadString('\n')
	if strings.TrimSpace(typed) != confirmation {
		return fault.New(fault.Denied, "doctor.not_confirmed")
	}
	pushed, err := m.MPesa.Push(c, t, billing.Push{Phone: phone, Amount: money.Shillings(1), Reference: "DOCTOR", Description: "Test",
		CallbackURL: m.liveCallback()})
	if err != nil {
		f.fail("live push", err, "see what the checks above say of the till")
		return nil
	}
	f.ok("live push", "the prompt left as %s", pushed.CheckoutRequestID)
	f.verdict(c, m, t, pushed.CheckoutRequestID)
	return nil
}

// liveCallback leads to the portal and there to no payment: the verdict is asked for.
func (m *Main) liveCallback() string {
	base := m.Config.PublicURL
	if base == "" {
		base = "https://portal.invalid"
	}
	return base + "/in/p/" + seal.RandomHex(16)
}

// verdictTime covers the minute that a prompt lives.
const (
	verdictTime  = 90 * time.Second
	verdictEvery = 3 * time.Second
)

func (f *findings) verdict(ctx context.Context, m *Main, t billing.Till, checkoutID string) {
	ctx, cancel := context.WithTimeout(ctx, verdictTime)
	defer cancel()
	tick := time.NewTicker(verdictEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			f.warn("live verdict", "none within "+verdictTime.String(), "look at the phone and at the till's statement")
			return
		case <-tick.C:
		}
		switch v, err := m.MPesa.QueryPush(ctx, t, checkoutID); {
		case err != nil:
			m.Log.Warn("asking for the verdict", "error", err)
		case v.State == billing.VerdictPaid:
			f.ok("live verdict", "paid")
			return
		case v.State == billing.VerdictFailed:
			f.warn("live verdict", "not paid: "+string(v.Reason)+" "+v.Text, "the way to the phone works; the payer said no")
			return
		}
	}
}
