package access

import (
	"context"
	"slices"
	"time"

	"mtandao/internal/fault"
)

// candidate is a grant that may answer an attempt, with the login that reached it and what the device has of it.
type candidate struct {
	grant   Grant
	loginID int64
	kind    string // of the login; empty for a MAC log-in
	sealed  string // its secret
	bound   bool   // the device has a slot
	free    bool   // a slot is free
}

// AdmitKnown answers from memory: whoever is refused, and a bound device on an active grant. It is false when only the
// database can tell, or has to write something down. It never waits. An admission is large, and is asked for thousands of times a
// second: so it is written where the caller has room.
func (s *Service) AdmitKnown(a *Attempt, answer *Admission) bool {
	var room [1]candidate
	found, sure, strange := s.fromMemory(room[:0], a)
	if strange || !sure || len(found) == 0 {
		*answer = Admission{Cause: CauseUnknown}
		return strange
	}
	writes := false
	s.tryAll(a, found, answer, func(candidate, Admission) Admission {
		writes = true
		return Admission{Cause: CauseUnavailable}
	})
	return !writes
}

// Admit looks the attempt up, verifies it, decides, and claims what the first use, a new device or a one-time login takes.
// What memory knows needs no database. Trouble with the database refuses: CauseUnavailable.
func (s *Service) Admit(ctx context.Context, a Attempt) Admission {
	var answer Admission
	if s.AdmitKnown(&a, &answer) {
		return answer
	}
	return s.gate.pass(ctx, func(ctx context.Context) Admission {
		found, err := s.candidates(ctx, &a)
		if err != nil {
			return unavailable(err)
		}
		if len(found) == 0 {
			if code, is := ReadCode(a.Name); is && !a.MACLogin {
				return s.admitVoucher(ctx, a, code)
			}
			s.live.meet(s.keysOf(nil, &a))
		}
		return s.claimFirst(ctx, &a, found)
	})
}

// claimFirst is tryAll with the database at hand.
func (s *Service) claimFirst(ctx context.Context, a *Attempt, found []candidate) (answer Admission) {
	s.tryAll(a, found, &answer, func(c candidate, tried Admission) Admission { return s.claim(ctx, a, c, tried) })
	return answer
}

// tryAll answers with the first candidate that lets the device in, or else with the first of all. claim is asked for what has to
// be written.
func (s *Service) tryAll(a *Attempt, candidates []candidate, answer *Admission, claim func(candidate, Admission) Admission) {
	if len(candidates) == 0 {
		*answer = Admission{Cause: CauseUnknown}
	}
	var first Admission
	var alive map[int64]bool // for a device that has several
	if len(candidates) > 1 {
		alive = map[int64]bool{}
	}
	for i := range candidates {
		c := &candidates[i]
		if a.MACLogin && alive[c.grant.AfterGrantID] {
			continue // its turn has not come
		}
		s.try(a, c, answer, claim)
		if alive == nil || answer.Cause == CauseOK || answer.Cause == CauseUnavailable {
			return
		}
		alive[c.grant.ID] = !answer.Cause.Over()
		if i == 0 || answer.Garden && !first.Garden {
			first = *answer
		}
	}
	if alive != nil {
		*answer = first
	}
}

// fromMemory finds what an attempt may be answered with; strange when the database did not know it a moment ago.
func (s *Service) fromMemory(found []candidate, a *Attempt) (_ []candidate, sure, strange bool) {
	var room [4]nameKey
	keys := s.keysOf(room[:0], a)
	if a.MACLogin {
		found, sure = s.live.byMAC(found, a.MAC)
	} else {
		found, sure = s.live.byName(found, keys, a.MAC)
	}
	return found, sure, sure && len(found) == 0 && s.live.isStranger(keys)
}

// keysOf are the keys that an attempt may be known by in memory, in the order in which they are looked up.
func (s *Service) keysOf(keys []nameKey, a *Attempt) []nameKey {
	if a.MACLogin {
		return append(keys, macKey(a.MAC.number()))
	}
	var names [2]string
	var room [4][32]byte
	for _, name := range namesOf(names[:0], a.Name) {
		for _, hash := range s.keys.AppendHashes(room[:0], loginPurpose, name) {
			keys = append(keys, nameKey(hash[:]))
		}
	}
	return keys
}

// namesOf are the spellings of a name that may be a login: as a code, and as a chosen name.
func namesOf(names []string, name string) []string {
	if len(name) > longestName {
		return nil
	}
	if code, ok := ReadCode(name); ok {
		names = append(names, string(code))
	}
	return append(names, SpellName(name))
}

func unavailable(err error) Admission { return Admission{Cause: CauseUnavailable, Err: err} }

func (s *Service) candidates(ctx context.Context, a *Attempt) ([]candidate, error) {
	if a.MACLogin {
		return s.byMAC(ctx, a.MAC)
	}
	for _, name := range namesOf(nil, a.Name) {
		for _, hash := range s.keys.Lookups(loginPurpose, name) {
			rows, err := s.byNameHash(ctx, hash, a.MAC)
			if err != nil || len(rows) > 0 {
				return candidatesOf(rows, err)
			}
		}
	}
	return nil, nil
}

func candidatesOf(rows []foundRow, err error) ([]candidate, error) {
	var found []candidate
	for _, r := range rows {
		g, bad := r.Grant.grant()
		if bad != nil {
			return nil, bad
		}
		found = append(found, candidate{grant: g, loginID: r.LoginID, kind: r.Kind, sealed: string(r.Secret), bound: r.SlotN > 0, free: r.Free > 0})
	}
	return found, err
}

// byMAC lists what the device has, in the order it uses it.
func (s *Service) byMAC(ctx context.Context, mac MAC) ([]candidate, error) {
	if mac == "" {
		return nil, nil
	}
	grants, err := s.liveOf(ctx, mac)
	slices.SortFunc(grants, byTurn)
	var found []candidate
	for _, g := range grants {
		found = append(found, candidate{grant: g, bound: true})
	}
	return found, err
}

func (s *Service) try(a *Attempt, c *candidate, answer *Admission, claim func(candidate, Admission) Admission) {
	answer.Grant, answer.LoginID, answer.Left, answer.Garden = c.grant, c.loginID, Left{}, false
	if answer.Secret, answer.Cause, answer.Err = s.verify(a, c); answer.Err != nil {
		*answer = unavailable(answer.Err)
		return
	}
	g := &answer.Grant
	switch {
	case answer.Cause != CauseOK:
		return
	case c.kind == onceLogin && !meantFor(a.Name, a.MAC):
		answer.Cause = CauseUnknown
		return
	case !g.servesSite(a.SiteID):
		answer.Cause = CauseOtherSite
		return
	}
	s.decide(a, answer)
	switch {
	case !answer.letsIn():
	case a.MAC == "" || (!c.bound && !c.free && c.kind != nameLogin):
		answer.Cause, answer.Garden = CauseDevicesFull, false // a device without a MAC fits no slot
	case c.bound && g.State == Active && c.kind != onceLogin:
	default:
		*answer = claim(*c, *answer)
	}
}

// decide judges the grant of an answer now, for an attempt.
func (s *Service) decide(a *Attempt, answer *Admission) {
	now, g := s.clock.Now(), &answer.Grant
	answer.Cause, answer.Left = g.decide(now, s.locationFor(g, a))
	answer.Garden = a.Garden && g.Gardened(now)
}

func (s *Service) locationFor(g *Grant, a *Attempt) *time.Location {
	if g.SiteID != 0 {
		return s.location(g.SiteID)
	}
	return s.location(a.SiteID)
}

// verify finds the secret the attempt was made with. A code may come with itself, however it was typed, or nothing as
// password: whoever knows it knows all.
func (s *Service) verify(a *Attempt, c *candidate) (string, Cause, error) {
	if a.MACLogin {
		return "", CauseOK, nil
	}
	if a.Verify == nil {
		return "", CauseWrongSecret, nil
	}
	if c.kind == codeLogin {
		code, _ := ReadCode(a.Name)
		for _, secret := range [...]string{"", a.Name, string(code), code.Grouped(codeGroup)} {
			if a.Verify(secret) {
				return secret, CauseOK, nil
			}
		}
		return "", CauseWrongSecret, nil
	}
	secret, err := s.keys.OpenText(loginPurpose, c.sealed)
	if err != nil {
		return "", CauseUnavailable, fault.Wrap(fault.Internal, "internal", err)
	}
	if a.Verify(secret) {
		return secret, CauseOK, nil
	}
	return "", CauseWrongSecret, nil
}
