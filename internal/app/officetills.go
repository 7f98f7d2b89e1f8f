package app

import (
	"context"
	"strings"
	"time"

	"mtandao/internal/audit"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/seal"
	"mtandao/internal/words"
	"mtandao/portal/backoffice"
)

// CheckTill is `mtandao doctor mpesa` for one till, said in a language: it moves no money. Not while this copy is paused: the token
// that it asks for would end the one of the machine that works. fault.Conflict "rail.paused".
func (s setup) CheckTill(ctx context.Context, id int64, l words.Lang) ([]backoffice.Checked, error) {
	if s.Pause.Paused() {
		return nil, fault.New(fault.Conflict, "rail.paused")
	}
	t, err := s.Billing.Till(ctx, id)
	if err != nil {
		return nil, err
	}
	var all []backoffice.Checked
	for _, f := range append(s.examine(ctx, t), s.examinePublic(ctx)) {
		one := backoffice.Checked{Part: words.Text(l, "till.part."+strings.ReplaceAll(f.part, " ", "_")), Good: f.state == stateOK, Bad: f.state == stateFails,
			Detail: words.Text(l, f.key, f.args...)}
		if f.do != "" {
			one.Do = words.Text(l, f.do, f.doArgs...)
		}
		all = append(all, one)
	}
	return all, nil
}

// Registered is the public address at which M-Pesa confirms what is paid into a till by hand; "" for none.
func (s setup) Registered(ctx context.Context, id int64) string {
	return s.Billing.RegisteredAt(ctx, id)
}

// PortalPage is where a router sends its guests.
func (s setup) PortalPage(id int64) string {
	r, _ := s.Routers.Get(id)
	return s.portalPage(r)
}

// oldSecretLasts is how long a router may go on with its old secret.
const oldSecretLasts = 24 * time.Hour

// RotateSecret gives a router a new secret; the old one is accepted for another day.
func (s setup) RotateSecret(ctx context.Context, by backoffice.Author, id int64) (secret string, err error) {
	secret = seal.RandomHex(16)
	r, _ := s.Routers.Get(id)
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		if err := s.Routers.RotateSecret(tx, id, secret, oldSecretLasts); err != nil {
			return err
		}
		return audit.Record(tx, s.Clock.Now(), audit.Event{Actor: by.Email, Action: "router secret rotated", Object: kindRouter, ObjectID: r.Name, From: by.From})
	})
	return secret, err
}
