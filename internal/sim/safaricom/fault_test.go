package safaricom

import (
	"context"
	"strings"
	"testing"
	"time"
)

// Names of the messages in the order received: "1037 0 confirmation".
func told(got []received) string {
	var names []string
	for i, r := range got {
		switch r.path {
		case "/in/p/0a1b":
			names = append(names, callbackCodes(got[i:i+1]))
		case "/in/c/0a":
			names = append(names, "confirmation")
		}
	}
	return strings.Join(names, " ")
}

func TestFaultsOfAPaidPush(t *testing.T) {
	cases := map[string]struct {
		faults Faults
		want   string
		code   string // of the push's own answer; "" none
	}{
		"none":                 {Faults{}, "0", "0"},
		"lost":                 {Faults{LoseCallback: true}, "", "0"},
		"doubled":              {Faults{DoubleCallback: true}, "0 0", "0"},
		"failure then success": {Faults{FailThenSucceed: true}, "1037 0", "0"},
		"success then failure": {Faults{FailThenSucceed: true, Reorder: true}, "0 1037", "0"},
		"both doubled":         {Faults{FailThenSucceed: true, DoubleCallback: true}, "1037 0 1037 0", "0"},
		"confirmed":            {Faults{ConfirmPushes: true}, "0 confirmation", "0"},
		"confirmed first":      {Faults{ConfirmPushes: true, Reorder: true}, "confirmation 0", "0"},
		"confirmed twice":      {Faults{ConfirmPushes: true, DoubleConfirmation: true, LoseCallback: true}, "confirmation confirmation", "0"},
		"nothing at all":       {Faults{ConfirmPushes: true, LoseConfirmation: true, LoseCallback: true}, "", "0"},
		"500 after accepting":  {Faults{ErrorAfterAccept: true}, "0", "500.003.1001"},
		"dropped":              {Faults{DropAfterAccept: true}, "0", ""},
		"callback first":       {Faults{CallbackFirst: true}, "0", "0"},
		"first and lost":       {Faults{CallbackFirst: true, LoseCallback: true}, "", "0"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, nil)
			w.registerURLs("v2", "Completed")
			w.SetFaults(c.faults)
			w.AutoAnswer(func(Prompt) Answer { return Answer{Act: Approve} })
			_, body := w.post(pushPath, w.pushBody(bill, alice))
			early := len(w.Deliveries())
			if code := fields(body).text("ResponseCode") + fields(body).text("errorCode"); code != c.code {
				t.Errorf("answer %v", body)
			}
			if got := told(w.received()); got != c.want {
				t.Errorf("told %q, want %q", got, c.want)
			}
			if name == "callback first" && early != 1 {
				t.Error("the answer came before the callback")
			}
			if len(w.Moves()) != 1 {
				t.Errorf("moves %v", w.Moves())
			}
		})
	}
}

func TestLateCallbackIsLateAndSettleHurriesIt(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.Delays.Late = time.Hour })
	w.SetFaults(Faults{LateCallback: true})
	w.answer(w.pushed(alice), Approve)
	open := w.pushed(bob)
	soon, cancel := context.WithTimeout(context.Background(), 30*time.Millisecond)
	defer cancel()
	if err := w.Idle(soon); err == nil || len(w.Deliveries()) != 0 {
		t.Fatal("the callback was not late")
	}
	if err := w.Settle(context.Background()); err != nil {
		t.Fatal(err)
	}
	if got := callbackCodes(w.received()); got != "0 1037" {
		t.Fatalf("codes %q", got)
	}
	if err := w.Answer(open, Answer{Act: Approve}); err != ErrNoPrompt {
		t.Fatal("Settle left a prompt open")
	}
}

func TestLoneMessageIsOvertakenByTheNextPayment(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.Delays.Hold = time.Hour })
	w.FaultsFor(func(p Payment) Faults { return Faults{Reorder: p.Phone == alice} })
	first, second := w.pushed(alice), w.pushed(bob)
	w.answer(first, Approve)
	time.Sleep(20 * time.Millisecond)
	w.answer(second, Cancel)
	if got := callbackCodes(w.received()); got != "1032 0" {
		t.Fatalf("codes %q", got)
	}
}

func TestRefusingFaults(t *testing.T) {
	w := newWorld(t, nil)
	w.SetFaults(Faults{Busy: true})
	if status, body := w.post(pushPath, w.pushBody(bill, alice)); status != 500 || body["errorCode"] != "500.003.02" {
		t.Fatalf("busy: %d %v", status, body)
	}
	w.SetFaults(Faults{Down: true})
	if status, _ := w.post(pushPath, w.pushBody(bill, alice)); status != 0 {
		t.Fatalf("down: %d", status)
	}
	w.SetFaults(Faults{})
	w.pushed(alice)
}

func TestCallbackIsSentOnceWhateverTheReceiverSays(t *testing.T) {
	w := newWorld(t, nil)
	w.reply = func(string) (int, string) { return 500, "no" }
	w.answer(w.pushed(alice), Approve)
	if got := callbackCodes(w.received()); got != "0" || w.Deliveries()[0].Status != 500 {
		t.Fatalf("codes %q", got)
	}
	w.merchant.Close()
	body := w.pushBody(bill, bob)
	_, accepted := w.post(pushPath, body)
	w.answer(accepted["CheckoutRequestID"].(string), Approve)
	if err := w.Idle(context.Background()); err != nil || len(w.Deliveries()) != 2 || w.Deliveries()[1].Status != 0 {
		t.Fatalf("%v %+v", err, w.Deliveries())
	}
}

func TestRandomFaultsFollowTheSeedAndThePayment(t *testing.T) {
	chosen := map[string]bool{}
	one, two, other := RandomFaults(5, 30), RandomFaults(5, 30), RandomFaults(6, 30)
	differ, on := 0, 0
	for i := range int64(200) {
		p := Payment{Kind: KindPush, Phone: alice, Cents: i * 100, ShortCode: "174379"}
		f := one(p)
		if f != two(p) {
			t.Fatal("the same seed chose other faults")
		}
		if f != other(p) {
			differ++
		}
		if f.Down {
			t.Fatal("one payment takes the whole rail down")
		}
		for _, w := range Switches {
			chosen[w.Key] = chosen[w.Key] || f.On(w.Key)
		}
		if f.LoseCallback {
			on++
		}
	}
	for _, w := range Switches {
		if !chosen[w.Key] && !w.whole {
			t.Errorf("%s is never chosen", w.Key)
		}
	}
	if differ < 150 || on < 30 || on > 90 {
		t.Fatalf("differ %d, lost callbacks %d of 200", differ, on)
	}
}

func TestSwitchesReachEveryFault(t *testing.T) {
	var f Faults
	for _, w := range Switches {
		before := f
		if f.On(w.Key) || !f.Set(w.Key, true) || !f.On(w.Key) || f == before {
			t.Errorf("switch %s moves nothing, or another's field", w.Key)
		}
	}
	want := Faults{true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true}
	if f != want {
		t.Errorf("a fault has no switch: %+v", f)
	}
	if f.Set("nothing", true) || f.On("nothing") {
		t.Error("an unknown switch was accepted")
	}
}
