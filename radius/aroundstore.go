package radius

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"mtandao/internal/db"
	"mtandao/radius/access"
)

// Around tells what happened around an instant. Each part is a few ranges of an index, with a limit.
func (s *Service) Around(ctx context.Context, w Whom, at time.Time) (a Around, err error) {
	if a.Sessions, err = s.sessionsAround(ctx, w.GrantID, at.UTC()); err != nil {
		return a, err
	}
	macs := slices.Clone(w.MACs)
	for _, o := range a.Sessions {
		macs = append(macs, o.MAC)
	}
	slices.Sort(macs)
	macs = slices.DeleteFunc(slices.Compact(macs), func(mac access.MAC) bool { return mac == "" })
	var e1, e2 error
	a.Refused, e1 = s.refusedAround(ctx, w, macs[:min(len(macs), mostDevices)], at.UTC())
	a.Enforced, e2 = s.enforcedAround(ctx, w.GrantID, at.UTC())
	return a, errors.Join(e1, e2)
}

// sessionsAround are the last ones that had ended by an instant, the first ones that ended after it, and the open ones.
func (s *Service) sessionsAround(ctx context.Context, grantID int64, at time.Time) (all []Over, err error) {
	var open []Online
	e1 := s.db.Read(ctx).Raw("SELECT * FROM (SELECT * FROM sessions_closed WHERE grant_id = ? AND ended_at <= ? ORDER BY ended_at DESC LIMIT ?) AS past"+
		" UNION ALL SELECT * FROM (SELECT * FROM sessions_closed WHERE grant_id = ? AND ended_at > ? ORDER BY ended_at LIMIT ?) AS later", grantID, at, mostBefore, grantID, at, mostAfter).Scan(&all).Error
	e2 := s.db.Read(ctx).Where("grant_id = ?", grantID).Limit(mostSessions).Find(&open).Error
	for _, o := range open {
		all = append(all, Over{Session: o.Session})
	}
	slices.SortFunc(all, func(a, b Over) int { return cmp.Or(a.StartedAt.Compare(b.StartedAt), cmp.Compare(a.ID, b.ID)) })
	return all, db.Fault(errors.Join(e1, e2))
}

func (s *Service) enforcedAround(ctx context.Context, grantID int64, at time.Time) (all []Enforcement, err error) {
	err = s.db.Read(ctx).Raw("SELECT * FROM (SELECT * FROM enforcements WHERE grant_id = ? AND created_at > ? AND created_at <= ? ORDER BY created_at DESC LIMIT ?) AS past"+
		" UNION ALL SELECT * FROM (SELECT * FROM enforcements WHERE grant_id = ? AND created_at > ? AND created_at <= ? ORDER BY created_at LIMIT ?) AS later",
		grantID, at.Add(-AroundFor), at, mostAround, grantID, at, at.Add(AroundFor), mostAround).Scan(&all).Error
	slices.SortFunc(all, func(a, b Enforcement) int { return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.ID, b.ID)) })
	return all, db.Fault(err)
}

// refusedAround are kinds of refusals that were about the instant, by grant, by device and by name: the newest of each range of an index, in one statement, for
// each statement is a way to the database and back.
func (s *Service) refusedAround(ctx context.Context, w Whom, macs []access.MAC, at time.Time) (all []Refusal, err error) {
	var parts []string
	var args []any
	ask := func(column string, value any) {
		parts = append(parts, "SELECT * FROM (SELECT * FROM refusals WHERE "+column+" = ? AND first_at <= ? AND last_at > ? ORDER BY id DESC LIMIT ?) AS part")
		args = append(args, value, at.Add(AroundFor), at.Add(-AroundFor), mostAround)
	}
	if w.GrantID != 0 {
		ask("grant_id", w.GrantID)
	}
	for _, mac := range macs {
		ask("mac", mac)
	}
	for _, name := range w.Names[:min(len(w.Names), mostNames)] {
		for _, hash := range s.keys.Lookups(refusalPurpose, spelled(name)) {
			ask("name_hash", hash)
		}
	}
	if len(parts) == 0 {
		return nil, nil
	}
	err = s.db.Read(ctx).Raw(strings.Join(parts, " UNION ALL "), args...).Scan(&all).Error
	slices.SortFunc(all, func(a, b Refusal) int { return cmp.Or(a.FirstAt.Compare(b.FirstAt), cmp.Compare(a.ID, b.ID)) })
	return slices.CompactFunc(all, func(a, b Refusal) bool { return a.ID == b.ID }), db.Fault(err)
}
