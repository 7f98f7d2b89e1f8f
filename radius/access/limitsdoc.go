package access

import (
	"bytes"
	"encoding/json"
	"math"
	"net/netip"
	"time"

	"mtandao/internal/fault"
)

// limitsVersion is raised when a field changes its meaning; fields may be added without.
const limitsVersion = 1

// limitsDocument is Limits as stored: units in the names, so that a dump can be read without this file.
type limitsDocument struct {
	Version         int              `json:"version"`
	UpKbps          int64            `json:"up_kbps,omitempty"`
	DownKbps        int64            `json:"down_kbps,omitempty"`
	Burst           *burstDocument   `json:"burst,omitempty"`
	DataBytes       int64            `json:"data_bytes,omitempty"`
	TimeSeconds     int64            `json:"time_seconds,omitempty"`
	OnlineTime      bool             `json:"online_time,omitempty"`
	ValidSeconds    int64            `json:"valid_seconds,omitempty"`
	ValidUntilMilli int64            `json:"valid_until_ms,omitempty"`
	Hours           []windowDocument `json:"hours,omitempty"`
	Devices         int              `json:"devices,omitempty"`
	IdleSeconds     int64            `json:"idle_seconds,omitempty"`
	FairUse         *fairUseDocument `json:"fair_use,omitempty"`
	Night           *nightDocument   `json:"night,omitempty"`
	Address         *addressDocument `json:"address,omitempty"`
}

type addressDocument struct {
	Pool          string         `json:"pool,omitempty"`
	IPv4          string         `json:"ipv4,omitempty"`
	Routes        []netip.Prefix `json:"routes,omitempty"`
	IPv6          string         `json:"ipv6,omitempty"`
	Delegated     string         `json:"delegated,omitempty"`
	IPv6Pool      string         `json:"ipv6_pool,omitempty"`
	DelegatedPool string         `json:"delegated_pool,omitempty"`
	List          string         `json:"list,omitempty"`
}

type fairUseDocument struct {
	Bytes    int64 `json:"bytes"`
	Per      Per   `json:"per"`
	UpKbps   int64 `json:"up_kbps"`
	DownKbps int64 `json:"down_kbps"`
	RollOver bool  `json:"roll_over,omitempty"`
	Day      int   `json:"day,omitempty"`
}

type nightDocument struct {
	Hours    []windowDocument `json:"hours"`
	UpKbps   int64            `json:"up_kbps,omitempty"`
	DownKbps int64            `json:"down_kbps,omitempty"`
	Free     bool             `json:"free,omitempty"`
}

type burstDocument struct {
	UpKbps            int64 `json:"up_kbps"`
	DownKbps          int64 `json:"down_kbps"`
	UpThresholdKbps   int64 `json:"up_threshold_kbps"`
	DownThresholdKbps int64 `json:"down_threshold_kbps"`
	OverSeconds       int64 `json:"over_seconds"`
}

type windowDocument struct {
	Days       []int `json:"days"` // 0 is Sunday
	FromMinute int   `json:"from_minute"`
	ToMinute   int   `json:"to_minute"`
}

// EncodeLimits writes l as the versioned document kept in the database; durations are cut to seconds.
func EncodeLimits(l Limits) []byte {
	d := limitsDocument{
		Version: limitsVersion, UpKbps: l.UpKbps, DownKbps: l.DownKbps, DataBytes: l.DataBytes,
		TimeSeconds: seconds(l.Time), OnlineTime: l.TimeKind == Online, ValidSeconds: seconds(l.Valid),
		Devices: l.Devices, IdleSeconds: seconds(l.Idle),
	}
	if !l.ValidUntil.IsZero() {
		d.ValidUntilMilli = l.ValidUntil.UnixMilli()
	}
	if b := l.Burst; b != (Burst{}) {
		d.Burst = &burstDocument{b.UpKbps, b.DownKbps, b.UpThresholdKbps, b.DownThresholdKbps, seconds(b.Over)}
	}
	if f := l.FairUse; f != (FairUse{}) {
		d.FairUse = &fairUseDocument{f.Bytes, f.Per, f.UpKbps, f.DownKbps, f.RollOver, f.Day}
	}
	if n := l.Night; len(n.Hours) > 0 {
		d.Night = &nightDocument{n.Hours.document(), n.UpKbps, n.DownKbps, n.Free}
	}
	d.Hours, d.Address = l.Hours.document(), l.Address.document()
	text, err := json.Marshal(d)
	if err != nil {
		panic(err) // a struct of numbers always encodes
	}
	return text
}

// DecodeLimits reads what EncodeLimits wrote; fault.Invalid "limits.unreadable" for anything else.
func DecodeLimits(text []byte) (Limits, error) {
	var d limitsDocument
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields() // an unknown limit left out would give away more than was sold
	if err := decoder.Decode(&d); err != nil {
		return Limits{}, fault.Wrap(fault.Invalid, "limits.unreadable", err)
	}
	if d.Version != limitsVersion {
		return Limits{}, fault.New(fault.Invalid, "limits.unreadable", "Version", d.Version)
	}
	return d.limits()
}

func (d limitsDocument) limits() (Limits, error) {
	l := Limits{
		UpKbps: d.UpKbps, DownKbps: d.DownKbps, DataBytes: d.DataBytes, Time: duration(d.TimeSeconds), TimeKind: Calendar,
		Valid: duration(d.ValidSeconds), Devices: d.Devices, Idle: duration(d.IdleSeconds),
	}
	if d.OnlineTime {
		l.TimeKind = Online
	}
	if d.ValidUntilMilli != 0 {
		l.ValidUntil = time.UnixMilli(d.ValidUntilMilli).UTC()
	}
	if b := d.Burst; b != nil {
		l.Burst = Burst{b.UpKbps, b.DownKbps, b.UpThresholdKbps, b.DownThresholdKbps, duration(b.OverSeconds)}
	}
	if f := d.FairUse; f != nil {
		l.FairUse = FairUse{f.Bytes, f.Per, f.UpKbps, f.DownKbps, f.RollOver, f.Day}
	}
	var err error
	if n := d.Night; n != nil {
		l.Night = Night{UpKbps: n.UpKbps, DownKbps: n.DownKbps, Free: n.Free}
		if l.Night.Hours, err = hoursOf(n.Hours); err != nil {
			return Limits{}, err
		}
	}
	if l.Hours, err = hoursOf(d.Hours); err != nil {
		return Limits{}, err
	}
	if l.Address, err = addressOf(d.Address); err != nil {
		return Limits{}, err
	}
	return l, l.Check()
}

func (h Hours) document() (windows []windowDocument) {
	for _, w := range h {
		windows = append(windows, windowDocument{Days: w.days(), FromMinute: w.From, ToMinute: w.To})
	}
	return windows
}

func hoursOf(windows []windowDocument) (h Hours, err error) {
	for _, w := range windows {
		window := Window{From: w.FromMinute, To: w.ToMinute}
		for _, day := range w.Days {
			if day < 0 || day > 6 {
				return nil, fault.New(fault.Invalid, "limits.unreadable", "Day", day)
			}
			window.Days[day] = true
		}
		h = append(h, window)
	}
	return h, nil
}

func seconds(d time.Duration) int64 { return int64(d / time.Second) }

// duration keeps a number too large out of bounds instead of letting it wrap into them.
func duration(s int64) time.Duration {
	const most = int64(math.MaxInt64 / time.Second)
	return time.Duration(min(max(s, -most), most)) * time.Second
}
