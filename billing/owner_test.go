package billing_test

import (
	"testing"

	"mtandao/billing"
)

const wanjiku, thief = "0712345678", "0799000001"

// A device's address and a number are anybody's claim. Who buys for them with money of their own gets a grant apart, not the
// code and the devices of what the device's person has.
func TestAnothersMoneyDoesNotReachWhatADeviceHas(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		own := s.orderFrom(wanjiku, phoneMAC)
		s.hear(s.success(0, "SJ00000701", 10))
		stolen := s.orderFrom(thief, phoneMAC)
		s.hear(s.success(1, "SJ00000702", 10))
		byHand := s.orderFrom(wanjiku, phoneMAC)
		s.hear(s.failure(2, billing.ReasonCancelled), s.confirmation("SJ00000703", byHand.Code, "254799000001", 10))
		again := s.orderFrom(wanjiku, phoneMAC)
		s.hear(s.success(3, "SJ00000704", 10))

		grant := s.view(own).Order.GrantID
		for name, o := range map[string]billing.Order{"another's phone": stolen, "another's money by hand": byHand} {
			if v := s.view(o).Order; v.State != billing.OrderPaid || v.GrantID == grant {
				t.Errorf("%s bought %+v", name, v)
			}
		}
		if v := s.view(again).Order; v.GrantID != grant {
			t.Errorf("the same phone's second purchase went to grant %d, not %d", v.GrantID, grant)
		}
		s.holds(40, 40, 0, 0)
	})
}
