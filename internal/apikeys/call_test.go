package apikeys

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"mtandao/internal/audit"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/seal"
	"mtandao/internal/testdb"
)

// deed is what a program asks for in these tests: an event of the trail, which says how often it was done.
func deed(ctx context.Context, s *Service, id string) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		return audit.Record(tx, s.Clock.Now(), audit.Event{Actor: "API key A", Action: "customer made", Object: "customer", ObjectID: id})
	})
}

func deeds(t *testing.T, s *Service, id string) int {
	t.Helper()
	found, err := audit.New(s.DB, s.Clock).List(t.Context(), audit.Filter{Object: "customer", ObjectID: id})
	if err != nil {
		t.Fatal(err)
	}
	return len(found)
}

// ask does what an address does with a deed, up to where a fault ends it.
func ask(s *Service, a Asked, id string) (string, error) {
	ctx := context.Background()
	c, _, err := s.Begin(ctx, a)
	if err != nil || c.Answer != nil {
		return answerOf(c), err
	}
	if !c.Done() {
		if err = deed(s.Within(ctx, c), s, id); err != nil {
			if _ = s.Let(ctx, c); !c.Done() {
				return "", err
			}
		}
	}
	err = s.Answer(ctx, c, 201, fmt.Appendf(nil, "%s at %s", c.Made, s.Clock.Now().Format(time.TimeOnly)))
	return answerOf(c), err
}

func answerOf(c *Call) string {
	if c == nil {
		return ""
	}
	return fmt.Sprint(c.Status, " ", string(c.Answer))
}

func asked(once string) Asked {
	return Asked{KeyID: 7, Once: once, What: "POST /customers {}", Object: "customer"}
}

func TestTheSameDeedIsDoneOnce(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		testdb.ModelsMatch(t, d, callRow{})
		s, at := service(t, d)
		first, err := ask(s, asked("a"), "1")
		if err != nil || first != "201 1 at 06:00:00" {
			t.Fatal(first, err)
		}
		at.Advance(time.Hour)
		if again, err := ask(s, asked("a"), "1"); err != nil || again != first {
			t.Error("asked again:", again, err)
		}
		other := asked("a")
		other.What = "POST /customers {\"name\":\"B\"}"
		if _, err := ask(s, other, "1"); fault.KeyOf(err) != "api.once_other" {
			t.Error("another deed by the name:", err)
		}
		stranger := asked("a")
		stranger.KeyID = 8
		if got, err := ask(s, stranger, "2"); err != nil || got != "201 2 at 07:00:00" {
			t.Error("another key's:", got, err)
		}
		var sealed string
		if err := d.SQL().QueryRow("SELECT answer FROM api_calls WHERE key_id = 7").Scan(&sealed); err != nil || sealed == "1 at 06:00:00" {
			t.Error("the answer lies open", err)
		}
		at.Advance(24 * time.Hour)
		if got, err := ask(s, other, "3"); err != nil || got != "201 3 at 07:00:00" {
			t.Error("after a day:", got, err)
		}
		if err := s.ForgetCalls(t.Context()); err != nil {
			t.Fatal(err)
		}
		var left int
		if err := d.SQL().QueryRow("SELECT COUNT(*) FROM api_calls").Scan(&left); err != nil || left != 1 || deeds(t, s, "1") != 1 {
			t.Error(left, err)
		}
	})
}

// While a run may still do a deed nobody else does it; a run that was taken for dead commits nothing any more.
func TestARunThatWasTakenForDeadDoesNothing(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		s, at := service(t, d)
		slow, _, err := s.Begin(t.Context(), asked("a"))
		if err != nil {
			t.Fatal(err)
		}
		if _, until, err := s.Begin(t.Context(), asked("a")); fault.KeyOf(err) != "api.once_running" || !until.Equal(at.Now().Add(callRuns)) {
			t.Error("in flight:", until, err)
		}
		at.Advance(callRuns)
		if got, err := ask(s, asked("a"), "1"); err != nil || got != "201 1 at 06:01:00" {
			t.Fatal(got, err)
		}
		if err := deed(s.Within(t.Context(), slow), s, "1"); fault.KeyOf(err) != "api.once_running" || deeds(t, s, "1") != 1 {
			t.Error("the slow run:", err, deeds(t, s, "1"))
		}
		if err := s.Answer(t.Context(), slow, 400, []byte("late")); err != nil || answerOf(slow) != "201 1 at 06:01:00" {
			t.Error("the slow run says", answerOf(slow), err)
		}
	})
}

// Whichever write is the last of a dying program: asked again, the deed is done once, and answered.
func TestDeathBetweenADeedAndItsAnswer(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		s, at := service(t, d)
		killer := testdb.NewKiller(t, d)
		for write := 0; ; write++ {
			id, before := fmt.Sprint("d", write), killer.Deaths()
			killer.Once(write)
			_, err := ask(s, asked(id), id)
			killer.Spare()
			died := killer.Deaths() > before
			if died == (err == nil) {
				t.Fatal(write, died, err)
			}
			at.Advance(callRuns) // the dead let nothing go
			got, err := ask(s, asked(id), id)
			if err != nil || deeds(t, s, id) != 1 || got[:len("201 "+id)] != "201 "+id {
				t.Errorf("dead at write %d: %s %v, done %d times", write, got, err, deeds(t, s, id))
			}
			if !died {
				if write < 4 {
					t.Errorf("only %d writes", write)
				}
				return
			}
		}
	})
}

// A commit that came through although its answer was lost is not done again.
func TestACommitWhoseAnswerWasLost(t *testing.T) {
	cut, url := testdb.Between(t, testdb.URL(t, db.MySQL))
	d := testdb.OpenURL(t, url, db.Options{})
	s, _ := service(t, d)
	for n := range 6 {
		id := fmt.Sprint("c", n)
		c, _, err := s.Begin(t.Context(), asked(id))
		if err != nil {
			t.Fatal(err)
		}
		cut.Arm()
		if err := deed(s.Within(t.Context(), c), s, id); err != nil {
			if err := s.Let(t.Context(), c); err != nil {
				t.Fatal(err)
			}
		}
		if !c.Done() || c.Made != id {
			t.Errorf("the run does not know that it was done: %+v", c)
		}
		if got, err := ask(s, asked(id), id); c.Done() && (err != nil || got[:len("201 "+id)] != "201 "+id) {
			t.Error(got, err)
		}
		if n := deeds(t, s, id); n != 1 {
			t.Errorf("done %d times", n)
		}
	}
	if cut.Cuts() == 0 {
		t.Error("nothing was cut")
	}
}

// Ten programs that ask at once get one deed.
func TestTenAskAtOnce(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		keys, err := seal.New()
		if err != nil {
			t.Fatal(err)
		}
		s := New(Options{DB: d, Keys: keys, Clock: clock.System()})
		var said atomic.Int64
		var all sync.WaitGroup
		for range 10 {
			all.Go(func() {
				switch _, err := ask(s, asked("a"), "1"); {
				case err == nil:
					said.Add(1)
				case fault.KeyOf(err) != "api.once_running":
					t.Error(err)
				}
			})
		}
		all.Wait()
		if said.Load() == 0 || deeds(t, s, "1") != 1 {
			t.Errorf("%d answers, %d deeds", said.Load(), deeds(t, s, "1"))
		}
	})
}
