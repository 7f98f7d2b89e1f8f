package app

import (
	"context"
	"net"
	"strconv"

	"mtandao/internal/fault"
	"mtandao/internal/mailbox"
	"mtandao/internal/postroom"
	"mtandao/internal/sim/messages"
	"mtandao/internal/support"
)

const demoTicketUser, demoTicketSecret = "help@baraka.example", "demo-mailbox-password"

// ticketPost is the simulated mailbox that people write to.
type ticketPost struct {
	box      *messages.Post
	listener net.Listener
}

func (s *Stage) startTicketPost(mail *messages.MailServer) (err error) {
	s.ticketPost.box = mail.NewPost(demoTicketUser, demoTicketSecret)
	if s.ticketPost.listener, err = net.Listen("tcp", "127.0.0.1:0"); err == nil {
		go s.ticketPost.box.Serve(s.ticketPost.listener, true)
	}
	return err
}

// demoMails are what lies in the mailbox of tickets when the demo begins.
var demoMails = []string{
	"Message-ID: <demo-1@phone.example>\r\nFrom: Faith Chebet <fchebet@example.com>\r\nSubject: Very slow since Monday\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" +
		"Hello, I pay for 10 and a test says 1.4. See the picture.\r\n--b\r\nContent-Type: image/png; name=test.png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==\r\n--b--\r\n",
	"Message-ID: <demo-2@office.example>\r\nFrom: Achieng <achieng@office.example>\r\nSubject: Intaneti ya ofisi\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nHabari, mnafika Umoja? Tuko kumi na wawili ofisini.\r\n",
	"Message-ID: <demo-3@office.example>\r\nFrom: bursar@stdorcas.example\r\nSubject: Out of office\r\nAuto-Submitted: auto-replied\r\n\r\nThe school is closed until January.\r\n",
}

// seedMail says where the mailbox of tickets is, each time, for its port is another, and lays the first e-mails into it once.
func (s *Stage) seedMail(ctx context.Context) error {
	_, _, err := s.Main.Post.Get(ctx)
	fresh := fault.Is(err, fault.NotFound)
	if err != nil && !fresh {
		return err
	}
	port := s.ticketPost.listener.Addr().(*net.TCPAddr).Port
	a := postroom.Account{Address: demoTicketUser, Account: mailbox.Account{Host: "127.0.0.1", Port: port, Safety: mailbox.TLS, User: demoTicketUser, Password: demoTicketSecret}}
	if err := s.Main.Post.Save(ctx, a, support.By{Actor: "demo", From: "port " + strconv.Itoa(port)}); err != nil || !fresh {
		return err
	}
	for _, m := range demoMails {
		s.ticketPost.box.Put(m)
	}
	return nil
}
