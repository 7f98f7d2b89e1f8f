package safaricom

import (
	"net/http"
	"slices"
	"strings"
)

type phoneLine struct{ Phone, Local, Text string }

type phonesPage struct {
	head
	Waiting, Others []phoneLine
	Merchants       []Merchant
}

// phones lists the prompts that wait; ?choose asks for a number, ?number goes to that phone.
func (s *Server) phones(w http.ResponseWriter, r *http.Request) {
	typed := r.FormValue("number")
	if number, ok := Number(typed); ok {
		http.Redirect(w, r, "/phone/"+number, http.StatusSeeOther)
		return
	}
	if typed != "" || r.FormValue("choose") != "" {
		page := head{Title: "Which number?"}
		if typed != "" {
			page.Notice = "That is not a Kenyan mobile number."
		}
		show(w, "choose.html", page)
		return
	}
	show(w, "phones.html", s.phonesPage())
}

func (s *Server) phonesPage() phonesPage {
	page := phonesPage{head: head{Title: "Phones", Refresh: 3}, Merchants: s.opt.Merchants}
	waiting := map[string]bool{}
	for _, p := range s.Prompts() {
		waiting[p.Phone] = true
		page.Waiting = append(page.Waiting, phoneLine{p.Phone, local(p.Phone), p.Text})
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for phone, p := range s.people {
		if !waiting[phone] {
			page.Others = append(page.Others, phoneLine{phone, local(phone), p.name})
		}
	}
	slices.SortFunc(page.Others, func(a, b phoneLine) int { return strings.Compare(a.Phone, b.Phone) })
	page.Others = page.Others[:min(len(page.Others), 20)]
	return page
}

type smsLine struct{ Text, When string }

type phonePage struct {
	head
	phoneLine
	Name, Balance, PIN string
	Locked             bool
	Prompts            []Prompt
	Inbox              []smsLine
}

// owner of the phone in the path; "" after a refusal was written.
func (s *Server) owner(w http.ResponseWriter, r *http.Request) string {
	number := r.PathValue("msisdn")
	if !msisdn.MatchString(number) {
		http.NotFound(w, r)
		return ""
	}
	return number
}

func (s *Server) phone(w http.ResponseWriter, r *http.Request) {
	if phone := s.owner(w, r); phone != "" {
		show(w, "phone.html", s.phonePage(phone, notices[r.FormValue("said")]))
	}
}

func (s *Server) phonePage(phone, notice string) phonePage {
	page := phonePage{head: head{Title: local(phone), Refresh: 3, Notice: notice}, phoneLine: phoneLine{Phone: phone, Local: local(phone)}, PIN: PIN}
	for _, p := range s.Prompts() {
		if p.Phone == phone {
			page.Prompts = append(page.Prompts, p)
			// Reloading would wipe the PIN that is being typed; once the prompt is dead it must go.
			page.Refresh = 1 + int(p.Until.Sub(s.opt.Clock.Now()).Seconds())
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	owner := s.person(phone)
	page.Name, page.Balance, page.Locked = owner.name, grouped(owner.cents), owner.locked
	for _, m := range owner.inbox {
		page.Inbox = append(page.Inbox, smsLine{m.Text, clockTime(m.At)})
	}
	page.Refresh = max(page.Refresh, 1)
	return page
}

// notices are chosen by key, so that no text of a stranger's link is shown.
var notices = map[string]string{
	"sent":    "PIN sent. The answer comes by message.",
	"cancel":  "You cancelled the prompt.",
	"wrong":   "That PIN is wrong. No money was taken.",
	"none":    "The account is short of money for this prompt.",
	"ignore":  "You put the phone away. The prompt dies by itself.",
	"gone":    "That prompt is over.",
	"unlock":  "The PIN is unlocked.",
	"balance": "The balance was changed.",
	"paid":    "Paid. See the message below.",
}
