package incoming

import (
	"cmp"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Menus of RouterOS where local subscribers are.
const (
	secretMenu  = "/ppp/secret"
	profileMenu = "/ppp/profile"
	userMenu    = "/ip/hotspot/user"
	tariffMenu  = "/ip/hotspot/user/profile"
)

// RouterMenus are the menus that ReadRouter wants.
var RouterMenus = []string{secretMenu, profileMenu, userMenu, tariffMenu}

type rosReader struct {
	*Batch
	zone   *time.Location
	router string
	plans  map[string]string // key, by menu and profile
	taken  map[string]bool   // keys: a name may be there once for each service or server
}

// readRouterOS reads the items of RouterMenus.
func readRouterOS(e *export, router string, zone *time.Location) (*Batch, error) {
	r := &rosReader{Batch: newBatch("routeros"), zone: zone, router: router, plans: map[string]string{}, taken: map[string]bool{}}
	for _, t := range e.broken {
		r.count(t.Name).Read++
		r.refuse(t.Name, t)
	}
	for _, menu := range RouterMenus {
		r.count(menu).Read += len(e.items[menu])
	}
	if router != "" {
		r.Routers = []Router{{Name: router}}
	}
	r.profiles(e.items[profileMenu], profileMenu, PPPoE)
	r.profiles(e.items[tariffMenu], tariffMenu, Hotspot)
	for _, i := range e.items[secretMenu] {
		r.subscriber(secretMenu, profileMenu, PPPoE, i, e.hidden)
	}
	for _, i := range e.items[userMenu] {
		r.subscriber(userMenu, tariffMenu, Hotspot, i, e.hidden)
	}
	return r.Batch, nil
}

// profiles become plans, without a price.
func (r *rosReader) profiles(items []item, menu string, kind Kind) {
	for _, i := range items {
		name := cmp.Or(i.props["name"], strings.Trim(i.which, `"*`))
		if strings.Contains(i.which, "default=yes") || name == "" {
			name = "default"
		}
		p := Plan{Key: menu + ":" + name, At: i.at, Name: name, Kind: kind, Devices: 1}
		var err error
		if rate := i.props["rate-limit"]; rate != "" {
			p.Rate, err = readRate(rate)
		}
		if n, bad := strconv.Atoi(i.props["shared-users"]); bad == nil {
			p.Devices = n
		}
		if t, ok := readSpan(i.props["session-timeout"]); ok && t > 0 {
			p.Term = Term{int(t / time.Minute), "minute"}
		}
		if err != nil {
			r.refuse(menu, Told{At: i.at, Name: name, Why: err})
			continue
		}
		r.take(menu)
		if r.plans[p.Key] == "" {
			r.plans[p.Key] = p.Key
			r.Plans = append(r.Plans, p)
		}
	}
}

// subscriber is a secret or a user of the hotspot.
func (r *rosReader) subscriber(menu, profiles string, kind Kind, i item, hidden bool) {
	name := i.props["name"]
	c, err := r.customer(menu, profiles, kind, i, hidden)
	if err == nil && r.taken[c.Key] {
		err = invalid("incoming.twice", "Name", name)
	}
	if err != nil {
		r.refuse(menu, Told{At: i.at, Name: name, Why: err, Group: menu})
		return
	}
	r.take(menu)
	r.taken[c.Key] = true
	r.Customers = append(r.Customers, c)
}

func (r *rosReader) customer(menu, profiles string, kind Kind, i item, hidden bool) (Customer, error) {
	p := i.props
	name, service := p["name"], p["service"]
	s := Subscription{Key: menu + ":" + r.router + ":" + name, At: i.at, Kind: kind, Login: name, Password: p["password"], Router: r.router,
		Off: p["disabled"] == "yes" || p["disabled"] == "true"}
	c := Customer{Key: s.Key, At: i.at, Group: menu, Numbers: numbers(name)}
	switch _, secret := p["password"]; {
	case i.verb == "set" || p["default"] == "true" || p["dynamic"] == "true":
		return c, invalid("incoming.built_in")
	case name == "":
		return c, invalid("incoming.no_name")
	case !slices.Contains([]string{"", "any", "pppoe"}, service):
		return c, invalid("incoming.service", "Service", service)
	case s.Password == "" && menu == userMenu && isMAC(name):
		s.Kind = MAC
	case s.Password == "" && hidden, !secret && menu == secretMenu:
		return c, invalid("incoming.hidden")
	case s.Password == "":
		return c, invalid("incoming.no_password")
	}
	s.Plan = r.planOf(profiles, cmp.Or(p["profile"], "default"), kind, i.at)
	if a, err := netip.ParseAddr(cmp.Or(p["remote-address"], p["address"])); err == nil && !a.IsUnspecified() {
		s.Address = a.String()
	}
	if mac := cmp.Or(p["caller-id"], p["mac-address"]); isMAC(mac) && mac != "00:00:00:00:00:00" {
		s.MAC = mac
	}
	for _, left := range []string{"limit-uptime", "limit-bytes-total", "limit-bytes-in", "limit-bytes-out", "routes", "remote-ipv6-prefix", "rate-limit"} {
		if v := p[left]; v != "" && v != "0" && v != "0s" {
			r.leave(i.at, name, invalid("incoming.left_attribute", "Attribute", left+"="+v))
		}
	}
	r.comment(&c, &s, name, p["comment"])
	c.Subscriptions = []Subscription{s}
	return c, nil
}

// planOf is the plan of a profile; one that is not in the export has a plan without a speed.
func (r *rosReader) planOf(menu, profile string, kind Kind, at string) string {
	key := menu + ":" + profile
	if r.plans[key] == "" {
		r.plans[key] = key
		r.Plans = append(r.Plans, Plan{Key: key, At: at, Name: profile, Kind: kind, Devices: 1})
		if profile != "default" {
			r.leave(at, profile, invalid("incoming.no_profile", "Profile", profile))
		}
	}
	return key
}

// comment is where providers write whose a secret is: a name, a phone, and with Mikhmon the end.
func (r *rosReader) comment(c *Customer, s *Subscription, name, comment string) {
	c.Name = name
	rest := strings.TrimSpace(comment)
	if t, err := readTime(titled(rest), r.zone, false); err == nil && rest != "" {
		s.Until = t
		return
	}
	if phone := phoneIn.FindString(rest); phone != "" {
		c.Phone = phone
		rest = strings.Replace(rest, phone, "", 1)
	}
	rest = strings.Trim(strings.Join(strings.Fields(rest), " "), " -–,;:|/()")
	if strings.IndexFunc(rest, func(r rune) bool { return r >= 'A' }) >= 0 && !strings.HasPrefix(rest, "vc-") && !strings.HasPrefix(rest, "up-") {
		c.Name = rest
	}
	if comment != "" {
		c.Notes = append(c.Notes, comment)
	}
}

// titled writes the months of RouterOS's older dates as Go knows them: "nov/26/2026" is "Nov/26/2026".
func titled(s string) string {
	if len(s) > 3 && s[3] == '/' {
		return strings.ToUpper(s[:1]) + s[1:]
	}
	return s
}

func isMAC(s string) bool {
	if len(s) != 17 {
		return false
	}
	for n, c := range strings.ToLower(s) {
		if n%3 == 2 && c != ':' && c != '-' || n%3 != 2 && !strings.ContainsRune("0123456789abcdef", c) {
			return false
		}
	}
	return true
}
