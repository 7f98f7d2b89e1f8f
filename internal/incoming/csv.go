package incoming

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"mtandao/internal/money"
)

// Columns of a table that are understood, each with the headings by which they are known.
var csvColumns = map[string][]string{
	"name":     {"name", "full name", "fullname", "customer", "customer name", "client", "client name", "jina", "mteja"},
	"phone":    {"phone", "phone number", "phonenumber", "mobile", "telephone", "tel", "msisdn", "simu", "namba ya simu", "nambari ya simu"},
	"email":    {"email", "e-mail", "mail", "barua pepe"},
	"account":  {"account", "account number", "account no", "acc no", "account id", "customer number", "customer id", "akaunti", "namba ya akaunti", "nambari ya akaunti"},
	"login":    {"login", "username", "user name", "pppoe user", "pppoe username", "pppoe", "user"},
	"password": {"password", "secret", "pppoe password", "pass"},
	"plan":     {"plan", "package", "tariff", "profile", "product", "internet plan", "kifurushi"},
	"price":    {"price", "plan price", "monthly", "monthly fee", "bei"},
	"expiry":   {"expiry", "expiry date", "expires", "expires on", "expiration", "end date", "paid until", "due date", "mwisho"},
	"balance":  {"balance", "account balance", "wallet", "credit", "salio"},
	"owed":     {"owed", "debt", "arrears", "amount due", "outstanding", "deni"},
	"router":   {"router", "nas", "station", "mikrotik"},
	"address":  {"address", "location", "estate", "street", "mahali"},
	"static":   {"ip", "ip address", "static ip", "framed ip"},
	"mac":      {"mac", "mac address"},
	"pin":      {"pin", "kra pin", "tax number", "vat number"},
	"kind":     {"kind", "type", "service type", "connection type"},
	"status":   {"status", "state", "hali"},
	"notes":    {"notes", "note", "comment", "remarks", "maelezo"},
}

// CSVOptions say how to read a table.
type CSVOptions struct {
	Columns map[string]string // "login": "PPPoE user"; those that are left out are known by their headings
	Zone    *time.Location
}

type csvReader struct {
	*Batch
	at         map[string]int // place of a column
	zone       *time.Location
	monthFirst bool
	customers  map[string]int // by account number
	plans      map[string]int
	routers    map[string]bool
	logins     map[string]bool
}

// rows is what the lines of a table are counted as.
const rows = "rows"

// ReadCSV reads a table whose first line has headings. fault.Invalid "incoming.no_column" or "incoming.empty" when it cannot be read at all.
func ReadCSV(in io.Reader, o CSVOptions) (*Batch, error) {
	in, err := unpacked(in)
	if err != nil {
		return nil, err
	}
	raw, err := io.ReadAll(&bounded{in, mostTable})
	if err != nil {
		return nil, err
	}
	text := readable(string(raw))
	r := csv.NewReader(strings.NewReader(text))
	r.Comma, r.FieldsPerRecord, r.TrimLeadingSpace = delimiter(text), -1, true
	heading, err := r.Read()
	if err != nil {
		return nil, invalid("incoming.empty")
	}
	if len(heading) > mostColumns {
		return nil, invalid("incoming.too_large")
	}
	c := &csvReader{Batch: newBatch("csv"), zone: o.Zone, customers: map[string]int{}, plans: map[string]int{}, routers: map[string]bool{}, logins: map[string]bool{}}
	if err := c.columns(heading, o.Columns); err != nil {
		return nil, err
	}
	all := c.records(r, len(heading))
	c.monthFirst = c.american(all)
	for _, rec := range all {
		if err := c.row(rec); err != nil {
			return nil, err
		}
	}
	return c.Batch, nil
}

// mostTable bounds a table, which is read whole, and is several times as large in memory: half a million subscribers are less.
const mostTable = 64 << 20

// delimiter is what parts the first line most often.
func delimiter(text string) rune {
	first, _, _ := strings.Cut(text, "\n")
	best := ','
	for _, r := range ";\t|" {
		if strings.Count(first, string(r)) > strings.Count(first, string(best)) {
			best = r
		}
	}
	return best
}

func (c *csvReader) columns(heading []string, mapped map[string]string) error {
	c.at = map[string]int{}
	plain := func(s string) string {
		return strings.Join(strings.Fields(strings.NewReplacer("_", " ", ".", " ", "-", " ").Replace(strings.ToLower(s))), " ")
	}
	used, places := map[int]bool{}, map[string][]int{}
	for n, h := range heading {
		places[plain(h)] = append(places[plain(h)], n)
	}
	find := func(column string, names ...string) bool {
		first := -1
		for _, name := range names {
			for _, n := range places[plain(name)] {
				if !used[n] && (first < 0 || n < first) {
					first = n
				}
			}
		}
		if first < 0 {
			return false
		}
		c.at[column], used[first] = first, true
		return true
	}
	var names []string
	for column := range csvColumns {
		names = append(names, column)
	}
	slices.Sort(names)
	for column, named := range mapped {
		if csvColumns[column] == nil {
			return invalid("incoming.unknown_column", "Column", column, "Columns", strings.Join(names, ", "))
		}
		if !find(column, named) {
			return invalid("incoming.no_column", "Column", named)
		}
	}
	for _, column := range names {
		if _, ok := c.at[column]; !ok {
			find(column, csvColumns[column]...)
		}
	}
	for n, h := range heading {
		if !used[n] && strings.TrimSpace(h) != "" {
			c.leave("line 1", h, invalid("incoming.left_column", "Column", h))
		}
	}
	_, login := c.at["login"]
	_, name := c.at["name"]
	if !login && !name {
		return invalid("incoming.no_column", "Column", "login")
	}
	return nil
}

// csvRecord is a line of a table.
type csvRecord struct {
	line   int
	fields []string
}

// records reads all lines; those that are broken are refused.
func (c *csvReader) records(r *csv.Reader, wide int) (all []csvRecord) {
	for {
		fields, err := r.Read()
		if errors.Is(err, io.EOF) {
			return all
		}
		if blank(fields) && err == nil {
			continue
		}
		c.count(rows).Read++
		var broken *csv.ParseError
		switch {
		case errors.As(err, &broken):
			c.refuse(rows, Told{At: fmt.Sprintf("line %d", broken.StartLine), Why: invalid("incoming.open_quote"), Group: rows})
		case len(fields) != wide:
			line, _ := r.FieldPos(0)
			c.refuse(rows, Told{At: fmt.Sprintf("line %d", line), Why: invalid("incoming.columns", "Values", len(fields), "Columns", wide), Group: rows})
		default:
			line, _ := r.FieldPos(0)
			all = append(all, csvRecord{line, fields})
		}
	}
}

func blank(fields []string) bool {
	return !slices.ContainsFunc(fields, func(s string) bool { return strings.TrimSpace(s) != "" })
}

// american says that the days of this file can only be read with the month first: one of them cannot be read otherwise, and none the other way.
func (c *csvReader) american(all []csvRecord) bool {
	first, second := false, false
	for _, rec := range all {
		s := c.field(rec, "expiry")
		_, day := readTime(s, c.zone, false)
		month := errMonthFirst(s, c.zone)
		first = first || s != "" && day != nil && month == nil
		second = second || s != "" && day == nil && month != nil
	}
	return first && !second
}

// errMonthFirst is why a day cannot be read with its month first alone.
func errMonthFirst(s string, zone *time.Location) error {
	plain := strings.Join(strings.Fields(s), " ")
	for _, d := range american {
		for _, t := range timeLayouts {
			if _, err := time.ParseInLocation(d+t, plain, zone); err == nil {
				return nil
			}
		}
	}
	return invalid("incoming.time", "Text", s)
}

func (c *csvReader) field(rec csvRecord, column string) string {
	n, ok := c.at[column]
	if !ok || n >= len(rec.fields) {
		return ""
	}
	return strings.TrimSpace(rec.fields[n])
}

// row takes a line or refuses it; an error ends the reading: sums too large to be true.
func (c *csvReader) row(rec csvRecord) error {
	at := fmt.Sprintf("line %d", rec.line)
	name := firstOf(c.field(rec, "name"), c.field(rec, "login"), c.field(rec, "account"))
	balance, err := c.balance(rec)
	if err == nil {
		if err := c.hold(rows, balance); err != nil {
			return err
		}
		err = c.customer(rec, at, name, balance)
	}
	if err != nil {
		c.refuse(rows, Told{At: at, Name: name, Why: err, Group: rows, Balance: balance})
		return nil
	}
	c.take(rows)
	return nil
}

// balance is credit less what is owed; a table has one column or both.
func (c *csvReader) balance(rec csvRecord) (money.Amount, error) {
	credit, err := readMoney(c.field(rec, "balance"))
	if err != nil {
		return money.Amount{}, err
	}
	owed, err := readMoney(c.field(rec, "owed"))
	if err != nil {
		return money.Amount{}, err
	}
	return credit.Sub(owed)
}

func firstOf(all ...string) string {
	for _, s := range all {
		if s != "" {
			return s
		}
	}
	return ""
}

func (c *csvReader) customer(rec csvRecord, at, name string, balance money.Amount) error {
	account, login := c.field(rec, "account"), c.field(rec, "login")
	key := firstOf(account, login, c.field(rec, "phone"))
	if name == "" || key == "" {
		return invalid("incoming.no_name")
	}
	s, has, err := c.subscription(rec, at, key)
	if err != nil {
		return err
	}
	place, known := c.customers[key]
	switch {
	case known && !balance.IsZero():
		return invalid("incoming.second_balance", "Account", key)
	case known && !has:
		return invalid("incoming.twice", "Name", key)
	case !known:
		place = len(c.Customers)
		c.customers[key] = place
		cu := Customer{Key: "row:" + key, At: at, Name: name, Phone: c.field(rec, "phone"), Email: c.field(rec, "email"), Address: c.field(rec, "address"),
			PIN: c.field(rec, "pin"), Numbers: numbers(account), Group: rows, Balance: balance}
		if account == "" {
			cu.Numbers = numbers(login)
		}
		if note := c.field(rec, "notes"); note != "" {
			cu.Notes = []string{note}
		}
		c.Customers = append(c.Customers, cu)
	}
	if has {
		c.Customers[place].Subscriptions = append(c.Customers[place].Subscriptions, s)
		c.logins[strings.ToLower(login)] = true
		c.router(s.Router, at)
	}
	return nil
}

func (c *csvReader) router(name, at string) {
	if name != "" && !c.routers[name] {
		c.routers[name] = true
		c.Routers = append(c.Routers, Router{Name: name, At: at})
	}
}

// subscription is what a line says of a login; a line without one is a customer alone.
func (c *csvReader) subscription(rec csvRecord, at, key string) (s Subscription, has bool, err error) {
	login, plan := c.field(rec, "login"), c.field(rec, "plan")
	if login == "" {
		if plan != "" {
			return s, false, invalid("incoming.no_login")
		}
		return s, false, nil
	}
	s = Subscription{Key: "row:" + login, At: at, Kind: PPPoE, Login: login, Password: c.field(rec, "password"), Router: c.field(rec, "router"),
		Address: c.field(rec, "static"), MAC: c.field(rec, "mac"), Off: c.off(rec)}
	switch kind := strings.ToLower(c.field(rec, "kind")); {
	case strings.Contains(kind, "hotspot"):
		s.Kind = Hotspot
	case isMAC(login) && s.Password == "":
		s.Kind = MAC
	}
	switch {
	case c.logins[strings.ToLower(login)]:
		return s, false, invalid("incoming.twice", "Name", login)
	case s.Password == "" && s.Kind != MAC:
		return s, false, invalid("incoming.no_password")
	case isHash(s.Password):
		return s, false, invalid("incoming.hash", "Kind", "hash")
	case plan == "":
		return s, false, invalid("incoming.no_plan", "Plan", "")
	}
	if until := c.field(rec, "expiry"); until != "" {
		if s.Until, err = readTime(until, c.zone, c.monthFirst); err != nil {
			return s, false, err
		}
	}
	s.Plan, err = c.planOf(rec, plan, s.Kind, at)
	return s, err == nil, err
}

// off: switched off by the provider, and not only past its end.
func (c *csvReader) off(rec csvRecord) bool {
	return slices.Contains([]string{"disabled", "blocked", "suspended", "banned", "off", "terminated", "closed"}, strings.ToLower(c.field(rec, "status")))
}

// planOf is a plan by its name; the first line that has a price gives it.
func (c *csvReader) planOf(rec csvRecord, name string, kind Kind, at string) (string, error) {
	price, err := readMoney(c.field(rec, "price"))
	if err != nil {
		return "", err
	}
	place, ok := c.plans[name]
	if !ok {
		place = len(c.Plans)
		c.plans[name] = place
		c.Plans = append(c.Plans, Plan{Key: "plan:" + name, At: at, Name: name, Kind: kind, Devices: 1, Term: Term{1, "month"}})
	}
	switch p := &c.Plans[place]; {
	case p.Price.IsZero():
		p.Price = price
	case !price.IsZero() && price != p.Price:
		c.leave(at, name, invalid("incoming.two_prices", "Plan", name, "One", p.Price.String(), "Other", price.String()))
	}
	return "plan:" + name, nil
}
