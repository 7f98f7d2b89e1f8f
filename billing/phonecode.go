package billing

import (
	"context"
	"crypto/rand"
	"fmt"
	"math/big"
	"strings"
	"time"

	"mtandao/billing/customers"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/notify"
	"mtandao/internal/words"
	"mtandao/radius/access"
)

// Messages sends what people are told. *notify.Service satisfies it.
type Messages interface {
	Send(tx *db.Tx, m notify.Message) (int64, error)
}

const (
	codeLife  = 10 * time.Minute
	codeTries = 5
)

// Bought is a plan that a phone paid for and that still runs or waits.
type Bought struct {
	Order Order // the newest that fed it
	Grant access.Grant
}

// SendPhoneCode sends a code of six digits to a phone that has a plan at the site, with which whoever holds the phone proves
// it. To a phone without one nothing is sent, and nothing told: it would say who is a customer. Nor is it told that a phone was
// sent too many, which only one with a plan can be: the code that it was sent last holds on.
func (s *Service) SendPhoneCode(ctx context.Context, siteID int64, phone customers.Phone, l words.Lang) error {
	plans, err := s.plansOf(ctx, siteID, phone)
	if err != nil || len(plans) == 0 {
		return err
	}
	_, brand, err := s.Sites.Get(siteID)
	if err != nil {
		return err
	}
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return fault.Wrap(fault.Internal, "internal", err)
	}
	code := fmt.Sprintf("%06d", n)
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		if err := s.saveCode(tx, phone, code); err != nil {
			return err
		}
		_, err := s.Messages.Send(tx, notify.Message{Key: fmt.Sprintf("phone code %d", tx.ID()), Purpose: notify.ForCode, Channel: notify.SMS,
			To: string(phone), Language: l, Sender: brand.Sender, Words: "message.phone_code", Args: []any{"Code", code}})
		return err
	})
	if fault.Is(err, fault.TooMany) {
		return nil
	}
	return err
}

// UsePhoneCode takes the code that a phone was sent, once, and lists what the phone bought at the site, the newest first.
// fault.Denied "phone_code.wrong" for a code that is wrong, old, used, or tried too often.
func (s *Service) UsePhoneCode(ctx context.Context, siteID int64, phone customers.Phone, typed string) ([]Bought, error) {
	typed = strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, typed)
	counted, err := s.countTry(ctx, phone) // committed before anything is compared
	if err == nil && counted {
		counted, err = s.takeCode(ctx, phone, typed)
	}
	if err == nil && !counted {
		err = fault.New(fault.Denied, "phone_code.wrong")
	}
	if err != nil {
		return nil, err
	}
	return s.plansOf(ctx, siteID, phone)
}

// plansOf looks through the newest orders of a phone.
func (s *Service) plansOf(ctx context.Context, siteID int64, phone customers.Phone) ([]Bought, error) {
	orders, err := s.ordersWhere(ctx, "phone_hash IN ?", s.lookups(purposePhone, string(phone)))
	if err != nil {
		return nil, err
	}
	var all []Bought
	seen := map[int64]bool{}
	for _, o := range orders {
		if o.GrantID == 0 || o.SiteID != siteID || seen[o.GrantID] {
			continue
		}
		seen[o.GrantID] = true
		g, _, _, err := s.Grants.View(ctx, o.GrantID)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return nil, err
		}
		if err == nil && g.State != access.Ended {
			all = append(all, Bought{o, g})
		}
	}
	return all, nil
}
