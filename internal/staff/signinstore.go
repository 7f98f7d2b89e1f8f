package staff

import (
	"context"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

type signInRow struct {
	ID        int64
	MemberID  int64
	TokenHash string
	Proven    string
	Address   string
	Browser   string
	StartedAt time.Time
	SeenAt    time.Time
	ProvenAt  time.Time
	Until     time.Time
}

func (signInRow) TableName() string { return "staff_sign_ins" }

// judged is a sign-in with its member.
type judged struct {
	Joined                    joined `gorm:"embedded"`
	SignInID                  int64
	Proven                    string
	SeenAt, ProvenAt, UntilAt time.Time
}

// byToken is the one indexed read by which every request is judged.
func (s *Service) byToken(ctx context.Context, token string) (signIn signInRow, m Member, r memberRow, err error) {
	var rows []judged
	err = s.DB.Read(ctx).Table("staff_sign_ins AS s").
		Select(joinedColumns+", s.id AS sign_in_id, s.proven, s.seen_at, s.proven_at, s.until AS until_at").
		Joins("JOIN staff_members m ON m.id = s.member_id "+joinRoles).
		Where("s.token_hash IN ?", s.Keys.Lookups(purposeToken, token)).Order("r.id").Scan(&rows).Error
	if err != nil {
		return signIn, m, r, db.Fault(err)
	}
	if len(rows) == 0 {
		return signIn, m, r, signedOut()
	}
	members := make([]joined, len(rows))
	for i := range rows {
		members[i] = rows[i].Joined
	}
	first := rows[0]
	signIn = signInRow{ID: first.SignInID, Proven: first.Proven, SeenAt: first.SeenAt.UTC(), ProvenAt: first.ProvenAt.UTC(), Until: first.UntilAt.UTC()}
	return signIn, fold(members), first.Joined.Row, nil
}

func signedOut() error { return fault.New(fault.Denied, "staff.signed_out") }

// see notes that a sign-in is in use, at most once a minute.
func (s *Service) see(ctx context.Context, id int64, now time.Time) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		return db.Fault(tx.Gorm().Exec("UPDATE staff_sign_ins SET seen_at = ? WHERE id = ? AND seen_at <= ?", now, id, now.Add(-seenEvery)).Error)
	})
}

func insertSignIn(tx *db.Tx, row signInRow) error { return db.Fault(tx.Gorm().Create(&row).Error) }

// complete notes the second factor of a sign-in under a new token, if it has its old token still. False when it is gone; true also when a
// commit whose answer was lost has done it.
func (s *Service) complete(tx *db.Tx, in SignedIn, token string) (bool, error) {
	now, hash := s.Clock.Now(), s.Keys.Lookup(purposeToken, token)
	won, err := db.Won(tx.Gorm().Exec("UPDATE staff_sign_ins SET proven = ?, token_hash = ?, seen_at = ?, proven_at = ?, until = ? WHERE id = ? AND token_hash IN ?",
		provenFactor, hash, now, now, now.Add(fullLasts), in.ID, s.Keys.Lookups(purposeToken, in.token)))
	return won, db.Fault(err)
}

// hasToken says whether a sign-in has a token: the winner of complete asks after a lost answer.
func (s *Service) hasToken(tx *db.Tx, id int64, token string) (bool, error) {
	var n int64
	err := tx.Gorm().Model(&signInRow{}).Where("id = ? AND token_hash IN ?", id, s.Keys.Lookups(purposeToken, token)).Count(&n).Error
	return n > 0, db.Fault(err)
}

// prove notes that a member gave a password or code again, under a new token, if the sign-in has its old token still.
func (s *Service) prove(tx *db.Tx, in SignedIn, token string) (bool, error) {
	won, err := db.Won(tx.Gorm().Exec("UPDATE staff_sign_ins SET proven_at = ?, token_hash = ? WHERE id = ? AND token_hash IN ?",
		s.Clock.Now(), s.Keys.Lookup(purposeToken, token), in.ID, s.Keys.Lookups(purposeToken, in.token)))
	return won, db.Fault(err)
}

// acceptPassword stores a right password's new hash, if the member still has the old one.
func acceptPassword(tx *db.Tx, memberID int64, old, hash string) (bool, error) {
	won, err := db.Won(tx.Gorm().Exec("UPDATE staff_members SET password_hash = ? WHERE id = ? AND state = ? AND password_hash IN ?",
		hash, memberID, Active, []string{old, hash}))
	return won, db.Fault(err)
}

// noteAddress keeps where a member last signed in from: strangers elsewhere do not slow that address down.
func noteAddress(tx *db.Tx, memberID int64, address string) error {
	return db.Fault(tx.Gorm().Exec("UPDATE staff_members SET last_address = ? WHERE id = ?", address, memberID).Error)
}

// replacePassword stores a new password if the member is in a state and has the old hash; or, after a lost answer, has the
// new one already.
func (s *Service) replacePassword(tx *db.Tx, id int64, state, old, hash string) (bool, error) {
	won, err := db.Won(tx.Gorm().Exec("UPDATE staff_members SET password_hash = ?, state = ?, version = ?, changed_at = ?"+
		" WHERE id = ? AND ((state = ? AND password_hash = ?) OR (state = ? AND password_hash = ?))",
		hash, Active, tx.ID(), s.Clock.Now(), id, state, old, Active, hash))
	return won, db.Fault(err)
}

// endSignIns ends all sign-ins of a member but one; 0 spares none.
func endSignIns(tx *db.Tx, memberID, spared int64) error {
	return db.Fault(tx.Gorm().Where("member_id = ? AND id <> ?", memberID, spared).Delete(&signInRow{}).Error)
}

func endSignIn(tx *db.Tx, memberID, id int64) (bool, error) {
	won, err := db.Won(tx.Gorm().Where("member_id = ? AND id = ?", memberID, id).Delete(&signInRow{}))
	return won, db.Fault(err)
}

func (s *Service) signInsOf(ctx context.Context, memberID int64) (rows []signInRow, err error) {
	err = s.DB.Read(ctx).Where("member_id = ?", memberID).Order("id DESC").Limit(mostSignIns).Find(&rows).Error
	return rows, db.Fault(err)
}

// removeOld deletes what has run out, a bounded number at a time.
func (s *Service) removeOld(ctx context.Context, now time.Time) error {
	const some = 500
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		for _, model := range []any{&signInRow{}, &linkRow{}, &challengeRow{}} {
			var ids []int64
			err := tx.Gorm().Model(model).Where("until <= ?", now).Order("until").Limit(some).Pluck("id", &ids).Error
			if err == nil && len(ids) > 0 {
				err = tx.Gorm().Where("id IN ? AND until <= ?", ids, now).Delete(model).Error
			}
			if err != nil {
				return db.Fault(err)
			}
		}
		return nil
	})
}
