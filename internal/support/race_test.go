package support

import (
	"sync"
	"testing"

	"mtandao/internal/fault"
	"mtandao/internal/notify"
)

// both lets two do something at the same time, and gives what came of it.
func both(one, other func() error) (errs [2]error) {
	var all sync.WaitGroup
	begin := make(chan struct{})
	for n, do := range []func() error{one, other} {
		all.Go(func() {
			<-begin
			errs[n] = do()
		})
	}
	close(begin)
	all.Wait()
	return errs
}

// lost counts those who were told the key; nobody is told anything else.
func (d *desk) lost(errs [2]error, key string) (n int) {
	d.Helper()
	for _, err := range errs {
		if fault.KeyOf(err) == key {
			n++
		} else if err != nil {
			d.Error(err)
		}
	}
	return n
}

func TestOfTwoWhoTakeATicketOneHasIt(t *testing.T) {
	each(t, func(d *desk) {
		for range 8 {
			one := d.ticket(0)
			errs := both(func() error { return d.Take(ctx, one.ID, asha) }, func() error { return d.Take(ctx, one.ID, brian) })
			if n := d.lost(errs, "ticket.taken"); n != 1 {
				d.Fatalf("%d were told that they lost: %v", n, errs)
			}
			winner := asha
			if errs[0] != nil {
				winner = brian
			}
			if now := d.now(one); now.Owner != winner.Actor || now.Version != 2 {
				d.Errorf("%s won, %s has it", winner.Actor, now.Owner)
			}
			d.must(d.Take(ctx, one.ID, winner)) // again: theirs already
		}
	})
}

func TestOfTwoWhoAnswerWhatBothSawOneIsSent(t *testing.T) {
	each(t, func(d *desk) {
		for range 8 {
			one := d.ticket(0)
			clear(d.sent)
			first, second := d.act(one), d.act(one)
			errs := both(func() error {
				return d.Answer(ctx, Answer{Act: first, Text: "At noon.", Channel: notify.SMS, Then: Open}, asha)
			},
				func() error {
					return d.Answer(ctx, Answer{Act: second, Text: "Tomorrow.", Channel: notify.SMS, Then: Open}, brian)
				})
			if n := d.lost(errs, "ticket.changed"); n != 1 || len(d.sent) != 1 {
				d.Fatalf("%d were told that they lost, %d messages left: %v", n, len(d.sent), errs)
			}
			for _, err := range errs {
				if f, told := err.(*fault.Error); told && f.Args["Who"] != asha.Actor && f.Args["Who"] != brian.Actor {
					d.Errorf("the loser is told of %v", f.Args["Who"])
				}
			}
		}
	})
}

func TestTheSameFormTwiceIsOneMessage(t *testing.T) {
	each(t, func(d *desk) {
		for range 8 {
			one := d.ticket(0)
			clear(d.sent)
			a := Answer{Act: d.act(one), Text: "At noon.", Channel: notify.SMS, Then: Waiting}
			answer := func() error { return d.Answer(ctx, a, asha) }
			for _, err := range both(answer, answer) {
				d.must(err)
			}
			d.must(answer())
			if kinds := d.kinds(one); len(d.sent) != 1 || len(kinds) != 4 {
				d.Fatalf("%d messages, history %v", len(d.sent), kinds)
			}
			a.Text = "At one."
			d.wants(d.Answer(ctx, a, asha), "ticket.form_used")
		}
	})
}

func TestTheSameFormTwiceIsOneTicket(t *testing.T) {
	each(t, func(d *desk) {
		for range 8 {
			o := Opening{Ticket: d.ticket(0), Text: "Slow.", Request: d.request()}
			o.ID = 0
			var made [2]Ticket
			errs := both(func() (err error) { made[0], err = d.Open(ctx, o, asha); return err }, func() (err error) { made[1], err = d.Open(ctx, o, asha); return err })
			if errs != [2]error{} || made[0].ID != made[1].ID || made[0].Reference != made[1].Reference || len(d.kinds(made[0])) != 1 {
				d.Fatalf("%v: %s and %s", errs, made[0].Reference, made[1].Reference)
			}
		}
	})
}

func TestAnAnswerOnWhatChangedMeanwhileIsRefused(t *testing.T) {
	each(t, func(d *desk) {
		one := d.ticket(0)
		seen := d.act(one)
		d.must(d.Note(ctx, d.act(one), "She called again.", brian))
		err := d.Answer(ctx, Answer{Act: seen, Text: "We look.", Channel: notify.SMS, Then: Open}, asha)
		d.wants(err, "ticket.changed")
		if len(d.sent) != 0 {
			d.Error("it was sent all the same")
		}
	})
}
