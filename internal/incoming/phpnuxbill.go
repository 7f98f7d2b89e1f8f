package incoming

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Tables of PHPNuxBill: those that are read, those without which there is nothing to read, and those that stay behind.
var (
	nuxTables = []string{"tbl_customers", "tbl_user_recharges", "tbl_plans", "tbl_bandwidth", "tbl_routers", "tbl_customers_fields", "tbl_appconfig"}
	nuxLeft   = []string{"tbl_transactions", "tbl_payment_gateway", "tbl_voucher", "tbl_logs", "tbl_message", "tbl_users"}
)

// nux reads PHPNuxBill's tables; versions differ, so that what is there is read.
type nux struct {
	*Batch
	all       tables
	zone      *time.Location
	plans     map[string]int               // place in Batch.Plans, by id
	customers map[string]int               // place in Batch.Customers, by id
	names     map[string]string            // id, by username
	extra     map[string]map[string]string // custom fields, by customer
}

func readNux(all tables, zone *time.Location) (*Batch, error) {
	for _, name := range []string{"tbl_customers", "tbl_user_recharges", "tbl_plans"} {
		if all[name] == nil {
			return nil, invalid("incoming.no_table", "Table", name)
		}
	}
	n := &nux{Batch: newBatch("phpnuxbill"), all: all, zone: zone, plans: map[string]int{}, customers: map[string]int{}, names: map[string]string{}, extra: map[string]map[string]string{}}
	n.start(all, nuxTables...)
	n.missing()
	n.settings()
	n.routers()
	n.readPlans()
	n.fields()
	if err := n.readCustomers(); err != nil {
		return nil, err
	}
	n.recharges()
	for _, name := range nuxLeft {
		if t := all.of(name); t.more > 0 {
			n.leave(name, "", invalid("incoming.left_table", "Rows", t.more))
		}
	}
	return n.Batch, nil
}

// missing tells which columns this version does not have.
func (n *nux) missing() {
	for _, want := range []struct{ table, column, without string }{
		{"tbl_customers", "balance", "incoming.without_balance"}, {"tbl_customers", "pppoe_password", "incoming.without_pppoe"},
		{"tbl_customers", "status", "incoming.without_status"}, {"tbl_plans", "prepaid", "incoming.without_prepaid"},
	} {
		if t := n.all.of(want.table); len(t.columns) > 0 && !t.has(want.column) {
			n.leave(want.table, want.column, invalid(want.without))
		}
	}
	for _, name := range []string{"tbl_bandwidth", "tbl_routers", "tbl_customers_fields"} {
		if n.all[name] == nil {
			n.leave(name, "", invalid("incoming.no_table", "Table", name))
		}
	}
}

// settings are read for the zone of its times.
func (n *nux) settings() {
	for _, r := range n.all.of("tbl_appconfig").rows {
		n.take("tbl_appconfig")
		if r.text("setting") != "timezone" {
			continue
		}
		if zone, err := time.LoadLocation(r.text("value")); err == nil && r.text("value") != "" {
			n.zone = zone
		}
	}
}

func (n *nux) routers() {
	for _, r := range n.all.of("tbl_routers").rows {
		n.take("tbl_routers")
		n.Routers = append(n.Routers, Router{Name: r.text("name"), At: r.at, Address: r.text("ip_address")})
	}
}

func (n *nux) fields() {
	for _, r := range n.all.of("tbl_customers_fields").rows {
		n.take("tbl_customers_fields")
		id := r.text("customer_id")
		if n.extra[id] == nil {
			n.extra[id] = map[string]string{}
		}
		n.extra[id][readable(r.text("field_name"))] = readable(r.text("field_value"))
	}
}

func (n *nux) readCustomers() error {
	for _, r := range n.all.of("tbl_customers").rows {
		c := n.customer(r)
		balance, err := readMoney(r.text("balance"))
		if err == nil {
			if err = n.hold(c.Group, balance); err != nil {
				return err
			}
		}
		if err == nil && r.text("username") == "" {
			err = invalid("incoming.no_name")
		}
		if _, twice := n.names[r.text("username")]; twice && err == nil {
			err = invalid("incoming.twice", "Name", r.text("username"))
		}
		if err != nil {
			n.refuse("tbl_customers", Told{At: r.at, Name: c.Name, Why: err, Group: c.Group, Balance: balance})
			continue
		}
		c.Balance = balance
		n.take("tbl_customers")
		n.names[r.text("username")] = r.text("id")
		n.customers[r.text("id")] = len(n.Customers)
		n.Customers = append(n.Customers, c)
	}
	return nil
}

func (n *nux) customer(r record) Customer {
	id, username := r.text("id"), readable(r.text("username"))
	c := Customer{Key: "tbl_customers:" + id, At: r.at, Name: readable(r.text("fullname")), Business: strings.EqualFold(r.text("account_type"), "Business"),
		Phone: r.text("phonenumber"), Email: r.text("email"), Place: r.text("coordinates"), Group: "tbl_customers"}
	if c.Name == "" {
		c.Name = username
	}
	if c.Phone == "0" {
		c.Phone = ""
	}
	if !strings.Contains(c.Email, "@") {
		c.Email = "" // its default is "1"
	}
	var address []string
	for _, column := range []string{"address", "city", "district", "state", "zip"} {
		if s := readable(r.text(column)); s != "" {
			address = append(address, s)
		}
	}
	c.Address = strings.Join(address, ", ")
	c.Numbers = numbers(username)
	extra := n.extra[id]
	var names []string
	for name := range extra {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		switch value := extra[name]; {
		case value == "":
		case strings.Contains(strings.ToLower(name), "account"):
			c.Numbers = append(c.Numbers, numbers(value)...)
		case strings.Contains(strings.ToLower(name), "pin") && !strings.Contains(strings.ToLower(name), "shipping"):
			c.PIN = value
		default:
			c.Notes = append(c.Notes, name+": "+value)
		}
	}
	return c
}

// numbers is what a customer types into the account field of a paybill, if there is something.
func numbers(s string) []string {
	if s = strings.TrimSpace(s); s == "" {
		return nil
	}
	return []string{s}
}

// recharges are what customers have.
func (n *nux) recharges() {
	customers := n.all.of("tbl_customers").by("id")
	for _, r := range n.all.of("tbl_user_recharges").rows {
		name := readable(r.text("username"))
		if kind := strings.ToLower(r.text("type")); kind == "balance" || r.text("routers") == "balance" {
			n.refuse("tbl_user_recharges", Told{At: r.at, Name: name, Why: invalid("incoming.balance_plan")})
			continue
		}
		id := r.text("customer_id")
		if _, ok := n.customers[id]; !ok {
			id = n.names[r.text("username")]
		}
		place, ok := n.customers[id]
		if !ok {
			n.refuse("tbl_user_recharges", Told{At: r.at, Name: name, Why: invalid("incoming.no_customer")})
			continue
		}
		s, err := n.subscription(r, customers[id])
		if err != nil {
			n.refuse("tbl_user_recharges", Told{At: r.at, Name: name, Why: err})
			continue
		}
		n.take("tbl_user_recharges")
		n.Customers[place].Subscriptions = append(n.Customers[place].Subscriptions, s)
	}
}

func (n *nux) subscription(r, c record) (Subscription, error) {
	s := Subscription{Key: "tbl_user_recharges:" + r.text("id"), At: r.at, Kind: Hotspot, Login: c.values["username"], Password: c.values["password"], Router: r.text("routers")}
	if s.Router == "radius" {
		s.Router = ""
	}
	if strings.EqualFold(r.text("type"), "PPPOE") {
		s.Kind = PPPoE
		if own := c.values["pppoe_username"]; own != "" {
			s.Login = own
		}
		if own := c.values["pppoe_password"]; own != "" {
			s.Password = own
		}
		s.Address = c.text("pppoe_ip")
	}
	place, ok := n.plans[r.text("plan_id")]
	switch {
	case !ok:
		return s, invalid("incoming.no_plan", "Plan", readable(r.text("namebp")))
	case s.Password == "":
		return s, invalid("incoming.no_password")
	case isHash(s.Password):
		return s, invalid("incoming.hash", "Kind", "hash")
	}
	s.Plan = n.Plans[place].Key
	s.Off = !slices.Contains([]string{"", "active"}, strings.ToLower(c.text("status")))
	clock := r.text("time")
	if clock == "" {
		clock = "00:00:00"
	}
	day, _, _ := strings.Cut(r.text("expiration"), " ") // a driver may add a time to a day
	day, _, _ = strings.Cut(day, "T")
	until, err := readTime(day+" "+clock, n.zone, false)
	if err != nil {
		return s, err
	}
	s.Until = until
	return s, nil
}

func (n *nux) readPlans() {
	speeds := n.all.of("tbl_bandwidth").by("id")
	for range n.all.of("tbl_bandwidth").rows {
		n.take("tbl_bandwidth")
	}
	for _, r := range n.all.of("tbl_plans").rows {
		name := readable(r.text("name_plan"))
		if strings.EqualFold(r.text("type"), "Balance") {
			n.refuse("tbl_plans", Told{At: r.at, Name: name, Why: invalid("incoming.balance_plan")})
			continue
		}
		p, err := nuxPlan(r, speeds[r.text("id_bw")])
		if err != nil {
			n.refuse("tbl_plans", Told{At: r.at, Name: name, Why: err})
			continue
		}
		if p.Rate == (Rate{}) {
			n.leave(r.at, name, invalid("incoming.no_speed"))
		}
		n.take("tbl_plans")
		n.plans[r.text("id")] = len(n.Plans)
		n.Plans = append(n.Plans, p)
	}
}

// nuxPlan reads a plan and its speed.
func nuxPlan(r, speed record) (Plan, error) {
	p := Plan{Key: "tbl_plans:" + r.text("id"), At: r.at, Name: readable(r.text("name_plan")), Kind: Hotspot, Devices: int(r.number("shared_users")),
		Postpaid: strings.EqualFold(r.text("prepaid"), "no")}
	if strings.EqualFold(r.text("type"), "PPPOE") {
		p.Kind, p.Devices = PPPoE, 1
	}
	var err error
	if p.Price, err = readMoney(r.text("price")); err != nil {
		return p, err
	}
	units := map[string]string{"mins": "minute", "hrs": "hour", "days": "day", "months": "month", "period": "month"}
	p.Term = Term{N: int(r.number("validity")), Unit: units[strings.ToLower(r.text("validity_unit"))]}
	if p.Term.Unit == "" || p.Term.N < 1 {
		return p, invalid("incoming.term", "Text", r.text("validity")+" "+r.text("validity_unit"))
	}
	if kind := strings.ToLower(r.text("limit_type")); strings.EqualFold(r.text("typebp"), "Limited") {
		if kind == "time_limit" || kind == "both_limit" {
			p.Time = time.Duration(r.number("time_limit")) * map[bool]time.Duration{true: time.Minute, false: time.Hour}[strings.EqualFold(r.text("time_unit"), "Mins")]
		}
		if kind == "data_limit" || kind == "both_limit" {
			p.DataBytes = r.number("data_limit") * map[bool]int64{true: 1e6, false: 1e9}[strings.EqualFold(r.text("data_unit"), "MB")]
		}
	}
	if speed.values != nil {
		p.Rate, err = nuxRate(speed)
	}
	return p, err
}

// nuxRate reads a row of tbl_bandwidth; its burst is the rest of what RouterOS is told.
func nuxRate(r record) (Rate, error) {
	unit := func(column string) string {
		if strings.EqualFold(r.text(column), "Kbps") {
			return "k"
		}
		return "M"
	}
	return readRate(fmt.Sprintf("%d%s/%d%s %s", r.number("rate_up"), unit("rate_up_unit"), r.number("rate_down"), unit("rate_down_unit"), r.text("burst")))
}
