package app

import (
	"fmt"
	"math/rand/v2"
	"net/url"

	"mtandao/internal/db"
)

// dials fills in sessions: fifty of each customer that are over, of a day each over the months, and one of every second customer that is open.
func (c *country) dials() {
	c.Helper()
	per := func(k string) string { return fmt.Sprintf("%d + (c.n * 100 + %s)", countryBase*10, k) }
	ip := func(first string) string {
		return "CONCAT('" + first + "', c.n DIV 65536, '.', (c.n DIV 256) % 256, '.', c.n % 256)"
	}
	grant := fmt.Sprintf("%d + c.n", countryBase)
	key := "CONCAT('k', " + per("k.n") + ")"
	fifty, half := "counted c JOIN counted k ON k.n <= 50", "counted c JOIN counted k ON k.n = 1 AND c.n % 2 = 0"
	c.exec("INSERT INTO sessions_closed (id, router_id, session_key, epoch, site_id, grant_id, login_id, session_id, user_name, mac, ip, started_at, updated_at, online_seconds, bytes_up, bytes_down, wide, ended_at, cause, closed_by)" +
		" SELECT id, router_id, session_key, epoch, site_id, grant_id, login_id, session_id, user_name, mac, ip, started_at, updated_at, online_seconds, bytes_up, bytes_down, wide, updated_at, 'User-Request', 'router' FROM sessions_open ORDER BY id LIMIT 1")
	at := func(first int) string {
		return fmt.Sprintf("CONCAT('2026-0', 1 + k.n %% 9, '-', %d + 2 * (k.n DIV 9), SUBSTR(t.started_at, 11))", first)
	}
	c.like("grants", "1 = 1", "counted c", map[string]string{"id": grant, "plan": "CASE WHEN c.n % 100 = 0 THEN 'rare' ELSE t.plan END"})
	c.like("customer_words", "1 = 1", "counted c", map[string]string{"customer_id": grant, "word": "CONCAT('NAME', c.n % 5000)"})
	c.like("sessions_closed", "1 = 1", fifty, map[string]string{"id": per("k.n"), "session_key": key, "grant_id": grant, "ip": ip("10."), "started_at": at(10), "ended_at": at(11), "updated_at": at(11)})
	c.like("sessions_open", "1 = 1", half, map[string]string{"id": per("k.n"), "session_key": key, "grant_id": grant, "ip": ip("10."), "mac": "CONCAT('02', 1000000000 + c.n)", "bytes_down": "c.n * 7919 % 100003"})
	if c.s.Main.DB.Dialect() == db.MySQL {
		c.exec("ANALYZE TABLE sessions_open, sessions_closed, grants, customer_words")
	}
}

// network are the pages of who is online, and what somebody types into the search box.
func (c *country) network() map[string]func() string {
	n := func() int { return 1 + rand.IntN(c.n) }
	find := func(typed func() string) func() string {
		return func() string { return "/office/search?q=" + url.QueryEscape(typed()) }
	}
	address := func() string { i := n(); return fmt.Sprintf("10.%d.%d.%d", i/65536, i/256%256, i%256) }
	all := map[string]func() string{
		"search: a name": find(func() string { return fmt.Sprintf("name%d", n()%5000) }), "search: the beginning of a name": find(func() string { return "na" }), "search: an account": find(func() string { return fmt.Sprint(10_000_000 + n()) }),
		"search: a phone": find(func() string { return fmt.Sprintf("07%08d", n()) }), "search: an invoice": find(func() string { return fmt.Sprintf("MANY-%d", n()*10+1) }), "search: a receipt": find(func() string { return fmt.Sprintf("SLA%07d", n()) }),
		"search: a device": find(func() string { return fmt.Sprintf("02%d", 1_000_000_000+n()) }), "search: an address": find(address), "search: an address, then": find(func() string { return address() + " at 2026-03-12 23:59" }),
		"search: nothing": find(func() string { return "zzzz zzzz" })}
	for name, query := range map[string]string{"online": "", "online: the longest": "?sort=oldest", "online: a rare plan": "?plan=rare", "online: a later page": fmt.Sprintf("?before=%d", countryBase*10+c.n*50)} {
		all[name] = func() string { return "/office/sessions" + query }
	}
	return all
}
