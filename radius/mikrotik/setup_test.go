package mikrotik

import (
	"fmt"
	"net/netip"
	"path"
	"strings"
	"testing"

	"mtandao/internal/fault"
	"mtandao/internal/sim/router"
)

const (
	six   = "6.49.18"
	seven = "7.19.4"
)

// wanted is a whole set-up; the simulated router has the interfaces.
func wanted(version string) Setup {
	s := Setup{Portal: "https://portal.example/h/cafe?r=token", PagesURL: "https://portal.example/p/token", PortalAddresses: []netip.Addr{netip.MustParseAddr("198.51.100.7")},
		Servers: []Server{{Address: netip.MustParseAddr("10.99.0.1")}, {netip.MustParseAddr("10.99.0.5"), 2812, 2813}}, Secret: "0123456789abcdef0123",
		Source: netip.MustParseAddr("10.99.7.2"), MACLogin: true, Version: 6,
		Hotspot: &Hotspot{Interface: "ether4", Address: netip.MustParsePrefix("10.20.0.1/20"), DNSName: "login.wifi", Capport: "https://portal.example/capport/x"},
		PPPoE:   &PPPoE{Interface: "bridge", Pool: netip.MustParsePrefix("100.64.0.0/20"), DNS: netip.MustParseAddr("9.9.9.9")},
		API:     API{"mtandao", "api password 0123456789", netip.MustParsePrefix("127.0.0.0/8")}}
	if version == seven {
		s.Version = 7
		s.Tunnel = &WayHome{PrivateKey: "cHJpdmF0ZQ==", PeerKey: "cHVibGlj", SharedKey: "c2hhcmVk", Host: "home.example", Port: 51820, Address: netip.MustParseAddr("10.99.7.2"),
			Far: netip.MustParsePrefix("10.99.0.0/24")}
	}
	return s
}

func scriptOf(t *testing.T, s Setup) string {
	t.Helper()
	script, err := s.Script()
	if err != nil {
		t.Fatal(err)
	}
	return script
}

// serve answers the router's fetches with the pages and the script.
func serve(s Setup, script string) func(address string) ([]byte, error) {
	return func(address string) ([]byte, error) {
		if page, ok := s.Pages()[path.Base(address)]; ok && strings.HasPrefix(address, s.PagesURL) {
			return []byte(page), nil
		}
		if address == "https://portal.example/s/once" {
			return []byte(script), nil
		}
		return nil, fmt.Errorf("status 404")
	}
}

var fixtures = map[string]func(version string) *router.Configuration{"bare": router.BareConfiguration, "used": router.UsedConfiguration}

func eachRouter(t *testing.T, run func(t *testing.T, c *router.Configuration, s Setup, used bool)) {
	for name, made := range fixtures {
		for _, version := range []string{six, seven} {
			t.Run(name+" "+version, func(t *testing.T) {
				c, s := made(version), wanted(version)
				c.SetFetch(serve(s, scriptOf(t, s)))
				run(t, c, s, name == "used")
			})
		}
	}
}

func mustRun(t *testing.T, c *router.Configuration, script string) string {
	t.Helper()
	output, err := c.Run(script)
	if err != nil {
		t.Fatalf("%v\n%s\n%s", err, output, numbered(script))
	}
	return output
}

func numbered(script string) string {
	var text strings.Builder
	for i, line := range strings.Split(script, "\n") {
		fmt.Fprintf(&text, "%4d %s\n", i+1, line)
	}
	return text.String()
}

func TestSetupTwiceIsOnceAndUndoIsAsBefore(t *testing.T) {
	eachRouter(t, func(t *testing.T, c *router.Configuration, s Setup, used bool) {
		before := c.Export()
		mustRun(t, c, PasteLine("https://portal.example/s/once", false))
		once := c.Export()
		if once == before || strings.Contains(once, scriptFile) {
			t.Fatalf("after the set-up:\n%s", once)
		}
		output := mustRun(t, c, scriptOf(t, s))
		if diff := difference(once, c.Export()); diff != "" || !strings.HasSuffix(output, "the set-up is complete.\n") {
			t.Errorf("the second run changed\n%s\nand said %s", diff, output)
		}
		mustRun(t, c, Undo(s.Version))
		if diff := difference(before, c.Export()); diff != "" {
			t.Errorf("undone is not as before:\n%s", diff)
		}
		mustRun(t, c, Undo(s.Version))
		if diff := difference(before, c.Export()); diff != "" {
			t.Errorf("undone twice is not as before:\n%s", diff)
		}
	})
}

// difference lists the lines that only one of two texts has, in order.
func difference(a, b string) string {
	var text strings.Builder
	for _, one := range []struct{ sign, in, other string }{{"- ", a, b}, {"+ ", b, a}} {
		for line := range strings.Lines(one.in) {
			if !strings.Contains(one.other, line) {
				text.WriteString(one.sign + line)
			}
		}
	}
	if text.Len() == 0 && a != b {
		return "the order"
	}
	return text.String()
}

func TestSetupMakesWhatItSays(t *testing.T) {
	eachRouter(t, func(t *testing.T, c *router.Configuration, s Setup, used bool) {
		mustRun(t, c, scriptOf(t, s))
		text := c.Export()
		for _, want := range []string{`/radius `, `address="10.99.0.1"`, `accounting-port="2813"`, `timeout="3s"`, `service="hotspot,ppp"`,
			`/radius/incoming  accept="true" port="3799"`, `radius-interim-update="received"`, `/ppp/aaa  accounting="true" interim-update="0s" use-radius="true"`,
			`login-by="mac,http-pap"`, `html-directory="flash/mtandao"`, `name="flash/mtandao/login.html"`, `add-mac-cookie="false"`,
			`action="allow" comment="mtandao: portal" disabled="false" dst-host="portal.example"`, `comment="mtandao: portal 198.51.100.7 443"`,
			`time-zone-name="Africa/Nairobi"`, `policy="api,read,write,test"`, `address="127.0.0.0/8" comment="mtandao: api"`,
			`comment="mtandao: not fast to PPP"`} {
			if !strings.Contains(text, want) {
				t.Errorf("no %s", want)
			}
		}
		adopted := strings.Contains(text, `interface="guests" keepalive-timeout="0s" name="hotspot1" profile="mtandao-hsprof1"`) && !strings.Contains(text, `name="mtandao-hs"`) &&
			strings.Contains(text, `default-profile="mtandao-homes"`) && !strings.Contains(text, "mtandao-pppoe\"") &&
			strings.Contains(text, `comment="old panel" disabled="true"`) && strings.Contains(text, `dns-name="wifi.cafe" hotspot-address="10.5.50.1"`)
		made := strings.Contains(text, `hotspot-address="10.20.0.1"`) && strings.Contains(text, `ranges="10.20.0.2-10.20.15.254"`) && strings.Contains(text, `code="114"`)
		if adopted != used || made == used {
			t.Errorf("adopted %v, made %v:\n%s", adopted, made, text)
		}
	})
}

func TestSetupLeavesNoRestOfAnEarlierOne(t *testing.T) {
	eachRouter(t, func(t *testing.T, c *router.Configuration, s Setup, used bool) {
		mustRun(t, c, scriptOf(t, s))
		s.Servers = s.Servers[:1]
		s.PortalAddresses = nil
		mustRun(t, c, scriptOf(t, s))
		if text := c.Export(); strings.Contains(text, "10.99.0.5") || strings.Contains(text, "198.51.100.7") || !strings.Contains(text, `comment="mtandao: not fast to PPP"`) {
			t.Errorf("after a second, smaller set-up:\n%s", text)
		}
	})
}

func TestSetupStopsBeforeItChangesAnything(t *testing.T) {
	for name, stop := range map[string]struct {
		path, fact, value, says string
	}{
		"device-mode": {"/system/device-mode", "hotspot", "false", DeviceModeLine},
		"schedulers":  {"/system/device-mode", "scheduler", "false", DeviceModeLine},
		"licence":     {"/system/license", "nlevel", "3", "Buy level 4"},
	} {
		c, s := router.BareConfiguration(seven), wanted(seven)
		c.SetFact(stop.path, stop.fact, stop.value)
		before := c.Export()
		output, err := c.Run(scriptOf(t, s))
		if err == nil || !strings.Contains(output, stop.says) || c.Export() != before {
			t.Errorf("%s: %v, %s", name, err, output)
		}
	}
	c := router.BareConfiguration(seven)
	c.SetFact("/system/device-mode", "fetch", "false")
	if output, err := c.Run(PasteLine("https://portal.example/s/once", false)); err == nil || !strings.Contains(output, DeviceModeLine) {
		t.Errorf("a home router forbids the fetch itself: %v, %s", err, output)
	}
	s := wanted(seven)
	c = router.BareConfiguration(seven)
	c.SetFact("/system/license", "nlevel", "4")
	c.SetFetch(serve(s, ""))
	if output := mustRun(t, c, scriptOf(t, s)); !strings.Contains(output, "200 guests") {
		t.Errorf("level 4: %s", output)
	}
	s.Hotspot.Interface = "guests"
	c = router.BareConfiguration(seven)
	before := c.Export()
	if output, err := c.Run(scriptOf(t, s)); err == nil || !strings.Contains(output, "no interface guests") || c.Export() != before {
		t.Errorf("no interface: %v, %s", err, output)
	}
}

func TestUndoOutlivesADeletedProfile(t *testing.T) {
	c, s := router.UsedConfiguration(seven), wanted(seven)
	c.SetFetch(serve(s, ""))
	mustRun(t, c, scriptOf(t, s))
	mustRun(t, c, "/ip hotspot profile remove hsprof1; /ppp secret remove house1; /ppp profile remove homes")
	mustRun(t, c, Undo(7))
	if text := c.Export(); strings.Contains(text, "mtandao") || !strings.Contains(text, `name="hotspot1" profile="default"`) {
		t.Errorf("undone:\n%s", text)
	}
}

func TestSetupStopsWhenThePagesDoNotArrive(t *testing.T) {
	c, s := router.BareConfiguration(seven), wanted(seven)
	before := c.Export()
	if _, err := c.Run(scriptOf(t, s)); err == nil {
		t.Error("a hotspot without pages was made")
	}
	mustRun(t, c, Undo(7)) // the folder
	if diff := difference(before, c.Export()); diff != "" {
		t.Errorf("it left\n%s", diff)
	}
}

func TestAPortOfABridgeIsNoPlaceForAHotspot(t *testing.T) {
	c, s := router.BareConfiguration(seven), wanted(seven)
	s.Hotspot.Interface = "ether3"
	before := c.Export()
	if output, err := c.Run(scriptOf(t, s)); err == nil || !strings.Contains(output, "ether3 is a port of a bridge") || c.Export() != before {
		t.Errorf("%v, %s", err, output)
	}
}

func TestAHotspotThatIsOffIsNoHotspot(t *testing.T) {
	c, s := router.BareConfiguration(seven), wanted(seven)
	mustRun(t, c, "/ip hotspot add name=old interface=bridge disabled=yes; /interface pppoe-server server add interface=ether5 service-name=old")
	c.SetFetch(serve(s, ""))
	mustRun(t, c, scriptOf(t, s))
	if text := c.Export(); !strings.Contains(text, `name="mtandao-hs"`) || !strings.Contains(text, `service-name="mtandao-pppoe"`) {
		t.Errorf("nothing was made beside what is switched off:\n%s", text)
	}
	if found := s.Drift(read(t, reached(t, c))); len(found) > 0 {
		t.Errorf("%+v", found)
	}
}

func TestSetupForSixHasNothingOfSeven(t *testing.T) {
	for _, s := range []Setup{wanted(six)} {
		script := scriptOf(t, s) + Undo(6)
		for _, word := range []string{"wireguard add", "device-mode", "/ipv6", "require-message-auth", "ntp client servers"} {
			if strings.Contains(script, word) {
				t.Errorf("the script for 6 has %s", word)
			}
		}
		if !strings.Contains(script, "SSTP or L2TP") {
			t.Error("no word of the ways home")
		}
	}
}

func TestARouterWithoutAnOptionalPropertyIsSetUpAllTheSame(t *testing.T) {
	c, s := router.BareConfiguration(six), wanted(six)
	c.Lack("/system/ntp/client", "server-dns-names")
	c.SetFetch(serve(s, ""))
	before := c.Export()
	if output := mustRun(t, c, scriptOf(t, s)); !strings.Contains(output, "not set on this router: time") || !strings.Contains(output, "complete") {
		t.Error(output)
	}
	if found := s.Drift(read(t, reached(t, c))); len(found) > 1 { // the clock runs by something else
		t.Errorf("%+v", found)
	}
	mustRun(t, c, Undo(6))
	if diff := difference(before, c.Export()); diff != "" {
		t.Errorf("undone is not as before:\n%s", diff)
	}
}

func TestSetupRefuses(t *testing.T) {
	for want, change := range map[string]func(s *Setup){
		"setup.version":   func(s *Setup) { s.Version = 8 },
		"setup.nothing":   func(s *Setup) { s.Hotspot, s.PPPoE = nil, nil },
		"setup.portal":    func(s *Setup) { s.Portal = "https://portal.example/$(error)" },
		"setup.radius":    func(s *Setup) { s.Servers = nil },
		"setup.hotspot":   func(s *Setup) { s.Hotspot.Address = netip.MustParsePrefix("10.20.0.0/20") },
		"setup.pppoe":     func(s *Setup) { s.PPPoE.DNS = netip.Addr{} },
		"setup.api":       func(s *Setup) { s.API.Password = "short" },
		"setup.tunnel":    func(s *Setup) { s.Tunnel.Host = "" },
		"setup.tunnel_v6": func(s *Setup) { s.Version = 6 },
	} {
		s := wanted(seven)
		change(&s)
		if _, err := s.Script(); fault.KeyOf(err) != want {
			t.Errorf("%s: %v", want, err)
		}
	}
}

func TestPagesSendWhatReadVisitReads(t *testing.T) {
	pages := wanted(seven).Pages()
	if len(pages) != len(pageNames) || len(pages["login.html"]) > 2000 {
		t.Errorf("%d pages, login.html of %d bytes", len(pages), len(pages["login.html"]))
	}
	for _, name := range pageNames {
		if pages[name] == "" || strings.Contains(pages[name], "$(link-orig)") || strings.Contains(pages[name], "MISSING") {
			t.Errorf("%s: %s", name, pages[name])
		}
	}
	if !strings.Contains(pages["login.html"], `$(if http-status == 302)Found$(endif)$(if http-header == "Location")https://portal.example/h/cafe?r=token&mac=$(mac-esc)`) {
		t.Errorf("login.html: %s", pages["login.html"])
	}
}

var hostileValues = []string{"plain", `a"b`, `a\`, "$(x)[/system reset]", "\n/user remove [find]\n", "\x00\xff\"};:error x", `\22`, "?", "É", "", "}"}

// FuzzQuote reads any quoted text back by an interpreter that shares no code with the writer: it must arrive unchanged, and nothing
// else may happen.
func FuzzQuote(f *testing.F) {
	for _, seed := range hostileValues {
		f.Add(seed)
	}
	c := router.BareConfiguration(seven)
	before := c.Export()
	f.Fuzz(func(t *testing.T, hostile string) {
		if output, err := c.Run(":put " + quote(hostile)); err != nil || output != hostile+"\n" || c.Export() != before {
			t.Fatalf("%q came back as %q, %v", hostile, output, err)
		}
	})
}

// FuzzScript puts any text where the owner's values go: the router gets as many items as from plain values, and says the same.
func FuzzScript(f *testing.F) {
	for _, seed := range hostileValues {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, hostile string) {
		if hostile == "" {
			return
		}
		c, s := router.BareConfiguration(seven), wanted(seven)
		s.Secret, s.API.Password = hostile+s.Secret, hostile+s.API.Password
		s.API.User, s.Zone, s.NTP, s.Tunnel.Host = hostile, hostile, hostile, hostile
		s.Tunnel.PrivateKey, s.Tunnel.PeerKey, s.Hotspot.DNSName = hostile, hostile, hostile
		s.Hotspot.Interface = "guests" + hostile
		mustRun(t, c, "/interface bridge add name="+quote(s.Hotspot.Interface))
		c.SetFetch(serve(s, ""))
		output := mustRun(t, c, scriptOf(t, s))
		plain := router.BareConfiguration(seven)
		mustRun(t, plain, "/interface bridge add name=guests")
		plain.SetFetch(serve(wanted(seven), ""))
		usual := mustRun(t, plain, scriptOf(t, wanted(seven)))
		if items := strings.Count(plain.Export(), "\n"); strings.Count(c.Export(), "\n") != items || output != usual {
			t.Fatalf("%q made %d lines of %d and said %q", hostile, strings.Count(c.Export(), "\n"), items, output)
		}
	})
}
