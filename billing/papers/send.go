package papers

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"mtandao/billing"
	"mtandao/billing/customers"
	"mtandao/billing/invoices"
	"mtandao/internal/audit"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/jobs"
	"mtandao/internal/notify"
	"mtandao/internal/settings"
)

// reached is where messages about a customer's papers go.
type reached struct{ emails, phones []string }

// toBills are the contacts of a customer that are for bills, by the ways that carry something and that are wanted.
func (s *Service) toBills(ctx context.Context, customerID int64, ways string) (to reached, err error) {
	contacts, err := s.Customers.Contacts(ctx, customerID)
	if err != nil {
		return to, err
	}
	mails, err := s.Messages.Carries(ctx, notify.Email)
	if err != nil {
		return to, err
	}
	calls, err := s.Messages.Carries(ctx, notify.SMS)
	if err != nil {
		return to, err
	}
	for _, c := range contacts {
		switch {
		case !c.ForBills:
		case c.Kind == customers.ByEmail && mails:
			to.emails = append(to.emails, c.Value)
		case c.Kind == customers.ByPhone && calls:
			to.phones = append(to.phones, c.Value)
		}
	}
	if ways == settings.BySMS || ways == settings.ByNone {
		to.emails = nil
	}
	if ways == settings.ByEmail || ways == settings.ByNone || ways == settings.ByEither && len(to.emails) > 0 {
		to.phones = nil
	}
	return to, nil
}

// telling is how a paper is told of.
type telling struct {
	ways  string   // of the paper's setting
	again string   // tells one time of sending from the others
	back  *backRow // service that is back, of which its SMS tells too
}

// tell writes the messages about a paper, each once.
func (s *Service) tell(ctx context.Context, p Paper, how telling, besides func(tx *db.Tx) error) (sent int, err error) {
	to, err := s.toBills(ctx, p.CustomerID, how.ways)
	if err != nil {
		return 0, err
	}
	if len(to.phones) == 0 {
		how.back = nil
	}
	if p, err = s.now(ctx, p); err != nil {
		return 0, err
	}
	all, err := s.messages(ctx, p, to, how)
	if err != nil {
		return 0, err
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		sent = 0
		if how.back != nil {
			if won, err := s.tookBack(tx, *how.back); err != nil || !won {
				return errors.Join(err, errToldBack)
			}
		}
		for _, m := range all {
			switch _, err := s.Messages.Send(tx, m); {
			case fault.KeyOf(err) == "message.key_taken" && how.again == "": // it was sent, and said more
			case fault.Is(err, fault.Invalid): // an address as it was taken long ago: the others are told
				s.Log.Warn("a paper was not sent to an address that cannot be used", "paper", p.ID, "channel", m.Channel, "error", err)
			case err != nil:
				return err
			default:
				sent++
			}
		}
		if besides != nil {
			return besides(tx)
		}
		return nil
	})
	return sent, err
}

// issued handles "invoice issued": of invoices, credit notes and pro formas.
func (s *Service) issued(ctx context.Context, j jobs.Job) error {
	var f invoices.Fact
	if err := j.Decode(&f); err != nil {
		return err
	}
	d, err := s.Invoices.Get(ctx, f.InvoiceID)
	if err != nil || d.Number == 0 || d.Gross == 0 || d.State == invoices.Void || d.State == invoices.Written { // or it was taken back before its turn
		return err
	}
	key := settings.PaperInvoice
	if d.Kind == invoices.Note {
		key = settings.PaperCredit
	}
	ways := s.Settings.String(key)
	if ways == settings.ByNone {
		return nil
	}
	p, err := s.OfDocument(ctx, d.ID)
	if fault.Is(err, fault.NotFound) { // a customer that the tables do not know
		return nil
	}
	if err == nil {
		_, err = s.tell(ctx, p, telling{ways: ways}, nil)
	}
	return err
}

// errToldBack: somebody was told meanwhile that their service is back.
var errToldBack = errors.New("service that is back was told of")

// credited handles "customer credited": of money that somebody brought.
func (s *Service) credited(ctx context.Context, j jobs.Job) error {
	var f struct{ CustomerID int64 }
	if err := j.Decode(&f); err != nil {
		return err
	}
	ways := s.Settings.String(settings.PaperReceipt)
	eventID, err := strconv.ParseInt(j.Key, 10, 64)
	if err != nil || ways == settings.ByNone {
		return err
	}
	p, err := s.OfPayment(ctx, f.CustomerID, eventID)
	if fault.Is(err, fault.NotFound) { // credit of another kind
		return nil
	}
	if err != nil {
		return err
	}
	if done, err := s.done(ctx, f.CustomerID); err != nil {
		return err
	} else if !done && s.Clock.Now().Sub(j.CreatedAt) < waitsForReturn {
		return jobs.Again(time.Second, errors.New("its money is about to bring service back"))
	}
	back, err := s.backOf(ctx, f.CustomerID)
	if err == nil {
		_, err = s.tell(ctx, p, telling{ways: ways, back: back}, nil)
	}
	if errors.Is(err, errToldBack) {
		_, err = s.tell(ctx, p, telling{ways: ways}, nil)
	}
	return err
}

// sold handles "order served": who buys on the portal, and is a customer whose mailbox is known, gets a receipt there.
func (s *Service) sold(ctx context.Context, j jobs.Job) error {
	var f billing.OrderFact
	if err := j.Decode(&f); err != nil {
		return err
	}
	if s.Settings.String(settings.PaperSale) == settings.ByNone {
		return nil
	}
	o, r, err := s.Tills.Sold(ctx, f.OrderID)
	if err != nil {
		return err
	}
	c, err := s.Customers.FindNow(ctx, string(o.Phone))
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Conflict) || fault.Is(err, fault.Invalid) { // nobody's number, or several people's
		return nil
	}
	if err != nil {
		return err
	}
	to, err := s.toBills(ctx, c.ID, settings.ByEmail)
	if err != nil || len(to.emails) == 0 {
		return err
	}
	p, err := s.ofSale(ctx, Bought{OrderID: o.ID, SiteID: o.SiteID, Code: o.Code, What: o.PlanName(c.Lang), Reference: r.Number, Cents: o.Price.Cents, Tax: o.Tax, Day: clock.DayOf(o.PaidAt), Phone: string(o.Phone),
		CustomerID: c.ID})
	if err == nil {
		_, err = s.tell(ctx, p, telling{ways: settings.ByEmail}, nil)
	}
	return err
}

// By is who sends something, and from where.
type By struct{ Actor, From string }

// SendAgain sends a paper to all contacts that are for bills because somebody says so, and has its link open for its full time again; who presses twice
// within a minute is sent it once. It tells how many messages that made; fault.Conflict "paper.nobody" when there is nobody to send it to.
func (s *Service) SendAgain(ctx context.Context, p Paper, by By) (sent int, err error) {
	to, err := s.toBills(ctx, p.CustomerID, settings.ByBoth)
	if err != nil {
		return 0, err
	}
	if len(to.emails)+len(to.phones) == 0 {
		return 0, fault.New(fault.Conflict, "paper.nobody")
	}
	return s.tell(ctx, p, telling{ways: settings.ByBoth, again: s.Clock.Now().UTC().Format("0601021504")}, func(tx *db.Tx) error {
		if err := s.renew(tx, p); err != nil {
			return err
		}
		return audit.Change(tx, s.Clock.Now(), audit.Event{Actor: by.Actor, From: by.From, Action: "paper sent", Object: "customer", ObjectID: idText(p.CustomerID)}, nil, map[string]any{"paper": p.Name, "messages": fmt.Sprint(len(to.emails) + len(to.phones))})
	})
}

// Sent lists the messages about a paper, the newest first.
func (s *Service) Sent(ctx context.Context, p Paper) ([]notify.Line, error) {
	return s.Messages.About(ctx, about(p.ID))
}

// SentOf lists the messages about a document, which may have no paper yet.
func (s *Service) SentOf(ctx context.Context, documentID int64) ([]notify.Line, error) {
	p, err := s.byAbout(ctx, Document, documentID)
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return s.Sent(ctx, p)
}

// Statements are the statements of a customer that were kept, the newest first.
func (s *Service) Statements(ctx context.Context, customerID int64, limit int) ([]Paper, error) {
	all, err := s.latest(ctx, customerID, Statement, limit)
	return slices.Clip(all), err
}
