package billing

import (
	"context"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/seal"
)

// Tokens keeps one access token per consumer key, sealed, and has one caller at a time mint a new one: minting kills the
// token before it (reference/mpesa.md §2).
type Tokens struct {
	DB    *db.DB
	Keys  *seal.Keys
	Clock clock.Clock
}

type tokenRow struct {
	ConsumerHash string `gorm:"primaryKey"`
	Token        []byte
	ExpiresAt    time.Time
	Holder       string
	HeldUntil    time.Time
}

func (tokenRow) TableName() string { return "rail_tokens" }

// mintLease is how long one caller may take to mint; minting calls are cut well before.
const mintLease = 30 * time.Second

// Token gives the live token, or mints one while everybody else waits for it. fault.Unavailable "rail.token" when the
// context ends before there is one.
func (t *Tokens) Token(ctx context.Context, consumerKey string, mint func(context.Context) (string, time.Duration, error)) (string, error) {
	hash := t.Keys.Lookup(purposeRail, consumerKey)
	for {
		token, err := t.live(ctx, hash)
		if err != nil || token != "" {
			return token, err
		}
		holder := db.NewHolder()
		won, err := t.hold(ctx, hash, holder)
		if err != nil {
			return "", err
		}
		if won {
			return t.mint(ctx, hash, holder, mint)
		}
		select {
		case <-ctx.Done():
			return "", fault.Wrap(fault.Unavailable, "rail.token", ctx.Err())
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func (t *Tokens) live(ctx context.Context, hash string) (string, error) {
	token, _, err := t.current(ctx, hash)
	return token, err
}

// current is the live token and its row; empty when there is none.
func (t *Tokens) current(ctx context.Context, hash string) (string, tokenRow, error) {
	var r tokenRow
	err := db.Fault(t.DB.Read(ctx).Where("consumer_hash = ? AND expires_at > ?", hash, t.Clock.Now()).Take(&r).Error)
	if missing, err := notFoundIs(err); err != nil || missing {
		return "", r, err
	}
	token, err := t.Keys.Open(purposeRail, r.Token)
	return string(token), r, err
}

func (t *Tokens) hold(ctx context.Context, hash, holder string) (won bool, err error) {
	err = t.DB.InTx(ctx, func(tx *db.Tx) error {
		now := t.Clock.Now()
		won, err = db.Won(tx.Gorm().Exec("UPDATE rail_tokens SET holder = ?, held_until = ? WHERE consumer_hash = ? AND held_until < ? AND expires_at <= ?",
			holder, now.Add(mintLease), hash, now, now))
		if err != nil || won {
			return err
		}
		err := tx.Savepoint(func() error {
			return tx.Gorm().Create(&tokenRow{ConsumerHash: hash, Token: []byte{}, ExpiresAt: now, Holder: holder, HeldUntil: now.Add(mintLease)}).Error
		})
		if won = err == nil; db.IsDuplicate(err) {
			return nil
		}
		return err
	})
	return won && err == nil, err
}

func (t *Tokens) mint(ctx context.Context, hash, holder string, mint func(context.Context) (string, time.Duration, error)) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, mintLease/2)
	defer cancel()
	token, life, mintErr := mint(ctx)
	expires := t.Clock.Now().Add(life)
	if mintErr != nil {
		token, expires = "", t.Clock.Now()
	}
	sealed, err := t.Keys.Seal(purposeRail, []byte(token))
	if err != nil {
		return "", err
	}
	err = t.DB.InTx(context.WithoutCancel(ctx), func(tx *db.Tx) error {
		return db.Fault(tx.Gorm().Exec("UPDATE rail_tokens SET token = ?, expires_at = ?, held_until = ? WHERE consumer_hash = ? AND holder = ?",
			sealed, expires, time.Unix(0, 0).UTC(), hash, holder).Error)
	})
	if mintErr != nil {
		return "", mintErr
	}
	return token, err
}

// Evict forgets a token that the rail no longer takes, unless a newer one is there already.
func (t *Tokens) Evict(ctx context.Context, consumerKey, token string) error {
	hash := t.Keys.Lookup(purposeRail, consumerKey)
	current, r, err := t.current(ctx, hash)
	if err != nil || current != token {
		return err
	}
	// The holder who minted it: between the look and the UPDATE another may have minted a new one, which must live.
	return t.DB.InTx(ctx, func(tx *db.Tx) error {
		return db.Fault(tx.Gorm().Exec("UPDATE rail_tokens SET expires_at = ? WHERE consumer_hash = ? AND holder = ?", t.Clock.Now(), hash, r.Holder).Error)
	})
}
