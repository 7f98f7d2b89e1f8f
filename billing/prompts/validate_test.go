package prompts

import (
	"context"
	"testing"

	"mtandao/billing/customers"
	"mtandao/internal/money"
)

// TestATillThatIsAskedBeforehandKnowsItsCustomers: where Safaricom asks whether an account is known, money for a customer's number is let in, however it is typed, and with
// a wrong digit it is not.
func TestATillThatIsAskedBeforehandKnowsItsCustomers(t *testing.T) {
	each(t, func(p *provider) {
		t := p.T
		c := p.customer()
		wrong := c.Number[:6] + string('0'+(c.Number[6]-'0'+1)%10)
		for typed, key := range map[string]string{c.Number: "", "acc " + customers.Grouped(c.Number): "", "0" + phoneOf(1)[3:]: "", wrong: "c2b.account"} {
			m := p.confirmation("QVAL000001", typed, "2547 ***** 111", money.Shillings(500))
			if err := p.Billing.Validate(context.Background(), m.Secret, m.Body); err != nil && keyOf(err) != key || err == nil && key != "" {
				t.Errorf("%q: %v", typed, err)
			}
		}
	})
}
