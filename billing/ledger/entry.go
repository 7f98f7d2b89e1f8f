package ledger

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"
	"unicode/utf8"

	"mtandao/internal/chain"
	"mtandao/internal/fault"
	"mtandao/internal/money"
)

// Posting moves money into (+, debit) or out of (-, credit) an account. Party tells whose part of the account it is.
type Posting struct {
	Account, Party string
	Amount         money.Amount
}

// Entry is one event in the books. (Kind, Source) names its cause and is unique.
type Entry struct {
	ID       int64
	Kind     string
	Source   string
	Memo     string
	At       time.Time
	Proof    string // a digest of the caller's rows that this entry speaks of, or empty
	Postings []Posting
}

// check refuses what is no entry: fault.Invalid "ledger.unbalanced", "ledger.account" or "ledger.entry".
func (e Entry) check() (currency string, err error) {
	if !plain(e.Kind, 32) || !plain(e.Source, 100) || e.Kind == "" || e.Source == "" || !plain(e.Proof, 128) || utf8.RuneCountInString(e.Memo) > 255 || len(e.Postings) < 2 {
		return "", fault.New(fault.Invalid, "ledger.entry", "Source", e.Source)
	}
	var sum money.Amount
	for _, p := range e.Postings {
		if !known(p.Account) || !plain(p.Party, 100) {
			return "", fault.New(fault.Invalid, "ledger.account", "Account", p.Account)
		}
		if p.Amount.Currency == "" {
			return "", fault.New(fault.Invalid, "money.currency")
		}
		if sum, err = sum.Add(p.Amount); err != nil {
			return "", err
		}
	}
	if !sum.IsZero() {
		return "", fault.New(fault.Invalid, "ledger.unbalanced", "Source", e.Source)
	}
	return e.Postings[0].Amount.Currency, nil
}

// plain: what names a cause or a party is ASCII, for the databases compare it by octets.
func plain(s string, most int) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return len(s) <= most
}

// content is the canonical text that an entry's hash is made of.
func (e Entry) content() string {
	parts := []string{fmt.Sprint(e.ID), e.Kind, e.Source, e.Memo, e.At.UTC().Format("2006-01-02T15:04:05.000Z"), e.Proof}
	for n, p := range e.Postings {
		parts = append(parts, fmt.Sprint(n), p.Account, p.Party, p.Amount.Currency, fmt.Sprint(p.Amount.Cents))
	}
	return chain.Content(parts...)
}

// digest tells whether two calls mean the same entry: everything but its id and time.
func (e Entry) digest() string {
	e.ID, e.At = 0, time.Time{}
	sum := sha256.Sum256([]byte(e.content()))
	return hex.EncodeToString(sum[:])
}
