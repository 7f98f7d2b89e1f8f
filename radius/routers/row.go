package routers

import (
	"strings"
	"time"

	"mtandao/internal/seal"
)

// What the sealed columns are sealed for.
const (
	secretPurpose      = "router.secret"
	apiPasswordPurpose = "router.api_password"
	uamSecretPurpose   = "router.uam_secret"
)

type row struct {
	ID                int64
	SiteID            int64
	Name              string
	Token             string
	Dialect           string
	State             string
	SecretSealed      []byte
	OldSecretSealed   []byte
	OldSecretUntil    *time.Time
	Identifier        string
	Auth              string
	AuthSeen          bool
	Swap              bool
	InterimSeconds    int64
	LoginHosts        string
	APIAddress        string
	APIUser           string
	APIPasswordSealed []byte
	APITLS            bool `gorm:"column:api_tls"`
	APICert           string
	CoAAddress        string `gorm:"column:coa_address"`
	UAMSecretSealed   []byte `gorm:"column:uam_secret_sealed"`
	MACLogin          bool   `gorm:"column:mac_login"`
	CHAP              bool   `gorm:"column:chap"`
	Version           int64
	LastHeardAt       *time.Time
	CreatedAt         time.Time
	UpdatedAt         time.Time
}

func (row) TableName() string { return "routers" }

type addressRow struct {
	Prefix   string `gorm:"primaryKey"`
	RouterID int64
}

func (addressRow) TableName() string { return "router_addresses" }

func rowOf(r Router, keys *seal.Keys) (row, error) {
	w := row{
		ID: r.ID, SiteID: r.SiteID, Name: r.Name, Token: r.Token, Dialect: r.Dialect, State: r.State, Identifier: r.Identifier,
		Auth: r.Auth, AuthSeen: r.AuthSeen, Swap: r.Swap, InterimSeconds: int64(r.Interim / time.Second),
		LoginHosts: strings.Join(r.LoginHosts, " "), APIAddress: r.APIAddress, APIUser: r.APIUser, APITLS: r.APITLS,
		APICert: r.APICert, CoAAddress: r.CoAAddress, MACLogin: r.MACLogin, CHAP: r.CHAP, Version: 1,
	}
	if !r.OldSecretUntil.IsZero() {
		w.OldSecretUntil = &r.OldSecretUntil
	}
	var err error
	for _, s := range w.secrets(&r) {
		if *s.plain == "" {
			continue
		}
		if *s.sealed, err = keys.Seal(s.purpose, []byte(*s.plain)); err != nil {
			return row{}, err
		}
	}
	return w, nil
}

func (w row) router(addresses []addressRow, keys *seal.Keys) (Router, error) {
	r := Router{
		ID: w.ID, SiteID: w.SiteID, Name: w.Name, Token: w.Token, Dialect: w.Dialect, State: w.State, Identifier: w.Identifier,
		Auth: w.Auth, AuthSeen: w.AuthSeen, Swap: w.Swap, Interim: time.Duration(w.InterimSeconds) * time.Second,
		LoginHosts: strings.Fields(w.LoginHosts), APIAddress: w.APIAddress, APIUser: w.APIUser, APITLS: w.APITLS,
		APICert: w.APICert, CoAAddress: w.CoAAddress, MACLogin: w.MACLogin, CHAP: w.CHAP, Version: w.Version,
	}
	if w.OldSecretUntil != nil {
		r.OldSecretUntil = w.OldSecretUntil.UTC()
	}
	for _, s := range w.secrets(&r) {
		if len(*s.sealed) == 0 {
			continue
		}
		plain, err := keys.Open(s.purpose, *s.sealed)
		if err != nil {
			return Router{}, err
		}
		*s.plain = string(plain)
	}
	return r, readAddresses(&r, addresses)
}

type secret struct {
	purpose string
	plain   *string
	sealed  *[]byte
}

func (w *row) secrets(r *Router) []secret {
	return []secret{
		{secretPurpose, &r.Secret, &w.SecretSealed},
		{secretPurpose, &r.OldSecret, &w.OldSecretSealed},
		{apiPasswordPurpose, &r.APIPassword, &w.APIPasswordSealed},
		{uamSecretPurpose, &r.UAMSecret, &w.UAMSecretSealed},
	}
}
