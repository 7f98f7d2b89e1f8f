package radius

import (
	"net/netip"
	"time"
)

// WhoHeld asks who had an address at an instant. A zero instant is now.
type WhoHeld struct {
	IP    netip.Addr
	At    time.Time
	Sites []int64 // nil: all
}

// Bounds of an answer. Behind routers that hide their people the same address is many people's.
const (
	mostHolders  = 20
	mostHeldOnce = 200 // sessions of an address at one instant that are looked at
)
