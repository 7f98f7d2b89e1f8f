package mailbox

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"slices"
	"strconv"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"mtandao/internal/fault"
)

const (
	dialTimeout = 15 * time.Second
	// MostBytes is how much of one e-mail is read: its text, which stands first in it, and two or three photographs as telephones make them.
	MostBytes = 16 << 20
)

// Box is an open folder of a mailbox. Close it. It is for one reader at a time.
type Box struct {
	client   *imapclient.Client
	account  Account
	unhook   func() bool
	Validity uint32 // while it is the same, a number names the same e-mail
	Next     uint32 // the number that the next e-mail will have; 0: the server does not say
}

// Found is an e-mail in a folder.
type Found struct {
	UID     uint32
	Arrived time.Time
}

// Open connects, signs in and opens the folder; the end of ctx hangs up. Faults in the words of who set it up: fault.Unavailable "mailbox.unreachable"
// or "mailbox.broken", fault.Denied "mailbox.certificate", "mailbox.no_tls" or "mailbox.sign_in", fault.NotFound "mailbox.no_folder".
func Open(ctx context.Context, a Account, roots *x509.CertPool) (*Box, error) {
	client, err := dial(ctx, a, roots)
	if err != nil {
		return nil, err
	}
	b := &Box{client: client, account: a, unhook: context.AfterFunc(ctx, func() { _ = client.Close() })}
	if err := b.enter(); err != nil {
		b.Close()
		return nil, err
	}
	return b, nil
}

func dial(ctx context.Context, a Account, roots *x509.CertPool) (*imapclient.Client, error) {
	to := net.JoinHostPort(a.Host, strconv.Itoa(a.port()))
	conn, err := (&net.Dialer{Timeout: dialTimeout}).DialContext(ctx, "tcp", to)
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, "mailbox.unreachable", err, "Host", to)
	}
	settings := &tls.Config{ServerName: a.Host, RootCAs: roots, MinVersion: tls.VersionTLS12}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	if a.Safety == StartTLS {
		// The library ends its own reader when the server says no, and hangs up.
		client, err := imapclient.NewStartTLS(conn, &imapclient.Options{TLSConfig: settings})
		if err == nil {
			return client, nil
		}
		_ = conn.Close()
		return nil, sealing(err, to, "mailbox.no_starttls")
	}
	within, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	secured := tls.Client(conn, settings)
	if err := secured.HandshakeContext(within); err != nil {
		_ = conn.Close()
		return nil, sealing(err, to, "mailbox.no_tls")
	}
	return imapclient.New(secured, nil), nil
}

// sealing tells a certificate that nobody vouches for from a server that speaks no TLS there.
func sealing(err error, to, otherwise string) error {
	var untrusted *tls.CertificateVerificationError
	if errors.As(err, &untrusted) {
		return fault.Wrap(fault.Denied, "mailbox.certificate", err, "Host", to)
	}
	return fault.Wrap(fault.Denied, otherwise, err, "Host", to)
}

// enter signs in and opens the folder.
func (b *Box) enter() error {
	to := net.JoinHostPort(b.account.Host, strconv.Itoa(b.account.port()))
	if err := b.client.WaitGreeting(); err != nil {
		return fault.Wrap(fault.Unavailable, "mailbox.broken", err, "Host", to)
	}
	if err := b.client.Login(b.account.User, b.account.Password).Wait(); err != nil {
		return no(err, fault.Denied, "mailbox.sign_in", to)
	}
	data, err := b.client.Select(b.account.folder(), nil).Wait()
	if err != nil {
		return no(err, fault.NotFound, "mailbox.no_folder", b.account.folder())
	}
	b.Validity, b.Next = data.UIDValidity, uint32(data.UIDNext)
	if b.account.Done == "" {
		return nil
	}
	if _, err := b.client.Status(b.account.Done, &imap.StatusOptions{NumMessages: true}).Wait(); err != nil {
		return no(err, fault.NotFound, "mailbox.no_folder", b.account.Done)
	}
	return nil
}

// no tells a server's no from a line that broke.
func no(err error, kind fault.Kind, key, what string) error {
	var said *imap.Error
	if errors.As(err, &said) {
		return fault.Wrap(kind, key, err, "What", what)
	}
	return fault.Wrap(fault.Unavailable, "mailbox.broken", err, "Host", what)
}

// broken is what every other step fails with.
func broken(err error) error {
	if err == nil {
		return nil
	}
	return fault.Wrap(fault.Unavailable, "mailbox.broken", err, "Host", "")
}

// Close signs out and hangs up.
func (b *Box) Close() {
	b.unhook()
	if b.client.State() == imap.ConnStateSelected {
		_ = b.client.Logout().Wait()
	}
	_ = b.client.Close()
}

// From lists the numbers of the e-mails from one number on, the smallest first.
func (b *Box) From(uid uint32) ([]uint32, error) {
	var set imap.UIDSet
	set.AddRange(imap.UID(uid), 0)
	data, err := b.client.UIDSearch(&imap.SearchCriteria{UID: []imap.UIDSet{set}}, nil).Wait()
	if err != nil {
		return nil, broken(err)
	}
	// "5:*" also names the last e-mail when it is number 3 (RFC 3501 §6.4.8).
	return numbers(data, func(n uint32) bool { return n >= uid }), nil
}

// Since lists the e-mails that arrived at an instant or later, the smallest number first.
func (b *Box) Since(at time.Time) (all []Found, err error) {
	// SINCE knows days alone, in the server's own zone.
	data, err := b.client.UIDSearch(&imap.SearchCriteria{Since: at.AddDate(0, 0, -1)}, nil).Wait()
	if err != nil {
		return nil, broken(err)
	}
	uids := numbers(data, func(uint32) bool { return true })
	if len(uids) == 0 {
		return nil, nil
	}
	got, err := b.client.Fetch(setOf(uids), &imap.FetchOptions{UID: true, InternalDate: true}).Collect()
	for _, m := range got {
		if !m.InternalDate.Before(at.Truncate(time.Second)) { // the server tells no parts of seconds
			all = append(all, Found{uint32(m.UID), m.InternalDate.UTC()})
		}
	}
	slices.SortFunc(all, func(a, b Found) int { return int(int64(a.UID) - int64(b.UID)) })
	return all, broken(err)
}

func numbers(data *imap.SearchData, wanted func(uint32) bool) (all []uint32) {
	for _, n := range data.AllUIDs() {
		if wanted(uint32(n)) {
			all = append(all, uint32(n))
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func setOf(uids []uint32) imap.UIDSet {
	var set imap.UIDSet
	for _, n := range uids {
		set.AddNum(imap.UID(n))
	}
	return set
}

// Fetch reads an e-mail without marking it as seen; false when it is there no more.
func (b *Box) Fetch(uid uint32) (Mail, bool, error) {
	section := &imap.FetchItemBodySection{Peek: true, Partial: &imap.SectionPartial{Offset: 0, Size: MostBytes}}
	got, err := b.client.Fetch(imap.UIDSetNum(imap.UID(uid)), &imap.FetchOptions{UID: true, RFC822Size: true, BodySection: []*imap.FetchItemBodySection{section}}).Collect()
	if err != nil {
		return Mail{}, false, broken(err)
	}
	for _, m := range got {
		if raw := m.FindBodySection(section); uint32(m.UID) == uid && raw != nil {
			return Read(raw, m.RFC822Size), true, nil
		}
	}
	return Mail{}, false, nil
}

// PutAway marks e-mails as seen, and moves them when the account says where to. Those that are there no more are overlooked.
func (b *Box) PutAway(uids []uint32) error {
	if len(uids) == 0 {
		return nil
	}
	seen := &imap.StoreFlags{Op: imap.StoreFlagsAdd, Silent: true, Flags: []imap.Flag{imap.FlagSeen}}
	if err := b.client.Store(setOf(uids), seen, nil).Close(); err != nil {
		return broken(err)
	}
	if b.account.Done == "" {
		return nil
	}
	if caps := b.client.Caps(); !caps.Has(imap.CapMove) && !caps.Has(imap.CapUIDPlus) {
		// Such a server can only take away whatever anybody marked as deleted. That is not for us to do: the copy is enough.
		_, err := b.client.Copy(setOf(uids), b.account.Done).Wait()
		return broken(err)
	}
	_, err := b.client.Move(setOf(uids), b.account.Done).Wait()
	return broken(err)
}
