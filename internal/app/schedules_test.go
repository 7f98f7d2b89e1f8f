package app

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/testdb"
)

// long is set by `make long`, which tells ten times as many stories.
var long = os.Getenv("MTANDAO_LONG") != ""

// tell runs stories and returns what was printed.
func tell(t *testing.T, o ScheduleOptions) (string, error) {
	t.Helper()
	var out bytes.Buffer
	o.Out = &out
	err := Schedules(context.Background(), o)
	return out.String(), err
}

func TestSchedules(t *testing.T) {
	stories := map[string]int{db.SQLite: 700, db.MySQL: 300}
	for dialect, count := range stories {
		t.Run(dialect, func(t *testing.T) {
			o := ScheduleOptions{Seed: 1, Count: count}
			if dialect == db.MySQL {
				o.Seed, o.DB = 1_000_000, testdb.URL(t, dialect)
			}
			if long {
				o.Count *= 10
			}
			out, err := tell(t, o)
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			t.Log(strings.TrimSpace(out[strings.LastIndexByte(strings.TrimSpace(out), '\n')+1:]))
		})
	}
}

var (
	pushReceipt = regexp.MustCompile(`("MpesaReceiptNumber","Value":")...([A-Z0-9]{7})`)
	handAmount  = regexp.MustCompile(`("TransAmount":")`)
)

// breaks are lies and losses that the rules forbid; each must be found.
var breaks = map[string]func(path string, body []byte) []byte{
	"a receipt that is not the rail's": func(path string, body []byte) []byte {
		return pushReceipt.ReplaceAll(body, []byte("${1}LIE$2"))
	},
	"a result that is answered and lost": func(path string, body []byte) []byte {
		if strings.HasPrefix(path, "/in/p/") {
			return nil
		}
		return body
	},
	"a confirmation of more money than moved": func(path string, body []byte) []byte {
		if strings.HasPrefix(path, "/in/c/") {
			return handAmount.ReplaceAll(body, []byte("${1}9"))
		}
		return body
	},
}

func TestSchedulesFindWhatIsBroken(t *testing.T) {
	for name, plant := range breaks {
		t.Run(name, func(t *testing.T) {
			out, err := tell(t, ScheduleOptions{Seed: 7, Count: 24, plant: plant})
			if err == nil || !strings.Contains(err.Error(), "--seed") || !strings.Contains(out, "wrong: ") || !strings.Contains(out, "order 0 is ") {
				t.Errorf("not found: %v\n%s", err, out)
			}
		})
	}
}

func TestTheSameSeedTellsTheSameStory(t *testing.T) {
	told := map[string]uint64{}
	for seed := range uint64(50) {
		one, other := drawn(seed), drawn(seed)
		if one != other {
			t.Fatalf("seed %d\n%s\n%s", seed, one, other)
		}
		if before, again := told[one]; again {
			t.Errorf("seeds %d and %d tell one story", before, seed)
		}
		told[one] = seed
	}
}

// TestAFailingSeedFailsTheSameWhenToldAgain tells a story that goes wrong by itself, as the command proposes, and again.
func TestAFailingSeedFailsTheSameWhenToldAgain(t *testing.T) {
	plant := breaks["a receipt that is not the rail's"]
	_, err := tell(t, ScheduleOptions{Seed: 7, Count: 24, plant: plant})
	if err == nil {
		t.Fatal("nothing is wrong")
	}
	var seed uint64
	if _, err := fmt.Sscanf(err.Error(), "the story of seed %d ", &seed); err != nil {
		t.Fatal(err)
	}
	var told [2]string
	for n := range told {
		out, err := tell(t, ScheduleOptions{Seed: seed, Count: 1, plant: plant})
		if err == nil {
			t.Fatalf("seed %d goes well alone", seed)
		}
		told[n] = plot(out)
	}
	if diff := cmp.Diff(told[0], told[1]); diff != "" {
		t.Errorf("seed %d is told in two ways:\n%s", seed, diff)
	}
}

var (
	made     = regexp.MustCompile(`\b[0-9A-Z]{8,10}\b|\b[0-9]{15,}\b`)
	duration = regexp.MustCompile(`in [0-9]+s`)
)

// plot is a story without what chance or the day gave to its codes, receipts and ids; what happens at the same instant may
// be written down in any order.
func plot(out string) string {
	lines := strings.Split(duration.ReplaceAllString(made.ReplaceAllString(out, "#"), ""), "\n")
	lines = slices.DeleteFunc(lines, func(l string) bool { return strings.HasSuffix(l, " stories") })
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

func drawn(seed uint64) string {
	var b strings.Builder
	s := newStory(seed, clock.NewManual(time.Unix(0, 0)))
	fmt.Fprintln(&b, s.percent, s.phones, s.typings, s.forging, s.outage, s.home)
	for _, w := range s.wishes {
		fmt.Fprintf(&b, "%+v\n", *w)
	}
	for _, h := range s.hands {
		fmt.Fprintf(&b, "%+v\n", *h)
	}
	return b.String()
}

func TestSchedulesRefuseADatabaseThatIsNotTheirs(t *testing.T) {
	if _, err := tell(t, ScheduleOptions{Count: 1, DB: "sqlite:books.db"}); fault.KeyOf(err) != "db.url" {
		t.Error(err)
	}
}
