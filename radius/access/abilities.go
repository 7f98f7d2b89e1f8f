package access

// Abilities are what one router can do for a plan, by itself or by our orders.
type Abilities struct {
	Rate      bool // a speed
	Burst     bool // a faster moment
	Volume    bool // stops at a number of octets by itself
	Idle      bool // stops who is silent
	Live      bool // takes a new speed while a session runs
	Ends      bool // ends a session when it is told to
	Addresses bool // gives the address or the pool that it is told
	Routes    bool // and routes behind it
	IPv6      bool // and IPv6 prefixes
	Lists     bool // puts it on a list of its firewall
}

// Lack is something of a plan that a router cannot do.
type Lack string

// The lacks, each with a sentence of its own.
const (
	LacksRate      Lack = "rate"
	LacksBurst     Lack = "burst"
	LacksVolume    Lack = "data"
	LacksIdle      Lack = "idle"
	LacksFairUse   Lack = "fair_use"
	LacksAddresses Lack = "address"
	LacksRoutes    Lack = "route"
	LacksIPv6      Lack = "ipv6"
	LacksLists     Lack = "list"
)

// Lacks lists what of the limits a router cannot do. Time, hours, devices and the night it always can: it is told the time to
// the next change, and asks again.
func (a Abilities) Lacks(l Limits) []Lack {
	var all []Lack
	for _, need := range []struct {
		needed, has bool
		lack        Lack
	}{
		{l.UpKbps > 0 || l.DownKbps > 0, a.Rate, LacksRate},
		{l.Burst != Burst{}, a.Burst, LacksBurst},
		{l.DataBytes > 0, a.Volume || a.Ends, LacksVolume},
		{l.Idle > 0, a.Idle, LacksIdle},
		{l.FairUse.Bytes > 0, a.Live || a.Ends, LacksFairUse},
		{l.Address.Pool != "" || l.Address.IPv4.IsValid(), a.Addresses, LacksAddresses},
		{len(l.Address.Routes) > 0, a.Routes, LacksRoutes},
		{l.Address.hasIPv6(), a.IPv6, LacksIPv6},
		{l.Address.List != "", a.Lists, LacksLists},
	} {
		if need.needed && !need.has {
			all = append(all, need.lack)
		}
	}
	return all
}
