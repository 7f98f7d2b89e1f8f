package fault

import (
	"errors"
	"fmt"
	"testing"
)

func TestKindAndKeySurviveWrapping(t *testing.T) {
	inner := errors.New("disk")
	err := fmt.Errorf("saving: %w", Wrap(Unavailable, "db.unavailable", inner, "Site", "kasarani"))
	if KindOf(err) != Unavailable || KeyOf(err) != "db.unavailable" || !Is(err, Unavailable) {
		t.Fatalf("got %v %q", KindOf(err), KeyOf(err))
	}
	if !errors.Is(err, inner) {
		t.Fatal("the cause is lost")
	}
	var e *Error
	if errors.As(err, &e); e.Args["Site"] != "kasarani" {
		t.Fatalf("args %v", e.Args)
	}
}

func TestAnythingElseIsInternal(t *testing.T) {
	if err := errors.New("x"); KindOf(err) != Internal || KeyOf(err) != "internal" || Is(err, Internal) {
		t.Fatal("a plain error is no fault, and counts as internal")
	}
}

func TestAKeptFaultSaysTheSame(t *testing.T) {
	err := fmt.Errorf("reading: %w", Wrap(Conflict, "incoming.time", errors.New("disk"), "Text", 12))
	if f := Keep(err).Fault(); f.Kind != Invalid || f.Key != "incoming.time" || f.Args["Text"] != "12" || f.Cause != nil {
		t.Errorf("%#v", f)
	}
	if f := Keep(errors.New("x")).Fault(); f.Key != "internal" || len(f.Args) != 0 {
		t.Errorf("%#v", f)
	}
}
