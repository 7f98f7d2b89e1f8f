package notify

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/settings"
	"mtandao/internal/words"
)

// What a message tells of a group of alerts.
const (
	toldRaised = 1
	toldAgain  = 2
	toldOver   = 3
)

// tellAll sends what is due: for each rule one message about all that was raised, one about what nobody acknowledged, and
// one about what is over.
func (s *Service) tellAll(ctx context.Context) error {
	unsettled, err := s.unsettled(ctx)
	if err != nil {
		return err
	}
	for _, r := range Rules {
		raised := s.due(toldRaised, unsettled[r.Name], false)
		over := s.due(toldOver, unsettled[r.Name], len(raised) > 0) // "back" is never told after "down again"
		for _, g := range []struct {
			step  int
			group []Alert
		}{{toldOver, over}, {toldRaised, raised}, {toldAgain, s.due(toldAgain, unsettled[r.Name], false)}} {
			if len(g.group) > 0 {
				s.warn("telling alerts: "+r.Name, s.tell(ctx, r, g.step, g.group))
			}
		}
	}
	return nil
}

// due picks the alerts that one message tells now: none until the oldest has waited for the others, unless it is ripe.
func (s *Service) due(step int, alerts []Alert, ripe bool) []Alert {
	now := s.Clock.Now()
	again := time.Duration(s.Settings.Int(settings.AlertEscalateMinutes)) * time.Minute
	var group []Alert
	for _, a := range alerts {
		switch {
		case step == toldRaised && a.State == Raised && a.told == 0:
			ripe = ripe || now.Sub(a.RaisedAt) >= gatherRaised
		case step == toldAgain && a.State == Raised && a.told == toldRaised && again > 0 && now.Sub(a.RaisedAt) >= again:
			ripe = true
		case step == toldOver && a.State == Cleared:
			ripe = ripe || now.Sub(a.ClearedAt) >= gatherCleared
		default:
			continue
		}
		group = append(group, a)
	}
	if !ripe {
		return nil
	}
	return group
}

// tell marks the group as told and writes its messages in one transaction; a group that another node has told, or of which
// a person acknowledged one meanwhile, is left for the next look.
func (s *Service) tell(ctx context.Context, r Rule, step int, group []Alert) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		if won, err := s.markTold(tx, step, group); err != nil || !won {
			return err
		}
		text := s.alertText(r, step, group)
		for _, to := range s.owners(step) {
			m := Message{Key: fmt.Sprintf("alert %d %d %s", group[0].ID, step, s.addressHash(to.channel, to.to)), Purpose: ForAlert, Channel: to.channel, To: to.to,
				Language: s.alertLanguage(), plain: text}
			switch to.channel {
			case Webhook:
				m.plain = s.alertJSON(r, step, group, text)
			case Email:
				m.Subject, m.Args = "alert.subject", []any{"Provider", s.Settings.String(settings.ProviderName)}
			}
			if _, err := s.Send(tx, m); err != nil && fault.Is(err, fault.Invalid) {
				s.Log.Error("an address for alerts cannot be used", "channel", to.channel, "error", err) // the others are told
			} else if err != nil {
				return err
			}
		}
		return nil
	})
}

type owner struct {
	channel Channel
	to      string
}

// owners are the addresses from the settings, each once; the second number joins when nobody acknowledged.
func (s *Service) owners(step int) []owner {
	var all []owner
	seen := map[owner]bool{}
	add := func(c Channel, setting string) {
		for _, to := range settings.Split(s.Settings.String(setting)) {
			if one, ok := address(c, to); ok {
				to = one
			}
			if o := (owner{c, to}); !seen[o] {
				seen[o] = true
				all = append(all, o)
			}
		}
	}
	add(SMS, settings.AlertSMS)
	add(Telegram, settings.AlertTelegram)
	add(Email, settings.AlertEmail)
	add(Webhook, settings.AlertWebhook)
	if step == toldAgain {
		add(SMS, settings.AlertEscalateSMS)
	}
	return all
}

func (s *Service) alertLanguage() words.Lang {
	l, _ := words.Parse(s.Settings.String(settings.AlertLanguage))
	return l
}

// namedAtMost is how many names a message has room for.
const namedAtMost = 3

// alertText says it in one sentence: who, since when, what.
func (s *Service) alertText(r Rule, step int, group []Alert) string {
	l, first := s.alertLanguage(), group[0]
	args := []any{"Value", first.Value, "Limit", s.Settings.Int(r.Limit), "Names", names(l, group)}
	if r.Many {
		args = append(args, "Count", len(group))
	}
	text := ""
	if step == toldOver {
		text = words.Text(l, "alert.over."+r.Name, args...)
	} else {
		text = words.Text(l, "alert.say."+r.Name, args...)
	}
	if step == toldAgain {
		text = words.Text(l, "alert.again", "Text", text)
	}
	at := first.RaisedAt
	if step == toldOver {
		at = first.ClearedAt
	}
	return words.Text(l, "alert.frame", "Provider", s.Settings.String(settings.ProviderName), "Time", at.In(s.zone()).Format("15:04"), "Text", text)
}

func names(l words.Lang, group []Alert) string {
	var list []string
	for _, a := range group[:min(len(group), namedAtMost)] {
		list = append(list, words.Cut(strings.Join(strings.Fields(a.Subject), " "), 25))
	}
	text := strings.Join(list, ", ")
	if more := len(group) - namedAtMost; more > 0 {
		text = words.Text(l, "alert.more", "Names", text, "More", more)
	}
	return text
}

var stepNames = map[int]string{toldRaised: "raised", toldAgain: "not acknowledged", toldOver: "cleared"}

// alertJSON is what a webhook is sent.
func (s *Service) alertJSON(r Rule, step int, group []Alert, text string) string {
	type one struct {
		ID       int64     `json:"id,string"`
		Subject  string    `json:"subject,omitempty"`
		Value    int64     `json:"value"`
		RaisedAt time.Time `json:"raised_at"`
	}
	document := struct {
		Event  string `json:"event"`
		Rule   string `json:"rule"`
		State  string `json:"state"`
		Limit  int    `json:"limit"`
		Text   string `json:"text"`
		Alerts []one  `json:"alerts"`
	}{"alert", r.Name, stepNames[step], s.Settings.Int(r.Limit), text, nil}
	for _, a := range group {
		document.Alerts = append(document.Alerts, one{a.ID, a.Subject, a.Value, a.RaisedAt})
	}
	body, err := json.Marshal(document)
	if err != nil {
		return `{"event":"alert"}`
	}
	return string(body)
}
