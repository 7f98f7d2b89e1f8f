package mailbox_test

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"

	"mtandao/internal/fault"
	"mtandao/internal/mailbox"
	"mtandao/internal/sim/messages"
)

// world is a simulated mailbox with an address for either way of sealing.
func world(t *testing.T) (post *messages.Post, server *messages.MailServer, account func(mailbox.Safety) mailbox.Account) {
	t.Helper()
	server, err := messages.New(messages.Options{}).NewMailServer()
	if err != nil {
		t.Fatal(err)
	}
	post = server.NewPost("help@provider.example", `p"ass\word`)
	ports := map[mailbox.Safety]int{}
	for _, safety := range []mailbox.Safety{mailbox.TLS, mailbox.StartTLS} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = l.Close() })
		go post.Serve(l, safety == mailbox.TLS)
		ports[safety] = l.Addr().(*net.TCPAddr).Port
	}
	return post, server, func(s mailbox.Safety) mailbox.Account {
		return mailbox.Account{Host: "localhost", Port: ports[s], Safety: s, User: "help@provider.example", Password: `p"ass\word`}
	}
}

const letter = "From: a@x.example\r\nMessage-ID: <%d@x>\r\nSubject: Net\r\n\r\nThe light is red.\r\n"

func TestAMailboxIsRead(t *testing.T) {
	post, server, account := world(t)
	for _, safety := range []mailbox.Safety{mailbox.TLS, mailbox.StartTLS} {
		first := post.Put(fmt.Sprintf(letter, 1))
		second := post.Put(fmt.Sprintf(letter, 2) + strings.Repeat("x", mailbox.MostBytes))
		b, err := mailbox.Open(t.Context(), account(safety), server.Roots)
		if err != nil {
			t.Fatal(err)
		}
		if b.Validity != 7 || b.Next != second+1 {
			t.Errorf("got validity %d, next %d", b.Validity, b.Next)
		}
		uids, err := b.From(first)
		if err != nil || len(uids) != 2 || uids[0] != first || uids[1] != second {
			t.Fatalf("got %v, %v", uids, err)
		}
		if none, err := b.From(second + 1); err != nil || len(none) != 0 {
			t.Errorf("after the last: %v, %v", none, err)
		}
		if since, err := b.Since(post.In("INBOX")[first-1].Arrived); err != nil || !slices.ContainsFunc(since, func(f mailbox.Found) bool { return f.UID == first }) {
			t.Errorf("of the second in which it arrived: %v, %v", since, err)
		}
		m, there, err := b.Fetch(first)
		if err != nil || !there || m.ID != "1@x" || m.Text != "The light is red." || m.Cut {
			t.Errorf("got %+v, %v, %v", m, there, err)
		}
		if m, there, err = b.Fetch(second); err != nil || !there || !m.Cut {
			t.Errorf("a huge one: cut %v, %v, %v", m.Cut, there, err)
		}
		if _, there, err = b.Fetch(second + 5); err != nil || there {
			t.Errorf("one that is gone: %v, %v", there, err)
		}
		for _, in := range post.In("INBOX") {
			if in.UID >= first && in.Seen {
				t.Error("reading marked it as seen")
			}
		}
		if err := b.PutAway([]uint32{first, second, second + 5}); err != nil {
			t.Error(err)
		}
		b.Close()
		for _, in := range post.In("INBOX") {
			if !in.Seen {
				t.Errorf("%d is not seen", in.UID)
			}
		}
	}
}

func TestReadMailIsMoved(t *testing.T) {
	post, server, account := world(t)
	a := account(mailbox.TLS)
	a.Done = "Done"
	for n, noMove := range []bool{false, true} {
		post.SetFaults(messages.PostFaults{NoMove: noMove})
		uid := post.Put(fmt.Sprintf(letter, n))
		b, err := mailbox.Open(t.Context(), a, server.Roots)
		if err != nil {
			t.Fatal(err)
		}
		if err := b.PutAway([]uint32{uid}); err != nil {
			t.Error(err)
		}
		b.Close()
		if done := post.In("Done"); len(done) != n+1 || !done[n].Seen {
			t.Errorf("without MOVE %v: %d are done", noMove, len(done))
		}
	}
}

func TestWhatIsWrongWithAMailboxIsSaid(t *testing.T) {
	post, server, account := world(t)
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = closed.Close()
	for name, c := range map[string]struct {
		change func(*mailbox.Account)
		faults messages.PostFaults
		safety mailbox.Safety
		want   string
	}{
		"nobody there":   {change: func(a *mailbox.Account) { a.Port = closed.Addr().(*net.TCPAddr).Port }, want: "mailbox.unreachable"},
		"password":       {change: func(a *mailbox.Account) { a.Password = "other" }, want: "mailbox.sign_in"},
		"folder":         {change: func(a *mailbox.Account) { a.Folder = "Tickets" }, want: "mailbox.no_folder"},
		"folder of read": {change: func(a *mailbox.Account) { a.Done = "Read" }, want: "mailbox.no_folder"},
		"no STARTTLS":    {safety: mailbox.StartTLS, faults: messages.PostFaults{Plain: true}, want: "mailbox.no_starttls"},
		"hangs up":       {faults: messages.PostFaults{Cut: "SELECT"}, want: "mailbox.broken"},
	} {
		post.SetFaults(c.faults)
		a := account(mailbox.TLS)
		if c.safety != "" {
			a = account(c.safety)
		}
		if c.change != nil {
			c.change(&a)
		}
		b, err := mailbox.Open(t.Context(), a, server.Roots)
		if err == nil {
			b.Close()
		}
		if fault.KeyOf(err) != c.want || strings.Contains(err.Error()+fmt.Sprintf("%+v %#v", a, a), `p"ass`) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	post.SetFaults(messages.PostFaults{})
	if _, err := mailbox.Open(t.Context(), account(mailbox.TLS), nil); fault.KeyOf(err) != "mailbox.certificate" {
		t.Errorf("a certificate that nobody vouches for: %v", err)
	}
	wrong := account(mailbox.StartTLS)
	wrong.Safety = mailbox.TLS
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	if _, err := mailbox.Open(ctx, wrong, server.Roots); fault.KeyOf(err) != "mailbox.no_tls" {
		t.Errorf("TLS where none is spoken: %v", err)
	}
}
