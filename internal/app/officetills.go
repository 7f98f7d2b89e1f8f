package app

import (
	"context"
	"time"

	"mtandao/internal/audit"
	"mtandao/internal/db"
	"mtandao/internal/seal"
	"mtandao/portal/backoffice"
)

// CheckTill is `mtandao doctor mpesa` for one till: it moves no money.
func (s setup) CheckTill(ctx context.Context, id int64) ([]backoffice.Checked, error) {
	t, err := s.Billing.Till(ctx, id)
	if err != nil {
		return nil, err
	}
	found := findings{}
	found.till(ctx, s.Main, t)
	found.publicAddress(ctx, s.Main)
	var all []backoffice.Checked
	for _, f := range found {
		all = append(all, backoffice.Checked{Part: f.Check, Good: f.State == stateOK, Bad: f.State == stateFails, Detail: f.Detail, Do: f.Do})
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
