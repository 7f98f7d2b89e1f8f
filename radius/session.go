package radius

import (
	"time"

	"mtandao/radius/access"
)

// Who closed a session. Only what this program inferred may be reopened or corrected by the router.
const (
	ByRouter   = "router"   // a Stop
	ByBoot     = "boot"     // Accounting-On or -Off of the whole router
	ByReplaced = "replaced" // the same device began a new one on the same router
	ByMoved    = "moved"    // the same device began a new one on another router
	BySilence  = "silence"  // no update for too long
	ByServer   = "server"   // cut off by us, and no Stop came
)

// Session is one router session as told by accounting. It is identified by (router, key, epoch): routers use an id again,
// and each use is an epoch. Counters are totals since StartedAt and never shrink.
type Session struct {
	ID         int64 `gorm:"primaryKey;autoIncrement:false"` // else GORM asks for it back
	RouterID   int64
	SessionKey string
	Epoch      int64
	SiteID     int64
	GrantID    int64 // 0: nobody's
	LoginID    int64
	SessionID  string // as the router writes it
	UserName   string
	MAC        access.MAC `gorm:"column:mac"`
	IP         string     `gorm:"column:ip"`
	StartedAt  time.Time
	UpdatedAt  time.Time `gorm:"autoUpdateTime:false"` // the latest event
	Seconds    int64     `gorm:"column:online_seconds"`
	BytesUp    int64
	BytesDown  int64
	Wide       bool // the router sends gigawords
}

// Online is an open session. It is looked at again at StopAt; nil: nothing but its data ends it.
type Online struct {
	Session
	StopAt   *time.Time
	EndingID int64 // the enforcement that is ending it; 0: none
	Told
	TellingBytes int64 // the smaller share that its router is being told, and may go by already; 0: none
	Before
}

// Over is a session and how it ended; open while ClosedBy is empty.
type Over struct {
	Session
	EndedAt  time.Time
	Cause    string
	ClosedBy string
}

// TableName is the small table of open sessions.
func (Online) TableName() string { return "sessions_open" }

// TableName is the history: rows are inserted, and only touched again by a late word of the router.
func (Over) TableName() string { return "sessions_closed" }

// Bytes is both directions together.
func (s Session) Bytes() int64 { return s.BytesUp + s.BytesDown }
