package access

import (
	"net/netip"
	"reflect"
	"slices"
	"testing"
	"time"

	"mtandao/internal/fault"
)

var everything = Abilities{Rate: true, Burst: true, Volume: true, Idle: true, Live: true, Ends: true, Addresses: true, Routes: true, IPv6: true, Lists: true}

func TestWhatARouterLacks(t *testing.T) {
	home := fairPlan()
	home.Burst, home.DataBytes, home.Idle = Burst{UpKbps: 1}, gb, time.Minute
	home.Address = Address{Pool: "homes", List: "business", IPv4: netip.MustParseAddr("10.0.0.7"), Routes: []netip.Prefix{netip.MustParsePrefix("10.9.0.0/24")},
		IPv6: netip.MustParsePrefix("2001:db8:1::/64")}
	all := []Lack{LacksRate, LacksBurst, LacksVolume, LacksIdle, LacksFairUse, LacksAddresses, LacksRoutes, LacksIPv6, LacksLists}
	if got := (Abilities{}).Lacks(home); !reflect.DeepEqual(got, all) {
		t.Errorf("nothing able: %v", got)
	}
	if got := everything.Lacks(home); len(got) != 0 {
		t.Errorf("all able: %v", got)
	}
	kicks := Abilities{Rate: true, Ends: true}
	if got := kicks.Lacks(fairPlan()); len(got) != 0 {
		t.Errorf("who can end a session can change it: %v", got)
	}
	if got := (Abilities{}).Lacks(Limits{Time: time.Hour, Hours: nightHours, Devices: 5}); len(got) != 0 {
		t.Errorf("time, hours and devices need nothing: %v", got)
	}
	if got := (Abilities{}).Lacks(Limits{Address: Address{DelegatedPool: "pd"}}); !slices.Equal(got, []Lack{LacksIPv6}) {
		t.Error(got)
	}
}

func TestAddressesAreKeptAndChecked(t *testing.T) {
	a := Address{Pool: "homes", IPv4: netip.MustParseAddr("196.201.1.7"), Routes: []netip.Prefix{netip.MustParsePrefix("196.201.8.0/29")},
		IPv6: netip.MustParsePrefix("2001:db8:1::/64"), Delegated: netip.MustParsePrefix("2001:db8:1:100::/56"), IPv6Pool: "six", DelegatedPool: "pd", List: "business"}
	l := Limits{TimeKind: Calendar, Address: a}
	back, err := DecodeLimits(EncodeLimits(l))
	if err != nil || !reflect.DeepEqual(back, l) {
		t.Errorf("%+v %v", back, err)
	}
	for name, spoil := range map[string]func(*Address){
		"a list of ours":       func(a *Address) { a.List = "Mtandao-arrears" },
		"IPv6 as IPv4":         func(a *Address) { a.IPv4 = netip.MustParseAddr("2001:db8::1") },
		"this machine":         func(a *Address) { a.IPv4 = netip.MustParseAddr("127.0.0.1") },
		"a route to nobody":    func(a *Address) { a.IPv4 = netip.Addr{} },
		"a route with a host":  func(a *Address) { a.Routes = []netip.Prefix{netip.MustParsePrefix("10.0.0.1/24")} },
		"IPv4 as prefix":       func(a *Address) { a.IPv6 = netip.MustParsePrefix("10.0.0.0/8") },
		"a prefix with a host": func(a *Address) { a.Delegated = netip.MustParsePrefix("2001:db8::1/56") },
		"a pool of no name":    func(a *Address) { a.Pool = "nyumba\n" },
		"too many routes":      func(a *Address) { a.Routes = slices.Repeat(a.Routes, 17) },
	} {
		wrong := l
		wrong.Address.Routes = slices.Clone(a.Routes)
		if spoil(&wrong.Address); fault.KeyOf(wrong.Check()) != "limits.address" {
			t.Errorf("%s: %v", name, wrong.Check())
		}
	}
	if plan := (Limits{TimeKind: Calendar, Time: time.Hour, Address: Address{Pool: "homes", IPv6Pool: "six", DelegatedPool: "pd", List: "business"}}); !plan.stacks(Limits{Time: time.Hour, Address: a}) {
		t.Error("the subscriber's own address keeps more of the plan from being added")
	}
}
