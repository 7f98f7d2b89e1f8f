package backoffice

import (
	"strings"
	"testing"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/words"
	"mtandao/radius"
	"mtandao/radius/access"
)

// TestATicketTellsNoVoucher: whoever may answer tickets chooses among the sessions that are open, and reads no guest's code there.
func TestATicketTellsNoVoucher(t *testing.T) {
	at := time.Date(2026, 11, 24, 17, 14, 0, 0, time.UTC)
	b := &Backoffice{Options: Options{PlanClock: clock.NewManual(at), Zone: clock.Nairobi}}
	code, f := access.CodeStyle{Random: 9}.New(), &frame{Lang: words.English}
	o := radius.Online{Session: radius.Session{UserName: string(code), MAC: "aabbccddeeff", StartedAt: at}}
	for _, said := range []string{b.sessionName(f, o), deviceName(o)} {
		if strings.Contains(said, string(code)) || !strings.Contains(said, o.MAC.Colons()) {
			t.Errorf("a session is told as %q", said)
		}
	}
	o.UserName = "jane.akinyi"
	if said := b.sessionName(f, o); !strings.Contains(said, "jane.akinyi") {
		t.Errorf("a line's session is told as %q", said)
	}
}
