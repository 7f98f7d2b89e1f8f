package approval

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"mtandao/internal/fault"
	"mtandao/internal/staff"
)

// State is how far something asked for got.
type State string

// The states.
const (
	Asked     State = "asked"
	Approved  State = "approved"
	Refused   State = "refused"
	Cancelled State = "cancelled" // by whoever asked
	Lapsed    State = "lapsed"
)

// Waits is for how long something asked for may be decided.
const Waits = 7 * 24 * time.Hour

const longest = 200 // letters of a reason

// Ask is a change that one member asks for. Was and Wanted are spelt for people, and as the domain reads them again.
type Ask struct {
	ID               int64
	Kind             string // "partner share"
	Object           string // "partner"
	ObjectID         int64
	Request          string // the same again is the same ask; empty: each is another
	Sites            []int64
	Was, Wanted      string
	Reason           string
	State            State
	AskedBy          int64 // members, and how the trail names them
	Asker            string
	DecidedBy        int64
	Decider          string
	Alone            bool   // decided by who asked: nobody else could
	Verdict          string // why
	AskedAt          time.Time
	LapsesAt         time.Time
	DecidedAt        time.Time
	openKey, request string
}

// By is a member who does something, and from where. Proven says that they proved just now that it is they.
type By struct {
	Member      staff.Member
	Actor, From string
	Proven      bool
}

// May says whether a member may decide: at every site that it is about, or everywhere.
func (a Ask) May(m staff.Member) bool {
	if len(a.Sites) == 0 {
		return staff.May(m, staff.PaymentsApprove, 0)
	}
	return !slices.ContainsFunc(a.Sites, func(id int64) bool { return !staff.May(m, staff.PaymentsApprove, id) })
}

// Waiting says whether it can be decided now.
func (a Ask) Waiting(now time.Time) bool { return a.State == Asked && now.Before(a.LapsesAt) }

// keys of the rows that two asks share: one waits at a time, and a request is asked once.
func (a *Ask) keys() {
	a.openKey = fmt.Sprintf("%s:%d", a.Kind, a.ObjectID)
	if a.Request != "" {
		a.request = a.openKey + ":" + a.Request
	}
}

// readReason refuses what is too long or no text; fault.Invalid with the key.
func readReason(typed, key string) (string, error) {
	typed = strings.TrimSpace(typed)
	if utf8.RuneCountInString(typed) > longest || !utf8.ValidString(typed) || strings.ContainsFunc(typed, unicode.IsControl) {
		return typed, fault.New(fault.Invalid, key)
	}
	return typed, nil
}

func (a Ask) said() map[string]any {
	said := map[string]any{"approval": a.ID, "kind": a.Kind, "was": a.Was, "wanted": a.Wanted, "asked_by": a.Asker}
	if a.Reason != "" {
		said["reason"] = a.Reason
	}
	if a.Verdict != "" {
		said["verdict"] = a.Verdict
	}
	if a.Alone {
		said["alone"] = "nobody else may decide"
	}
	return said
}
