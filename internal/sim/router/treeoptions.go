package router

import (
	"strings"
	"time"
)

// Options is o with what the configuration says of RADIUS, the hotspot and its portal: a router that was set up by a script
// then works as it was told. Listeners and the source address stay those of o.
func (c *Configuration) Options(o Options) Options {
	c.mu.Lock()
	defer c.mu.Unlock()
	o.Configuration = c
	o.Name = c.items["/system/identity"][0].values["name"]
	o.AuthServer, o.AcctServer, o.PortalURL, o.CHAP, o.MACLogin = "", "", "", false, false
	hotspot := c.live("/ip/hotspot", func(map[string]string) bool { return true })
	profile := c.live("/ip/hotspot/profile", func(v map[string]string) bool { return v["name"] == hotspot["profile"] })
	if hotspot == nil || profile == nil {
		return o
	}
	o.Server = hotspot["name"]
	ways := "," + profile["login-by"] + ","
	o.CHAP, o.MACLogin = strings.Contains(ways, ",http-chap,"), strings.Contains(ways, ",mac,")
	if page := c.file(profile["html-directory"] + "/login.html"); page != nil {
		o.PortalURL = portalOf(page.values["contents"])
	}
	server := c.live("/radius", func(v map[string]string) bool { return strings.Contains(v["service"], "hotspot") })
	if server == nil || profile["use-radius"] != "true" {
		return o
	}
	o.AuthServer = server["address"] + ":" + server["authentication-port"]
	o.AcctServer = server["address"] + ":" + server["accounting-port"]
	o.Secret = server["secret"]
	millis, _ := parseSpan(server["timeout"])
	o.Timeout = time.Duration(millis) * time.Millisecond
	if c.items["/radius/incoming"][0].values["accept"] != "true" {
		o.CoA = ""
	}
	return o
}

// live is the first item that is switched on and wanted.
func (c *Configuration) live(path string, wanted func(v map[string]string) bool) map[string]string {
	for _, i := range c.items[path] {
		if i.values["disabled"] != "true" && wanted(i.values) {
			return i.values
		}
	}
	return nil
}

// portalOf is where a login.html sends the browser by a Location header, without the variables that this simulation fills in
// (doc.go lists them); empty when the page sends others.
func portalOf(page string) string {
	_, after, found := strings.Cut(page, `$(if http-header == "Location")`)
	address, _, closed := strings.Cut(after, "$(endif)")
	portal, variables, ours := strings.Cut(address, "mac=$(mac-esc)&")
	if !found || !closed || !ours || variables != "ip=$(ip)&login=$(link-login-only-esc)&orig=$(link-orig-esc)&err=$(error-esc)&cid=$(chap-id)&chal=$(chap-challenge)&in=$(logged-in)" {
		return ""
	}
	return strings.TrimRight(portal, "?&")
}
