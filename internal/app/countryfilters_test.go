package app

import (
	"fmt"
	"math/rand/v2"
	"net/url"

	"mtandao/internal/bulk"
	"mtandao/internal/db"
)

// elsewhere begins the names of pages that are asked by a member of a site at which nobody is.
const elsewhere = "elsewhere: "

// bulked fills in as many runs of many as there are customers, of which one has so many objects that it may not have more: a third is done, a third left for one reason. All customers have a
// tag, and each ten are a family.
func (c *country) bulked() int64 {
	c.Helper()
	form := url.Values{"kind": {"tag"}, "which": {"picked"}, "pick": {fmt.Sprint(countryBase + c.n)}, "named": {"like"}, "once": {"likeallofthem"}}
	asked, _ := c.s.bulkOf(c.T, c.s.hire(c.T, "like@demo.example", nil, "manager").send("/office/customers/bulk", form))
	run, id := asked.ID, fmt.Sprintf("%d + c.n", countryBase)
	c.like("bulk_runs", fmt.Sprint("id = ", run), "counted c", map[string]string{"id": id, "request": "CONCAT('many', c.n)", "state": "'done'"})
	c.like("bulk_items", fmt.Sprint("run_id = ", run), fmt.Sprintf("(SELECT n FROM counted WHERE n < %d) c", min(c.n, bulk.Most)), map[string]string{"object_id": id, "fate": "CASE c.n % 3 WHEN 0 THEN 'done' WHEN 1 THEN 'left' ELSE 'would' END",
		"why_key": "CASE c.n % 3 WHEN 1 THEN 'bulk.has_tag' ELSE '' END", "why": `CASE c.n % 3 WHEN 1 THEN '{"Key":"bulk.has_tag"}' ELSE '' END`})
	c.exec("INSERT INTO customer_tags (customer_id, tag) SELECT "+id+", CASE WHEN c.n % 1000 = 0 THEN 'rare' ELSE 'vip' END FROM counted c WHERE c.n <= ?", c.n)
	c.exec("UPDATE customers SET parent_id = id - id % 10 WHERE id > ? AND id % 10 <> 0", countryBase+10)
	if c.s.Main.DB.Dialect() == db.MySQL {
		c.exec("ANALYZE TABLE bulk_runs, bulk_items, customer_tags, customers")
	}
	return run
}

// filters are families, runs of many, and lists by what narrows them.
func (c *country) filters() map[string]func() string {
	c.Helper()
	run := c.bulked()
	head := func() int { return countryBase + 10*(2+rand.IntN(max(1, c.n/10-2))) }
	all := map[string]func() string{
		"family: the head": func() string { return fmt.Sprintf("/office/customers/%d", head()) }, "family: its bills": func() string { return fmt.Sprintf("/office/customers/%d/bills", head()) },
		"family: a part": func() string { return fmt.Sprintf("/office/customers/%d/renewals", head()+3) }, "lines: a login": func() string { return fmt.Sprint("/office/subscriptions?find=line", 1+rand.IntN(c.n)) },
		"lines: somebody's": func() string { return fmt.Sprint("/office/subscriptions?find=", 10_000_000+1+rand.IntN(c.n)) }}
	for path, queries := range map[string][]string{
		"/office/customers": {"", "?q=name12", "?q=na", "?q=zzzz", "?state=active", "?state=closed", "?segment=business", "?segment=home", "?tag=vip", "?tag=rare", "?tag=none", "?tag=vip&state=closed", "?tag=vip&segment=business",
			"?q=na&segment=business", "?q=na&tag=rare"},
		"/office/subscriptions": {"", "?state=active", "?state=paused", "?state=ended", "?find=zzzz", "?state=paused&find=line"}, "/office/invoices": {"", "?state=issued", "?state=void"},
		"/office/tickets": {""}, "/office/sessions": {""}} {
		for _, query := range queries {
			all[path+query] = func() string { return path + query }
			if path != "/office/invoices" { // it is of all sites
				all[elsewhere+path+query] = all[path+query]
			}
		}
	}
	later := url.QueryEscape(fmt.Sprint(" ", countryBase+min(c.n, bulk.Most)/2))
	why := url.QueryEscape(fmt.Sprint("bulk.has_tag ", countryBase+min(c.n, bulk.Most)/2))
	for _, query := range []string{"", "?after=" + later, "?fate=left", "?fate=left&after=" + why, "?fate=would", "?fate=done&after=" + later} {
		all["a bulk run"+query] = func() string { return fmt.Sprintf("/office/bulk/%d%s", run, query) }
	}
	return all
}
