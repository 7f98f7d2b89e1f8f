package app

import (
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"mtandao/internal/fieldwork"
	"mtandao/internal/mailbox"
	"mtandao/internal/postroom"
	"mtandao/internal/support"
)

// mailboxForm is the form of the demo's mailbox of tickets.
func (s *Stage) mailboxForm(password string) url.Values {
	_, port, _ := net.SplitHostPort(s.ticketPost.listener.Addr().String())
	return url.Values{"address": {demoTicketUser}, "host": {"127.0.0.1"}, "port": {port}, "safety": {"tls"}, "user": {demoTicketUser}, "password": {password}}
}

// TestAConversationByEmail sets the mailbox up on its page, and follows a customer's e-mail there and back: what is sent and read is real
// SMTP and IMAP.
func TestAConversationByEmail(t *testing.T) {
	s := openStage(t, 1)
	if err := s.seedPost(t.Context()); err != nil {
		t.Fatal(err)
	}
	owner, agent := s.hire(t, "owner-two@demo.example", nil, "owner"), s.hire(t, "agent@demo.example", nil, "support")
	const at = "/office/mailbox"
	if page := owner.look(at); page.status != http.StatusOK || !strings.Contains(page.body, "No mailbox is read yet") {
		t.Fatalf("empty: %d %s", page.status, page.body)
	}
	form := s.mailboxForm(demoTicketSecret)
	bad := url.Values{"address": {"help@baraka.example"}, "host": {"not a host"}, "safety": {"tls"}, "user": {"u"}, "password": {"p"}}
	owner.expect(owner.send(at, bad), http.StatusBadRequest, `aria-invalid="true"`)
	owner.expect(owner.send(at, s.mailboxForm("wrong")), http.StatusSeeOther)
	owner.expect(owner.send(at+"/test", nil), http.StatusForbidden, "did not let us in")
	said := findings{}
	if said.tryMailbox(t.Context(), s.Main); len(said) != 1 || said[0].State != stateFails || !strings.Contains(said[0].Detail, "did not let us in") {
		t.Errorf("doctor says %+v", said)
	}
	owner.expect(owner.send(at, form), http.StatusSeeOther)
	owner.expect(owner.send(at+"/test", nil), http.StatusSeeOther)
	if page := owner.look(at); strings.Contains(page.body, demoTicketSecret) {
		t.Errorf("tested: %s", page.body)
	}
	c := s.customer(t)
	s.ticketPost.box.Put("Message-ID: <first@x.example>\r\nFrom: Wanjiku <wanjiku.kamau@example.com>\r\nSubject: No internet\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nThe light is red.\r\n" +
		"--b\r\nContent-Type: image/png; name=light.png\r\n\r\nxxxx\r\n--b\r\nContent-Type: text/html; name=\"../bill.html\"\r\n\r\n" + onePage + "\r\n--b--\r\n")
	read := func() {
		if err := s.Main.Post.Read(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	read()
	all, err := s.Main.Tickets.OfCustomer(t.Context(), c.ID, 0, 10)
	if err != nil || len(all) != 1 || all[0].How != support.ByEmail {
		t.Fatal(all, err)
	}
	ticket := "/office/tickets/" + number(all[0].ID)
	page := agent.look(ticket)
	for _, want := range []string{"The light is red.", "From: Wanjiku &lt;wanjiku.kamau@example.com&gt;", "not proven", "light.png, 1 kB. Only photographs", "../bill.html, 1 kB"} {
		if !strings.Contains(page.body, want) {
			t.Errorf("the ticket does not say %q", want)
		}
	}
	kept, err := s.Main.Field.FilesAt(t.Context(), fieldwork.OfTicket, all[0].ID)
	if err != nil || len(kept) != 1 {
		t.Fatal(kept, err)
	}
	bill, elsewhere := "/office/files/"+number(kept[0].ID), s.hire(t, "away@demo.example", []int64{s.seeded.sites["ngong"].ID}, "manager")
	agent.opens(bill, "application/pdf", "\"bill html.pdf\"", onePage)
	agent.expect(agent.ask(http.MethodGet, bill, nil), http.StatusOK, all[0].Shown())
	elsewhere.expect(elsewhere.ask(http.MethodGet, bill, nil), http.StatusNotFound)
	elsewhere.expect(elsewhere.send(bill+"/open", nil), http.StatusNotFound)
	if answer, _ := owner.upload("/office/files/new", map[string]string{"object": "ticket", "of": number(all[0].ID), "kind": "photo"}, "file", "x.png", roof(t)); answer.StatusCode != http.StatusNotFound {
		t.Error("a file is added to a ticket by hand:", answer.StatusCode)
	}
	owner.expect(owner.ask(http.MethodGet, "/office/customers/"+number(c.ID)+"?tab=files", nil), http.StatusOK, "bill html.pdf", "From a ticket")
	answer := agent.filled(ticket+"/act/answer", url.Values{"text": {"Is it green now?"}, "channel": {"email"}, "then": {"waiting"}})
	agent.expect(agent.send(ticket+"/act/answer", answer), http.StatusSeeOther)
	var name string
	until(t, 30*time.Second, "the answer and the acknowledgement go out", func() bool {
		got := 0
		for _, i := range s.Messages.Inbox("wanjiku.kamau@example.com") {
			got++
			if strings.Contains(i.Text, "Is it green now?") {
				name = i.ID
				if answers, to := strings.Join(i.Header["In-Reply-To"], ""), strings.Join(i.Header["Reply-To"], ""); answers != "<first@x.example>" || !strings.Contains(to, demoTicketUser) || len(i.Header["Auto-Submitted"]) != 0 || !strings.Contains(i.Subject, all[0].Shown()) {
					t.Fatalf("answers %q, to %q, %q: %v", answers, to, i.Subject, i.Header)
				}
			} else if strings.Join(i.Header["Auto-Submitted"], "") != "auto-replied" {
				t.Fatalf("acknowledged by %v", i.Header)
			}
		}
		return got >= 2 && name != ""
	})
	s.ticketPost.box.Put("Message-ID: <second@x.example>\r\nFrom: other@x.example\r\nSubject: hm\r\nReferences: " + name + "\r\n\r\nYes.\r\n\r\nOn Monday, the provider wrote:\r\n> Is it green now?\r\n")
	read()
	page = agent.look(ticket)
	if again, err := s.Main.Tickets.Get(t.Context(), all[0].ID); err != nil || again.State != support.Open || !regexp.MustCompile(`(?s)Yes\..*<details.*Is it green now\?`).MatchString(page.body) {
		t.Errorf("the answer came back: %v, %v", again.State, err)
	}
}

// mailAside is an e-mail of a program's, of which nobody made a ticket.
func (s *Stage) mailAside(t *testing.T) int64 {
	t.Helper()
	_, port, _ := net.SplitHostPort(s.ticketPost.listener.Addr().String())
	to, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	a := postroom.Account{Address: demoTicketUser, Account: mailbox.Account{Host: "127.0.0.1", Port: to, Safety: mailbox.TLS, User: demoTicketUser, Password: demoTicketSecret}}
	if err := s.Main.Post.Save(t.Context(), a, postroom.By{Actor: "test"}); err != nil {
		t.Fatal(err)
	}
	s.ticketPost.box.Put("Message-ID: <scan@x.example>\r\nFrom: scanner@x.example\r\nSubject: <b>Contract</b>\r\nAuto-Submitted: auto-generated\r\nContent-Type: application/pdf; name=contract.pdf\r\n\r\n" + onePage)
	if err := s.Main.Post.Read(t.Context()); err != nil {
		t.Fatal(err)
	}
	left, err := s.Main.Post.Left(t.Context(), 0, 9)
	if err != nil || len(left) != 1 {
		t.Fatal(left, err)
	}
	return left[0].ID
}

// TestATicketOfAnEmailThatWasPutAside: who works on tickets everywhere sees why and makes a ticket of it, of a customer whom they name; who works at one site does not.
func TestATicketOfAnEmailThatWasPutAside(t *testing.T) {
	s := openStage(t, 1)
	if err := s.seedPost(t.Context()); err != nil {
		t.Fatal(err)
	}
	owner, agent := s.hire(t, "owner-two@demo.example", nil, "owner"), s.hire(t, "agent@demo.example", nil, "support")
	elsewhere := s.hire(t, "away@demo.example", []int64{s.seeded.sites["ngong"].ID}, "manager")
	c := s.customer(t)
	const list = "/office/mailbox/left"
	agent.expect(agent.ask(http.MethodGet, list, nil), http.StatusOK, "Every e-mail became a ticket")
	take := list + "/" + number(s.mailAside(t))
	owner.expect(owner.ask(http.MethodGet, "/office/mailbox", nil), http.StatusOK, "Make a ticket of it", take)
	agent.expect(agent.ask(http.MethodGet, list, nil), http.StatusOK, "scanner@x.example", "&lt;b&gt;Contract", "A program&#39;s answer", take)
	agent.expect(agent.ask(http.MethodGet, "/office/tickets", nil), http.StatusOK, list)
	elsewhere.expect(elsewhere.ask(http.MethodGet, take, nil), http.StatusNotFound)
	elsewhere.expect(elsewhere.send(take, nil), http.StatusNotFound)
	elsewhere.expect(elsewhere.ask(http.MethodGet, list, nil), http.StatusForbidden)
	agent.expect(agent.ask(http.MethodGet, take, nil), http.StatusOK, "told nothing until you answer")
	agent.expect(agent.send(take, url.Values{"customer": {"nobody at all"}}), http.StatusNotFound, `aria-invalid="true"`)
	for range 2 {
		agent.expect(agent.send(take, url.Values{"customer": {c.Number}}), http.StatusSeeOther)
	}
	all, err := s.Main.Tickets.OfCustomer(t.Context(), c.ID, 0, 10)
	if err != nil || len(all) != 1 || all[0].OpenedBy != "agent@demo.example" {
		t.Fatal(all, err)
	}
	agent.expect(agent.ask(http.MethodGet, "/office/tickets/"+number(all[0].ID), nil), http.StatusOK, "contract.pdf, 1 kB", "/office/files/")
	owner.expect(owner.ask(http.MethodGet, "/office/audit", nil), http.StatusOK, "made a ticket of an e-mail")
	agent.expect(agent.ask(http.MethodGet, list, nil), http.StatusOK, "Every e-mail became a ticket")
}
