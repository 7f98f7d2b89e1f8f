package radius

// Before is what a session had counted at the report before its latest; all 0 when there was none, or only a Start.
type Before struct {
	BeforeSeconds int64
	BeforeUp      int64
	BeforeDown    int64
}

// after is Before once a report has made one session of another. Only a later report whose time has grown moves it: a copy, or
// one that comes after its successor, tells nothing of the speed of now.
func (b Before) after(was, now Session) Before {
	if !now.UpdatedAt.After(was.UpdatedAt) || now.Seconds <= was.Seconds {
		return b
	}
	return Before{was.Seconds, was.BytesUp, was.BytesDown}
}

// Speed is how fast a session was, both ways together.
type Speed struct {
	Kbps       int64
	SinceStart bool // the average of the whole session: there is no report before the latest
}

// Speed tells how fast the session was between its last two reports; false before its first seconds.
func (o Online) Speed() (Speed, bool) {
	seconds := o.Seconds - o.BeforeSeconds
	if seconds <= 0 {
		return Speed{}, false
	}
	octets := o.Bytes() - o.BeforeUp - o.BeforeDown
	return Speed{Kbps: octets / (seconds * 125), SinceStart: o.BeforeSeconds == 0}, true // 1 kbit/s is 125 octets a second
}
