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
	sealed  []byte // its secret
	bound   bool   // the device has a slot
	free    bool   // a slot is free
}

// Admit looks the attempt up, verifies it, decides, and claims what the first use, a new device or a one-time login takes.
// A bound device on an active grant costs reads only. Trouble with the database refuses: CauseUnavailable.
func (s *Service) Admit(ctx context.Context, a Attempt) Admission {
	candidates, err := s.candidates(ctx, a)
	if err != nil {
		return unavailable(err)
	}
	answer := Admission{Cause: CauseUnknown}
	alive := map[int64]bool{}
	for i, c := range candidates {
		if a.MACLogin && alive[c.grant.AfterGrantID] {
			continue // its turn has not come
		}
		tried := s.try(ctx, a, c)
		if i == 0 {
			answer = tried
		}
		if tried.Cause == CauseOK || tried.Cause == CauseUnavailable {
			return tried
		}
		alive[c.grant.ID] = !tried.Cause.Over()
	}
	return answer
}

func unavailable(err error) Admission { return Admission{Cause: CauseUnavailable, Err: err} }

func (s *Service) candidates(ctx context.Context, a Attempt) ([]candidate, error) {
	if a.MACLogin {
		return s.byMAC(ctx, a.MAC)
	}
	if len(a.Name) > longestName {
		return nil, nil
	}
	var names []string
	if code, ok := ReadCode(a.Name); ok {
		names = append(names, string(code))
	}
	for _, name := range append(names, SpellName(a.Name)) {
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
		found = append(found, candidate{grant: g, loginID: r.LoginID, kind: r.Kind, sealed: r.Secret, bound: r.SlotN > 0, free: r.Free > 0})
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

func (s *Service) try(ctx context.Context, a Attempt, c candidate) Admission {
	answer := Admission{Grant: c.grant, LoginID: c.loginID}
	var err error
	if answer.Secret, answer.Cause, err = s.verify(a, c); err != nil {
		return unavailable(err)
	}
	if answer.Cause != CauseOK {
		return answer
	}
	if c.kind == onceLogin && !meantFor(a.Name, a.MAC) {
		answer.Cause = CauseUnknown
		return answer
	}
	if !c.grant.servesSite(a.SiteID) {
		answer.Cause = CauseOtherSite
		return answer
	}
	answer.Cause, answer.Left = Decide(c.grant, s.clock.Now(), s.locationFor(c.grant, a))
	if answer.Cause != CauseOK {
		return answer
	}
	if a.MAC == "" || (!c.bound && !c.free) {
		answer.Cause = CauseDevicesFull // a device without a MAC fits no slot
		return answer
	}
	if c.bound && c.grant.State == Active && c.kind != onceLogin {
		return answer
	}
	return s.claim(ctx, a, c, answer)
}

func (s *Service) locationFor(g Grant, a Attempt) *time.Location {
	if g.SiteID != 0 {
		return s.location(g.SiteID)
	}
	return s.location(a.SiteID)
}

// verify finds the secret the attempt was made with. A code may come with itself, however it was typed, or nothing as
// password: whoever knows it knows all.
func (s *Service) verify(a Attempt, c candidate) (string, Cause, error) {
	if a.MACLogin {
		return "", CauseOK, nil
	}
	if a.Verify == nil {
		return "", CauseWrongSecret, nil
	}
	secrets := []string{}
	if c.kind == codeLogin {
		code, _ := ReadCode(a.Name)
		secrets = append(secrets, "", a.Name, string(code), code.Grouped(codeGroup))
	} else {
		secret, err := s.keys.Open(loginPurpose, c.sealed)
		if err != nil {
			return "", CauseUnavailable, fault.Wrap(fault.Internal, "internal", err)
		}
		secrets = append(secrets, string(secret))
	}
	for _, secret := range secrets {
		if a.Verify(secret) {
			return secret, CauseOK, nil
		}
	}
	return "", CauseWrongSecret, nil
}
