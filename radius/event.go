package radius

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/netip"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	codec "layeh.com/radius"
	"layeh.com/radius/rfc2865"
	"layeh.com/radius/rfc2866"
	"layeh.com/radius/rfc2869"

	"mtandao/radius/access"
)

// kind is what an accounting packet reports.
type kind uint8

const (
	other kind = iota
	start
	interim
	stop
	routerOn
	routerOff
)

var kinds = map[int64]kind{
	int64(rfc2866.AcctStatusType_Value_Start):         start,
	int64(rfc2866.AcctStatusType_Value_InterimUpdate): interim,
	int64(rfc2866.AcctStatusType_Value_Stop):          stop,
	int64(rfc2866.AcctStatusType_Value_AccountingOn):  routerOn,
	int64(rfc2866.AcctStatusType_Value_AccountingOff): routerOff,
}

func kindOf(p *codec.Packet) kind {
	status, _ := number(p, rfc2866.AcctStatusType_Type)
	return kinds[status]
}

// event is a record read: what happened, when, and the counters since the session began.
type event struct {
	Kind      kind
	RouterID  int64
	SiteID    int64
	Interim   time.Duration // between the router's updates
	Key       string        // Acct-Session-Id, fit for a unique column
	SessionID string
	UserName  string
	MAC       access.MAC
	IP        string
	At        time.Time // arrival less Acct-Delay-Time: routers without a battery do not know the date
	Seconds   int64     // -1: not told
	Up, Down  int64     // octets from and to the client
	Wide      bool      // gigawords were told
	Classes   [][]byte
	Who       authorisation
	Cause     string
}

const (
	longestDelay = 7 * 24 * time.Hour
	longestKey   = 64
	longestName  = 253
)

var errSession = errors.New("no Acct-Session-Id")

// readEvent reads a stored packet. swap says that the router's input is the client's download.
func readEvent(r record, swap bool) (event, error) {
	wire, err := cut(r.Raw)
	if err != nil {
		return event{}, err
	}
	p := (&tray{}).parse(wire, nil)
	e := event{Kind: kindOf(p), RouterID: r.RouterID, At: r.At.Add(-delayOf(p)), Seconds: -1}
	e.SessionID = clean(text(p, rfc2866.AcctSessionID_Type))
	e.Key = keyOf(p.Get(rfc2866.AcctSessionID_Type))
	if e.Key == "" && (e.Kind == start || e.Kind == interim || e.Kind == stop) {
		return event{}, errSession
	}
	e.readWho(p)
	e.Classes = classesOf(p)
	e.readCounters(p, swap)
	return e, nil
}

func (e *event) readWho(p *codec.Packet) {
	e.UserName = clean(text(p, rfc2865.UserName_Type))
	e.MAC = deviceOf(p)
	if address, ok := netip.AddrFromSlice(p.Get(rfc2865.FramedIPAddress_Type)); ok && address.Is4() {
		e.IP = address.String()
	}
	if cause, ok := number(p, rfc2866.AcctTerminateCause_Type); ok {
		e.Cause = rfc2866.AcctTerminateCause(cause).String()
	}
}

func (e *event) readCounters(p *codec.Packet, swap bool) {
	if seconds, ok := number(p, rfc2866.AcctSessionTime_Type); ok {
		e.Seconds = seconds
	}
	if e.Kind == start { // a Start has no past, whatever it carries
		e.Seconds = 0
	}
	in, inWide := octets(p, rfc2866.AcctInputOctets_Type, rfc2869.AcctInputGigawords_Type)
	out, outWide := octets(p, rfc2866.AcctOutputOctets_Type, rfc2869.AcctOutputGigawords_Type)
	e.Up, e.Down, e.Wide = in, out, inWide || outWide
	if swap {
		e.Up, e.Down = e.Down, e.Up
	}
}

// octets combines a counter with the number of its turns (RFC 2869 §5.1).
func octets(p *codec.Packet, low, high codec.Type) (int64, bool) {
	octets, _ := number(p, low)
	turns, wide := number(p, high)
	return turns<<32 + octets, wide
}

func delayOf(p *codec.Packet) time.Duration {
	seconds, _ := number(p, rfc2866.AcctDelayTime_Type)
	if delay := time.Duration(seconds) * time.Second; delay <= longestDelay {
		return delay
	}
	return 0
}

// keyOf keeps a plain session id as it is, and hashes one that a column could not hold or would alter.
func keyOf(id []byte) string {
	plain := len(id) <= longestKey
	for _, b := range id {
		plain = plain && b > ' ' && b < 0x7f
	}
	if plain {
		return string(id)
	}
	sum := sha256.Sum256(id)
	return "#" + hex.EncodeToString(sum[:24])
}

// clean makes a router's string fit for a column and a screen.
func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsGraphic(r) && r != utf8.RuneError { // a no-break space too: a code is typed with it, and named by it
			return r
		}
		return -1
	}, s)
	for len(s) > longestName {
		_, size := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-size]
	}
	return s
}
