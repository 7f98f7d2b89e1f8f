package mikrotik

import (
	"strings"
	"testing"

	"mtandao/internal/sim/router"
)

// TestDriftIsFoundAndRepaired changes one thing after another on a router that was set up, wants it named, runs the repair,
// and wants the router as it was.
func TestDriftIsFoundAndRepaired(t *testing.T) {
	eachRouter(t, func(t *testing.T, c *router.Configuration, s Setup, used bool) {
		mustRun(t, c, scriptOf(t, s))
		r := reached(t, c)
		if found := s.Drift(read(t, r)); len(found) > 0 {
			t.Fatalf("just set up: %+v", found)
		}
		once := c.Export()
		for _, change := range []struct{ script, part, item string }{
			{`/radius set [find where comment="mtandao: radius 1"] timeout=300ms`, "RADIUS server 1", "timeout"},
			{`/radius disable [find where comment="mtandao: radius 2"]`, "RADIUS server 2", "disabled"},
			{`/radius incoming set port=1700`, "commands from RADIUS", "port"},
			{`/ip hotspot walled-garden ip set [find where comment="mtandao: portal 198.51.100.7 443"] dst-port=80`, "portal", "dst-port"},
			{`/ip hotspot profile set [find where name~"^mtandao-"] use-radius=no`, "adopted servers", "use-radius"},
			{`/ip hotspot profile set [find where name~"^mtandao-"] login-by=cookie,http-pap`, "adopted servers", "login-by"},
			{`/interface pppoe-server server set [find] default-profile=default`, map[bool]string{true: "adopted servers", false: "PPPoE server"}[used], ""},
			{`/ip service set api disabled=yes`, "API", "disabled"},
			{`/system clock set time-zone-name=UTC`, "time zone", "time-zone-name"},
			{`/ip hotspot user profile set default add-mac-cookie=yes`, "what all hotspot users share", "add-mac-cookie"},
			{`/ip firewall filter set [find where comment="mtandao: arrears"] src-address-list=other`, "arrears, all else", "src-address-list"},
			{`/ip firewall filter remove [find where comment="mtandao: arrears"]`, "arrears, all else", ""},
			{`/ip firewall filter add chain=forward action=accept place-before=[:pick [/ip firewall filter find where chain=forward dynamic=no] 0] comment="all"`, "arrears, all else", "place"},
			{`/ip firewall filter remove [find where comment="mtandao: arrears portal"]`, "arrears, portal", ""},
			{`/ip firewall nat disable [find where comment="mtandao: arrears"]`, "arrears, plain HTTP", "disabled"},
			{`/ip firewall address-list remove [find where comment="mtandao: portal portal.example"]`, "arrears, addresses", ""},
			{`/user group set [find where name="mtandao-api"] policy=api,read`, "API group", "policy"},
		} {
			mustRun(t, c, change.script)
			found := s.Drift(read(t, admin(r))) // a change may shut our own account out
			if len(found) == 0 || found[0].Part != change.part || !strings.Contains(found[0].Item, change.item) {
				t.Errorf("%s: found %+v", change.script, found)
				continue
			}
			for _, d := range found {
				mustRun(t, c, d.Repair)
			}
			if left := s.Drift(read(t, r)); len(left) > 0 {
				t.Errorf("%s: left %+v", change.script, left)
			}
		}
		if strings.Count(once, "\n") > strings.Count(c.Export(), "\n")+1 {
			t.Errorf("repaired is less than set up:\n%s", difference(once, c.Export()))
		}
	})
}

func TestDriftSeesWhatIsMissingAndWhatIsBehind(t *testing.T) {
	c, s := clean(t, seven)
	r := reached(t, c)
	once := c.Export()
	for _, script := range []string{
		`/ip hotspot walled-garden ip remove [find where comment="mtandao: portal 198.51.100.7 443"]`,
		`/ip firewall filter remove [find where comment="mtandao: tunnel"]; /ip firewall filter add chain=input action=accept in-interface=mtandao-wg src-address=10.99.0.0/24 comment="mtandao: tunnel"`,
		`/ip firewall filter remove [find where comment="mtandao: not fast to PPP"]; /ip firewall filter add chain=forward action=accept out-interface=all-ppp connection-state=established,related comment="mtandao: not fast to PPP"`,
		`/radius add service=ppp address=203.0.113.9 secret=x`,
	} {
		mustRun(t, c, script)
		found := s.Drift(read(t, r))
		if len(found) != 1 {
			t.Errorf("%s: found %+v", script, found)
		}
		for _, d := range found {
			mustRun(t, c, d.Repair)
		}
		if left := s.Drift(read(t, r)); len(left) > 0 {
			t.Errorf("%s: left %+v", script, left)
		}
	}
	mustRun(t, c, Undo(7))
	if strings.Contains(c.Export(), "mtandao") || once == c.Export() {
		t.Errorf("undone after repairs:\n%s", c.Export())
	}
}

// TestASearchThatIsGoneIsDrift: without its scheduler a router would not come to a server that moved.
func TestASearchThatIsGoneIsDrift(t *testing.T) {
	c, s := router.UsedConfiguration(seven), wanted(seven)
	c.SetFetch(serve(s, ""))
	mustRun(t, c, scriptOf(t, s))
	r := reached(t, c)
	for _, change := range []string{"disable [find where comment=\"mtandao: tunnel\"]", "remove [find where comment=\"mtandao: tunnel\"]",
		"set [find where comment=\"mtandao: tunnel\"] on-event=\":put gone\"", "set [find where comment=\"mtandao: tunnel\"] interval=1h"} {
		mustRun(t, c, "/system scheduler "+change)
		found := s.Drift(read(t, r))
		if len(found) != 1 || found[0].Part != callAgain.title {
			t.Errorf("%s: found %+v", change, found)
			continue
		}
		mustRun(t, c, found[0].Repair)
		if left := s.Drift(read(t, r)); len(left) > 0 {
			t.Errorf("%s: repaired, and %+v", change, left)
		}
	}
}
