package backoffice

import (
	"net/url"
	"slices"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"mtandao/internal/report"
	"mtandao/internal/staff"
	"mtandao/internal/words"
	"mtandao/themes"
)

// seen is how somebody wants to see the back office. It is kept in a cookie, and decides nothing but looks.
type seen struct {
	lang words.Lang // empty: the member's own
	dark string     // "1", "0", or empty: as the browser prefers
	site int64      // 0: all that they may see
}

const seenCookie = "mtandao_look"

func readSeen(cookie string) seen {
	values, err := url.ParseQuery(cookie)
	if err != nil {
		return seen{}
	}
	var s seen
	s.lang, _ = words.Parse(values.Get("l"))
	if _, known := words.Parse(string(s.lang)); !known {
		s.lang = ""
	}
	if d := values.Get("d"); d == "0" || d == "1" {
		s.dark = d
	}
	s.site, _ = strconv.ParseInt(values.Get("s"), 10, 64)
	return s
}

func (s seen) String() string {
	return url.Values{"l": {string(s.lang)}, "d": {s.dark}, "s": {strconv.FormatInt(s.site, 10)}}.Encode()
}

const prefersDark = "Sec-CH-Prefers-Color-Scheme"

// hint asks the browser whether it prefers dark pages.
func (q *request) hint() {
	q.Set("Accept-CH", prefersDark)
	q.Vary(prefersDark, fiber.HeaderCookie, fiber.HeaderAcceptLanguage)
}

func (q *request) dark() bool {
	return q.seen.dark == "1" || q.seen.dark == "" && q.Get(prefersDark) == `"dark"`
}

func (q *request) lang() words.Lang {
	switch {
	case q.Query("l") != "" || q.in.Member.ID == 0 && q.seen.lang == "":
		return spoken(q)
	case q.seen.lang != "":
		return q.seen.lang
	}
	l, _ := words.Parse(q.in.Member.Language)
	return l
}

// setLook keeps how somebody wants to see it.
func (b *Backoffice) setLook(q *request) error {
	if l, ok := words.Parse(q.FormValue("lang")); ok {
		q.seen.lang = l
	}
	if d := q.FormValue("dark"); d == "0" || d == "1" {
		q.seen.dark = d
	}
	if s := q.FormValue("site"); s != "" {
		q.seen.site, _ = strconv.ParseInt(s, 10, 64)
	}
	q.keepSeen()
	return led(safeBack(q.FormValue("back")))
}

func (q *request) keepSeen() {
	q.Cookie(&fiber.Cookie{Name: seenCookie, Value: q.seen.String(), Path: "/office", HTTPOnly: true, Secure: q.office.Secure, SameSite: fiber.CookieSameSiteLaxMode, MaxAge: 365 * 24 * 60 * 60})
}

// page starts a page for somebody. The title is a words key; here is the place of the rail it belongs to.
func (q *request) page(title, here string) frame {
	b := q.office
	l := q.lang()
	f := frame{Lang: l, Title: words.Text(l, title), Provider: b.Provider(), Dark: q.dark(), Here: q.OriginalURL(),
		Stamp: b.stamps.Make("office", q.token), Languages: b.languages(q, l)}
	if q.in.Stage != staff.Full {
		return f
	}
	m := q.in.Member
	f.Member = memberView{Name: m.Name, Email: m.Email, Initials: initials(m.Name)}
	f.Nav, f.Help = q.rail(l, here), told(l, q.Path())
	q.count(f.Nav)
	f.Sites, f.SiteName = q.choices(l)
	f.Notes = q.told(l)
	if b.Paused != nil && b.Paused() {
		f.Notes = append([]note{{Tone: "warn", Text: words.Text(l, "office.paused")}}, f.Notes...)
	}
	return f
}

func (b *Backoffice) languages(q *request, here words.Lang) []language {
	all := []language{{Lang: words.English, Name: "English"}, {Lang: words.Swahili, Name: "Kiswahili"}}
	for i := range all {
		values := url.Values{"l": {string(all[i].Lang)}}
		if back := q.Query("back"); back != "" {
			values.Set("back", back)
		}
		all[i].Here, all[i].Address = all[i].Lang == here, q.Path()+"?"+values.Encode()
	}
	return all
}

// choices are the sites that somebody may look at; none when there is nothing to choose.
func (q *request) choices(l words.Lang) ([]choice, string) {
	all := []choice{{Name: words.Text(l, "office.site.all"), Value: "0", Here: q.seen.site == 0}}
	name := all[0].Name
	for _, s := range q.office.Sites.Sites() {
		if !q.sees(s.ID) {
			continue
		}
		here := s.ID == q.seen.site
		if here {
			name = s.Name
		}
		all = append(all, choice{Name: s.Name, Value: strconv.FormatInt(s.ID, 10), Here: here})
	}
	if len(all) < 3 {
		return nil, ""
	}
	return all, name
}

// sees says whether a site is in somebody's scope.
func (q *request) sees(siteID int64) bool {
	sites := q.in.Member.Sites
	return len(sites) == 0 || slices.Contains(sites, siteID)
}

// scope is what a list shows: the chosen site, or all in somebody's scope.
func (q *request) scope() report.Scope {
	if q.seen.site != 0 && q.sees(q.seen.site) {
		return report.Scope{q.seen.site}
	}
	if len(q.in.Member.Sites) == 0 {
		return nil
	}
	return report.Scope(q.in.Member.Sites)
}

func (q *request) send(status int, name string, p framed) error {
	return q.office.look.send(q.Ctx, status, name, p, q.office.brand())
}

// brand is the provider's colours: those of its first brand.
func (b *Backoffice) brand() themes.Tokens {
	accent, ink := "", ""
	if sites := b.Sites.Sites(); len(sites) > 0 {
		if _, brand, err := b.Sites.Get(sites[0].ID); err == nil {
			accent, ink = brand.Accent, brand.AccentInk
		}
	}
	return themes.Pour(accent, ink, "#f7f8fa", "#1a2230")
}
