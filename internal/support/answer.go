package support

import (
	"context"
	"slices"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/notify"
	"mtandao/internal/seal"
	"mtandao/internal/settings"
	"mtandao/internal/words"
)

// Answer is a public message to who asked. Then is the state after it.
type Answer struct {
	Act
	Text    string
	Channel notify.Channel // empty: they were told by word of mouth, and nothing is sent
	Then    State
}

// Answer tells who asked something, once, and makes who answers the owner of a ticket that had none. Faults of change; fault.Invalid
// "ticket.text", "ticket.channel", and of internal/notify "message.long"; fault.Conflict "ticket.turn".
func (s *Service) Answer(ctx context.Context, a Answer, by By) error {
	text, err := tidyText(a.Text)
	if err != nil {
		return err
	}
	t, err := s.Get(ctx, a.TicketID)
	if err != nil {
		return err
	}
	reach, err := s.ReachOf(ctx, t)
	if err != nil {
		return err
	}
	if a.Request == "" {
		a.Request = seal.RandomHex(16)
	}
	way := slices.IndexFunc(reach.Ways, func(w Way) bool { return w.Channel == a.Channel })
	if a.Channel != "" && way < 0 {
		return fault.New(fault.Invalid, "ticket.channel")
	}
	return s.change(ctx, a.Act, by, "ticket answered", "answer\x00"+text+"\x00"+string(a.Channel)+"\x00"+string(a.Then), func(tx *db.Tx, t *Ticket) ([]Event, error) {
		e := Event{Kind: Answered, Text: text, Channel: string(a.Channel)}
		if a.Channel != "" {
			if e.MessageID, err = s.send(tx, *t, reach.Lang, reach.Ways[way], said{key: "answer " + hashed(a.Request), text: text, person: true}); err != nil {
				return nil, err
			}
		}
		events := []Event{e}
		if t.Owner == "" {
			t.Owner = by.Actor
			events = append(events, Event{Kind: Owned, Became: by.Actor})
		}
		turned, err := s.turnTo(t, a.Then)
		return append(events, turned...), err
	})
}

// turnTo turns a ticket, unless it is so already.
func (s *Service) turnTo(t *Ticket, to State) ([]Event, error) {
	if to == "" || to == t.State {
		return nil, nil
	}
	was := t.State
	if err := t.turn(to, s.Clock.Now(), s.allowed(t.Priority)); err != nil {
		return nil, err
	}
	return []Event{{Kind: Turned, Was: string(was), Became: string(to)}}, nil
}

// Note writes down what only we read. Faults of change, fault.Invalid "ticket.text".
func (s *Service) Note(ctx context.Context, a Act, text string, by By) error {
	text, err := tidyText(text)
	if err != nil {
		return err
	}
	return s.change(ctx, a, by, "ticket note written", "note\x00"+text, func(*db.Tx, *Ticket) ([]Event, error) {
		return []Event{{Kind: Noted, Text: text}}, nil
	})
}

// Hear writes down what the customer said, and lets the clock of a ticket go on that waited for it; one that was done is opened again. Faults of
// change, fault.Invalid "ticket.text" or "ticket.how".
func (s *Service) Hear(ctx context.Context, a Act, text string, how How, by By) error {
	text, err := tidyText(text)
	if err == nil && !slices.Contains(Hows, how) {
		err = fault.New(fault.Invalid, "ticket.how")
	}
	if err != nil {
		return err
	}
	return s.change(ctx, a, by, "ticket heard", heardInput(text, how), s.heard(text, how, nil))
}

func heardInput(text string, how How) string { return "heard\x00" + text + "\x00" + string(how) }

func (s *Service) heard(text string, how How, mail *Mail) deed {
	return func(_ *db.Tx, t *Ticket) ([]Event, error) {
		turned, err := s.turnTo(t, Open)
		return append([]Event{{Kind: Heard, Text: text, Channel: string(how), Mail: mail}}, turned...), err
	}
}

// said is what is sent about a ticket.
type said struct {
	key, text string
	person    bool  // somebody wrote it just now, no program
	answers   *Mail // nil: what was heard last by e-mail, if anything was
}

// send tells who asked something by SMS, outside quiet hours, or by e-mail.
func (s *Service) send(tx *db.Tx, t Ticket, l words.Lang, way Way, w said) (n int64, err error) {
	provider := s.Settings.String(settings.ProviderName)
	m := notify.Message{Key: "ticket " + id(t.ID) + " " + w.key, Customer: t.CustomerID, Purpose: notify.ForTicket, Channel: way.Channel, To: way.To, Language: l, SiteID: t.SiteID,
		Words: "message.ticket.answer", Args: []any{"Provider", provider, "Reference", t.Shown(), "Text", w.text, "Subject", t.Subject}}
	if way.Channel == notify.Email {
		m.Subject = "message.ticket.subject"
		m.Letter = &notify.Letter{Lang: string(l), Heading: t.Subject, Text: w.text, Facts: []notify.Fact{{Name: words.Text(l, "message.ticket.name"), Value: t.Shown(), Strong: true}},
			Foot: words.Text(l, "message.ticket.foot", "Provider", provider)}
		if m.Thread, err = s.thread(tx, t, w); err != nil {
			return 0, err
		}
	}
	return s.Messages.Send(tx, m)
}

// tellOpened tells who asked the reference; of a complaint also its end, and that the regulator may be asked then.
func (s *Service) tellOpened(tx *db.Tx, t Ticket, reach Reach, key string, answers *Mail) (int64, error) {
	about := "message.ticket.opened"
	if t.Complaint {
		about = "message.ticket.complaint"
	}
	return s.send(tx, t, reach.Lang, reach.Ways[0], said{key: key, answers: answers, text: words.Text(reach.Lang, about, "Reference", t.Shown(), "Day", s.day(t.ComplaintDue))})
}
