package app

import (
	"context"
	"net"
	"net/http"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/notify"
	"mtandao/internal/settings"
	"mtandao/internal/sim/messages"
)

// The demo's accounts at those who carry its messages.
const (
	demoSMSUser, demoSMSKey      = "baraka", "demo-sms-key"
	demoMailUser, demoMailSecret = "bills@baraka.example", "demo-mail-password"
)

// startPost starts the simulated SMS carrier and mail server. Nothing is sent by them until seedPost.
func (s *Stage) startPost(context.Context) error {
	s.Messages = messages.New(messages.Options{Username: demoSMSUser, APIKey: demoSMSKey, Balance: 5_000_00, MailUser: demoMailUser, MailPassword: demoMailSecret})
	mail, err := s.Messages.NewMailServer()
	if err != nil {
		return err
	}
	s.mailRoots = mail.Roots
	if s.mailbox, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		return err
	}
	go mail.Serve(s.mailbox)
	if err := s.startTicketPost(mail); err != nil {
		return err
	}
	l, err := nextPort(s.options.HTTP, 3)
	if err != nil {
		return err
	}
	s.PostURL = "http://" + l.Addr().String()
	s.post = &http.Server{Handler: s.Messages.Handler(), ReadHeaderTimeout: 10 * time.Second}
	s.ended.Go(func() { _ = s.post.Serve(l) })
	return nil
}

// seedPost has messages leave by the simulated carriers, and says whose papers they are, once.
func (s *Stage) seedPost(ctx context.Context) error {
	m := s.Main
	_, port, err := net.SplitHostPort(s.mailbox.Addr().String())
	if err != nil {
		return err
	}
	number, err := net.LookupPort("tcp", port)
	if err != nil {
		return err
	}
	return m.DB.InTx(ctx, func(tx *db.Tx) error {
		for _, c := range []notify.Carrier{
			{Channel: notify.SMS, Driver: notify.AfricasTalking, BaseURL: s.PostURL, Username: demoSMSUser, Secret: demoSMSKey, Sender: "BARAKA"},
			{Channel: notify.Email, Driver: notify.SMTP, Host: "127.0.0.1", Port: number, Sender: demoMailUser, Username: demoMailUser, Secret: demoMailSecret},
		} {
			if err := m.Notify.SaveCarrier(tx, c); err != nil {
				return err
			}
		}
		for name, value := range map[string]string{settings.ProviderName: "Baraka Networks", settings.PaperSeller: "Baraka Networks Ltd", settings.PaperPIN: "P051234567X", settings.PaperAddress: "Kasarani Business Centre, 2nd floor, P.O. Box 1204-00618, Nairobi",
			settings.PaperEmail: "accounts@baraka.example", settings.PaperBank: "Equity Bank, Baraka Networks Ltd, 0180 2900 12345, Kasarani"} {
			if err := m.Settings.Set(tx, name, value); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Stage) closePost() {
	for _, l := range []net.Listener{s.mailbox, s.ticketPost.listener} {
		if l != nil {
			_ = l.Close()
		}
	}
	for _, server := range []*http.Server{s.post, s.guide} {
		if server != nil {
			_ = server.Close()
		}
	}
}
