package app

import (
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

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
		"--b\r\nContent-Type: image/png; name=light.png\r\n\r\nxxxx\r\n--b--\r\n")
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
	for _, want := range []string{"The light is red.", "From: Wanjiku &lt;wanjiku.kamau@example.com&gt;", "not proven", "light.png, 1 kB"} {
		if !strings.Contains(page.body, want) {
			t.Errorf("the ticket does not say %q", want)
		}
	}
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
