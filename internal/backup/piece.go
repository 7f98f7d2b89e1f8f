package backup

import (
	"errors"
	"fmt"
	"path"
	"regexp"
	"strconv"
	"time"
)

// Level says what a piece builds upon.
type Level string

// The levels; see the package's comment.
const (
	Day  Level = "day"
	Hour Level = "hour"
	Step Level = "step"
)

// How long a level serves as a parent. A step is due a little before five minutes are over, so that a copy is never older
// than five minutes and the time it takes to make one.
const (
	dayLasts  = 24 * time.Hour
	hourLasts = time.Hour
	stepLasts = 4*time.Minute + 30*time.Second
)

// Piece is one object at the place, as its name tells it.
type Piece struct {
	Chain  string // when the chain began, and which of those begun then
	Number int    // 0 is the chain's day
	Parent int    // the number it builds upon; its own for a day
	Level  Level
	At     time.Time
	Hash   string // SHA-256 of its bytes, in hexadecimal
	Bytes  int64  // how many they are
	Before Before // the piece made before it, of any chain, at the same place
	Sign   string // see signer
}

// Before names a piece in the name of the next; the zero value: there was none.
type Before struct {
	Level Level
	At    time.Time
	Hash  string // its beginning
}

func before(p Piece) Before { return Before{Level: p.Level, At: p.At, Hash: p.Hash[:beforeLength]} }

const (
	stamp        = "20060102T150405Z"
	suffix       = ".age"
	nothing      = "first" // in place of a piece before
	beforeLength = 16      // hexadecimal digits
	signLength   = 32
)

var nameShape = regexp.MustCompile(`^([0-9]{8}T[0-9]{6}Z-[0-9a-f]{8})/([0-9]{6})-([0-9]{6})-(day|hour|step)-([0-9]{8}T[0-9]{6}Z)-([0-9a-f]{64})-(0|[1-9][0-9]{0,14})` +
	`-(?:first|(day|hour|step)-([0-9]{8}T[0-9]{6}Z)-([0-9a-f]{16}))-([0-9a-f]{32})\.age$`)

// Name is where the piece lies at its place.
func (p Piece) Name() string { return p.unsigned() + "-" + p.Sign + suffix }

func (p Piece) unsigned() string {
	return path.Join(p.Chain, fmt.Sprintf("%06d-%06d-%s-%s-%s-%d-%s", p.Number, p.Parent, p.Level, p.At.UTC().Format(stamp), p.Hash, p.Bytes, p.Before))
}

func (b Before) String() string {
	if b.Hash == "" {
		return nothing
	}
	return fmt.Sprintf("%s-%s-%s", b.Level, b.At.UTC().Format(stamp), b.Hash)
}

// String is the piece in a sentence.
func (p Piece) String() string {
	return fmt.Sprintf("%s %d (%s, %s)", p.Chain, p.Number, p.Level, p.At.UTC().Format(time.RFC3339))
}

// readName is the piece that a name tells; false for anything else at the place. It may be signed by nobody.
func readName(name string) (Piece, bool) {
	m := nameShape.FindStringSubmatch(name)
	if m == nil {
		return Piece{}, false
	}
	number, _ := strconv.Atoi(m[2])
	parent, _ := strconv.Atoi(m[3])
	bytes, _ := strconv.ParseInt(m[7], 10, 64)
	at, err := time.Parse(stamp, m[5])
	p := Piece{Chain: m[1], Number: number, Parent: parent, Level: Level(m[4]), At: at, Hash: m[6], Bytes: bytes, Before: Before{Level: Level(m[8]), Hash: m[10]}, Sign: m[11]}
	if m[9] != "" {
		var e error
		p.Before.At, e = time.Parse(stamp, m[9])
		err = errors.Join(err, e)
	}
	return p, err == nil && (p.Level == Day) == (number == parent) && parent <= number
}
