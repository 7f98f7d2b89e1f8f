package app

import (
	"context"
	"errors"
	"os"

	"mtandao/billing"
	"mtandao/internal/audit"
	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// envTill is the key of the till that the environment makes.
const envTill = "env"

// tillFromConfig stores the till of MTANDAO_MPESA_… while no other is stored.
func (m *Main) tillFromConfig(ctx context.Context) error {
	wanted, err := m.Config.MPesa.till()
	if err != nil || wanted.ShortCode == "" {
		return err
	}
	stored, err := m.Billing.Tills(ctx)
	if err != nil {
		return err
	}
	if len(stored) > 1 || len(stored) == 1 && stored[0].Key != envTill {
		m.Log.Warn("MTANDAO_MPESA_… is not used, because tills are stored", "tills", len(stored))
		return nil
	}
	if len(stored) == 1 {
		wanted.PayoutCode = stored[0].PayoutCode // which only a page can say
	}
	if len(stored) == 1 && sameTill(stored[0], wanted) {
		return nil
	}
	return m.DB.InTx(ctx, func(tx *db.Tx) error {
		if _, err := m.Billing.SaveTill(tx, wanted); err != nil {
			return err
		}
		return audit.Record(tx, m.Clock.Now(), audit.Event{Actor: "command serve", Action: "till saved", Object: "till", ObjectID: envTill,
			After: `{"short_code":"` + wanted.ShortCode + `"}`, From: hostName()})
	})
}

func (p MPesa) till() (billing.Till, error) {
	t := billing.Till{Key: envTill, Type: billing.TillType(p.Type), ShortCode: p.ShortCode, StoreNumber: p.StoreNumber, PartyB: p.PartyB,
		ConsumerKey: p.ConsumerKey, ConsumerSecret: p.ConsumerSecret, Passkey: p.Passkey, Initiator: p.Initiator,
		InitiatorPassword: p.InitiatorPassword, BaseURL: p.BaseURL, State: billing.TillLive}
	if p.CertFile != "" {
		body, err := os.ReadFile(p.CertFile)
		if err != nil {
			return t, named("MTANDAO_MPESA_CERT_FILE", fault.Wrap(fault.Invalid, "config.file", err, "Path", p.CertFile))
		}
		t.Certificate = string(body)
	}
	return t, nil
}

// sameTill compares what configuration can say of a till.
func sameTill(a, b billing.Till) bool {
	a.Sites, b.Sites = nil, nil
	return len(differences(tillPartOf(a, &names{}), tillPartOf(b, &names{}))) == 0
}

// refuseUnsafeRails refuses to serve a stored till whose rail anybody could play: fault.Invalid "config.rail_unsafe".
func (m *Main) refuseUnsafeRails(ctx context.Context) error {
	tills, err := m.Billing.Tills(ctx)
	for _, t := range tills {
		if t.State == billing.TillLive && !m.Config.Dev {
			err = errors.Join(err, named("base_url of till "+t.Key, checkRail(t.BaseURL)))
		}
	}
	return err
}
