package incoming

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Tables of FreeRADIUS and of the panels around it.
var (
	radiusTables = []string{"radcheck", "radreply", "radusergroup", "radgroupcheck", "radgroupreply", "userinfo", "nas"}
	radiusLeft   = []string{"radacct", "radpostauth"}
)

// refusedPasswords are the ways in which a password is kept so that it cannot be read; RADIUS needs it in the clear for CHAP.
var refusedPasswords = map[string]bool{"nt-password": true, "lm-password": true, "crypt-password": true, "md5-password": true, "smd5-password": true,
	"sha-password": true, "ssha-password": true, "sha1-password": true, "ssha1-password": true, "sha2-password": true, "ssha2-password": true, "sha256-password": true,
	"ssha256-password": true, "sha512-password": true, "ssha512-password": true, "pbkdf2-password": true, "ns-mta-md5-password": true}

// attribute is a line of radcheck, radreply and those of groups.
type attribute struct {
	at, name, op, value string
}

// radiusUser is what the tables say of one name.
type radiusUser struct {
	name         string
	check, reply []attribute
	groups       []record
}

type radiusReader struct {
	*Batch
	all   tables
	zone  *time.Location
	plans map[string]string // key, by group or rate
	info  map[string]record
}

// readRADIUS reads FreeRADIUS's SQL.
func readRADIUS(all tables, zone *time.Location) (*Batch, error) {
	if all["radcheck"] == nil {
		return nil, invalid("incoming.no_table", "Table", "radcheck")
	}
	r := &radiusReader{Batch: newBatch("freeradius"), all: all, zone: zone, plans: map[string]string{}, info: all.of("userinfo").by("username")}
	r.start(all, radiusTables...)
	for _, row := range all.of("nas").rows {
		r.take("nas")
		r.Routers = append(r.Routers, Router{Name: cmp.Or(row.text("shortname"), row.text("nasname")), At: row.at, Address: row.text("nasname")})
	}
	r.groups()
	for _, u := range r.users() {
		if c, err := r.customer(u); err != nil {
			r.refuseUser(u, err)
		} else {
			r.takeUser(u)
			r.Customers = append(r.Customers, c)
		}
	}
	for range all.of("userinfo").rows {
		r.take("userinfo")
	}
	for _, name := range radiusLeft {
		if t := all.of(name); t.more > 0 {
			r.leave(name, "", invalid("incoming.left_table", "Rows", t.more))
		}
	}
	return r.Batch, nil
}

// attributes groups the rows of a table by a column, in the order of their ids.
func (r *radiusReader) attributes(name, column string) (by map[string][]attribute, order []string) {
	by = map[string][]attribute{}
	for _, row := range r.all.of(name).rows {
		key := row.text(column)
		if by[key] == nil {
			order = append(order, key)
		}
		by[key] = append(by[key], attribute{row.at, row.text("attribute"), row.text("op"), row.values["value"]})
	}
	return by, order
}

func (r *radiusReader) users() (users []radiusUser) {
	check, order := r.attributes("radcheck", "username")
	reply, others := r.attributes("radreply", "username")
	groups := map[string][]record{}
	for _, row := range r.all.of("radusergroup").rows {
		name := row.text("username")
		if check[name] == nil && reply[name] == nil && groups[name] == nil {
			others = append(others, name)
		}
		groups[name] = append(groups[name], row)
	}
	for _, name := range others {
		if check[name] == nil {
			order = append(order, name)
		}
	}
	seen := map[string]bool{}
	for _, name := range order {
		if seen[name] {
			continue
		}
		seen[name] = true
		g := groups[name]
		slices.SortStableFunc(g, func(a, b record) int { return cmp.Compare(a.number("priority"), b.number("priority")) })
		users = append(users, radiusUser{name, check[name], reply[name], g})
	}
	return users
}

func (r *radiusReader) refuseUser(u radiusUser, why error) {
	at := "radcheck"
	if len(u.check) > 0 {
		at = u.check[0].at
	} else if len(u.reply) > 0 {
		at = u.reply[0].at
	} else if len(u.groups) > 0 {
		at = u.groups[0].at
	}
	r.count("radcheck").Refused += len(u.check)
	r.count("radreply").Refused += len(u.reply)
	r.count("radusergroup").Refused += len(u.groups)
	r.Refused = append(r.Refused, Told{At: at, Name: u.name, Why: why, Group: "radcheck"})
}

func (r *radiusReader) takeUser(u radiusUser) {
	r.count("radcheck").Taken += len(u.check)
	r.count("radreply").Taken += len(u.reply)
	r.count("radusergroup").Taken += len(u.groups)
}

// radiusLimits are what attributes say of a plan and a subscription.
type radiusLimits struct {
	p       Plan
	s       Subscription
	clear   string
	hash    error // a password that cannot be read; one in the clear beside it is enough
	refused error
}

// groups become plans.
func (r *radiusReader) groups() {
	check, order := r.attributes("radgroupcheck", "groupname")
	reply, more := r.attributes("radgroupreply", "groupname")
	for _, name := range append(order, more...) {
		if r.plans[name] != "" {
			continue
		}
		if name == "" {
			r.nameless("radgroupcheck", check[name])
			r.nameless("radgroupreply", reply[name])
			delete(check, name) // both tables may have some
			delete(reply, name)
			continue
		}
		l := radiusLimits{p: Plan{Key: "group:" + name, Name: readable(name), Kind: PPPoE, Devices: 1}}
		for _, a := range slices.Concat(check[name], reply[name]) {
			if l.p.At == "" {
				l.p.At = a.at
			}
			r.apply(&l, a, name)
		}
		l.p.Kind = kindOf(slices.Concat(check[name], reply[name]), PPPoE)
		r.count("radgroupcheck").Taken += len(check[name])
		r.count("radgroupreply").Taken += len(reply[name])
		r.plans[name] = l.p.Key
		r.Plans = append(r.Plans, l.p)
	}
}

// nameless refuses lines of a group that has no name.
func (r *radiusReader) nameless(table string, all []attribute) {
	for _, a := range all {
		r.refuse(table, Told{At: a.at, Name: a.name, Why: invalid("incoming.no_name")})
	}
}

// kindOf sees from Framed-Protocol and Service-Type how somebody logs in.
func kindOf(all []attribute, otherwise Kind) Kind {
	for _, a := range all {
		switch name := strings.ToLower(a.name); {
		case name == "framed-protocol" && strings.EqualFold(a.value, "PPP"):
			return PPPoE
		case name == "wispr-redirection-url", name == "service-type" && strings.EqualFold(a.value, "Login-User"):
			return Hotspot
		}
	}
	return otherwise
}

// apply reads one attribute; what has no counterpart is told.
func (r *radiusReader) apply(l *radiusLimits, a attribute, whose string) {
	value := strings.TrimSpace(a.value)
	n, _ := strconv.ParseInt(value, 10, 64)
	name := strings.ToLower(a.name)
	var err error
	switch {
	case name == "cleartext-password" || name == "user-password":
		l.clear = a.value
	case name == "password-with-header":
		r.header(l, a)
	case refusedPasswords[name]:
		l.hash = invalid("incoming.hash", "Kind", a.name)
	case name == "auth-type" && strings.EqualFold(value, "Reject"):
		l.s.Off = true
	case name == "auth-type" && strings.EqualFold(value, "Accept"):
		l.refused = invalid("incoming.any_password")
	case name == "expiration":
		l.s.Until, err = readExpiration(value, r.zone)
	case name == "mikrotik-rate-limit":
		l.p.Rate, err = readRate(value)
	case name == "wispr-bandwidth-max-up":
		l.p.Rate.UpKbps = n / 1000
	case name == "wispr-bandwidth-max-down":
		l.p.Rate.DownKbps = n / 1000
	case name == "simultaneous-use", name == "port-limit":
		l.p.Devices = int(n)
	case name == "mikrotik-total-limit", name == "max-octets", name == "chillispot-max-total-octets":
		l.p.DataBytes += n
	case name == "mikrotik-total-limit-gigawords":
		l.p.DataBytes += n << 32
	case name == "max-all-session":
		l.p.Time = time.Duration(n) * time.Second
	case name == "framed-ip-address":
		l.s.Address = value
	case name == "calling-station-id":
		l.s.MAC = value
	case slices.Contains([]string{"framed-protocol", "service-type", "fall-through", "acct-interim-interval", "framed-compression", "framed-ip-netmask", "wispr-redirection-url"}, name):
	default:
		r.leave(a.at, whose, invalid("incoming.left_attribute", "Attribute", a.name))
	}
	if err != nil {
		l.refused = err
	}
}

// header reads a password that says how it is kept.
func (r *radiusReader) header(l *radiusLimits, a attribute) {
	lower := strings.ToLower(a.value)
	for _, h := range []string{"{clear}", "{cleartext}"} {
		if strings.HasPrefix(lower, h) {
			l.clear = a.value[len(h):]
			return
		}
	}
	kept, _, ok := strings.Cut(a.value, "}")
	if !ok {
		kept = a.name
	}
	l.hash = invalid("incoming.hash", "Kind", strings.Trim(kept, "{}"))
}

// readExpiration reads FreeRADIUS's Expiration: "23 Sep 2004 12:00", "September 23 2004", or seconds since 1970.
func readExpiration(s string, zone *time.Location) (time.Time, error) {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil && n > 500_000_000 {
		return time.Unix(n, 0).In(zone), nil
	}
	return readTime(s, zone, false)
}

func (r *radiusReader) customer(u radiusUser) (Customer, error) {
	c := Customer{Key: "radcheck:" + u.name, At: "radcheck " + u.name, Name: readable(u.name), Group: "radcheck", Numbers: numbers(readable(u.name))}
	l := radiusLimits{p: Plan{Kind: PPPoE, Devices: 1}, s: Subscription{Key: "radcheck:" + u.name, At: "radcheck " + u.name, Login: u.name}}
	for _, a := range slices.Concat(u.check, u.reply) {
		r.apply(&l, a, u.name)
	}
	switch {
	case u.name == "":
		return c, invalid("incoming.no_name")
	case l.refused != nil:
		return c, l.refused
	case l.clear == "" && l.hash != nil:
		return c, l.hash
	case l.clear == "":
		return c, invalid("incoming.no_password")
	}
	l.s.Password, l.s.Plan = l.clear, r.planOf(u, &l)
	l.s.Kind = kindOf(slices.Concat(u.check, u.reply), cmp.Or(r.kindOfPlan(l.s.Plan), PPPoE))
	r.describe(&c, u.name)
	c.Subscriptions = []Subscription{l.s}
	return c, nil
}

// planOf is the plan of the first group that has one; who has none has a plan of the same speed as others.
func (r *radiusReader) planOf(u radiusUser, l *radiusLimits) string {
	plan := ""
	for _, g := range u.groups {
		name := g.text("groupname")
		if strings.EqualFold(name, "daloRADIUS-Disabled-Users") || strings.EqualFold(name, "disabled") {
			l.s.Off = true
			continue
		}
		if plan == "" {
			if r.plans[name] == "" { // a group without a line of its own
				r.plans[name] = "group:" + name
				r.Plans = append(r.Plans, Plan{Key: "group:" + name, At: g.at, Name: readable(name), Kind: PPPoE, Devices: 1})
			}
			plan = r.plans[name]
		} else {
			r.leave(g.at, u.name, invalid("incoming.second_group", "Group", name))
		}
	}
	if plan != "" {
		if l.p.Rate != (Rate{}) {
			r.leave(l.s.At, u.name, invalid("incoming.own_speed"))
		}
		return plan
	}
	name := speedName(l.p.Rate)
	if r.plans["\x00"+name] == "" {
		l.p.Key, l.p.Name, l.p.At = "speed:"+name, name, "radreply"
		r.plans["\x00"+name] = l.p.Key
		r.Plans = append(r.Plans, l.p)
	}
	return r.plans["\x00"+name]
}

func (r *radiusReader) kindOfPlan(key string) Kind {
	for _, p := range r.Plans {
		if p.Key == key {
			return p.Kind
		}
	}
	return ""
}

// speedName is "10/5 Mbps", download first, as people say it.
func speedName(r Rate) string {
	if r == (Rate{}) {
		return "No limit"
	}
	one := func(kbps int64) string {
		if kbps%1000 == 0 {
			return strconv.FormatInt(kbps/1000, 10) + "M"
		}
		return strconv.FormatInt(kbps, 10) + "k"
	}
	return one(r.DownKbps) + "/" + one(r.UpKbps)
}

// describe adds what daloRADIUS knows of a person.
func (r *radiusReader) describe(c *Customer, name string) {
	i, ok := r.info[name]
	if !ok {
		return
	}
	if full := strings.TrimSpace(readable(i.text("firstname")) + " " + readable(i.text("lastname"))); full != "" {
		c.Name = full
	}
	if company := readable(i.text("company")); company != "" {
		c.Name, c.Business = company, true
	}
	c.Email, c.Phone = i.text("email"), cmp.Or(i.text("mobilephone"), i.text("homephone"), i.text("workphone"))
	c.Address = strings.Trim(readable(i.text("address"))+", "+readable(i.text("city")), ", ")
	if notes := readable(i.text("notes")); notes != "" {
		c.Notes = append(c.Notes, notes)
	}
}
