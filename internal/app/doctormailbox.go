package app

import (
	"context"

	"mtandao/internal/fault"
)

// mailbox says how it goes with the mailbox of tickets, where there is one. It touches no network.
func (f *findings) mailbox(ctx context.Context, m *Main) {
	a, is, err := m.Post.Get(ctx)
	switch {
	case fault.Is(err, fault.NotFound):
	case err != nil:
		f.fail("mailbox", err, "see the database and the key file")
	case a.Off:
		f.warn("mailbox", "the mailbox of tickets is switched off: e-mails become no tickets", "switch it on in the back office under Settings, Mailbox of tickets")
	case is.Reason != "":
		f.fail("mailbox", fault.New(fault.Unavailable, is.Reason, "Host", a.Host), "test it in the back office under Settings, Mailbox of tickets")
	default:
		f.ok("mailbox", "%s is read; mtandao doctor mail tries it", a.Address)
	}
}

// tryMailbox signs in to the mailbox of tickets, where there is one.
func (f *findings) tryMailbox(ctx context.Context, m *Main) {
	a, _, err := m.Post.Get(ctx)
	if fault.Is(err, fault.NotFound) {
		return
	}
	if err == nil {
		err = m.Post.Try(ctx, a)
	}
	if err != nil {
		f.fail("mailbox", err, "see Settings, Mailbox of tickets")
		return
	}
	f.ok("mailbox", "the mailbox of tickets lets us in, encrypted")
}
