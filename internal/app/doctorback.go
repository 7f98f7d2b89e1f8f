package app

import (
	"context"
	"errors"
	"strings"
	"time"

	"mtandao/billing"
	"mtandao/internal/clock"
	"mtandao/internal/money"
	"mtandao/internal/seal"
)

// nobodysReceipt has the form of one from the year before there were any. What is asked about it moves nothing.
const nobodysReceipt = "AA00000000"

// examineBack says what a till can send money back by, as far as it is written down here or was seen.
func (m *Main) examineBack(ctx context.Context, t billing.Till) seenOf {
	one := seenOf{part: "refunds", state: stateWarning}
	if t.Initiator == "" {
		one.key, one.do = "till.said.refunds_by_hand", "till.do.refunds_operator"
		return one
	}
	if t.PayoutCode == "" {
		one.key, one.do = "till.said.refunds_reversal", "till.do.refunds_payout"
		return one
	}
	last, tried, err := m.Billing.LastSendBack(ctx, t.ID, billing.ByPayout)
	switch {
	case err != nil:
		one.state, one.key, one.args, one.do = stateFails, "till.said.refunds_unread", []any{"Answer", err.Error()}, "till.do.serve"
	case tried && last.State == billing.SendBackRefused:
		return saidBack("refunds", billing.Verdict{Code: last.Code, Text: last.Says}, payoutTexts, t.PayoutCode)
	case tried:
		one.state, one.key, one.args = stateOK, "till.said.refunds_did", []any{"Code", t.PayoutCode, "Day", clock.DayOf(last.DoneAt).String()}
	default:
		one.state, one.key, one.args = stateOK, "till.said.refunds", []any{"Code", t.PayoutCode}
	}
	return one
}

// backTexts are what is said of one right of an operator.
type backTexts struct{ may, mayNot, role string }

var (
	statusTexts   = backTexts{"till.said.status_may", "till.said.status_not", "till.do.status_role"}
	reversalTexts = backTexts{"till.said.reversal_may", "till.said.reversal_not", "till.do.reversal_role"}
	codeTexts     = backTexts{"till.said.code_may", "till.said.status_not", "till.do.status_role"}
	payoutTexts   = backTexts{"till.said.refunds", "till.said.payout_not", "till.do.payout_role"}
)

// saidBack reads the rail's code (reference/mpesa.md §10) about something that an operator wanted.
func saidBack(part string, v billing.Verdict, texts backTexts, code string) seenOf {
	one := seenOf{part: part, state: stateFails, args: []any{"Code", code, "Answer", strings.TrimSpace(v.Code + " " + v.Text)}}
	switch v.Code {
	case "0", "R000001", "R000002": // it looked for what nobody made, and so may look
		one.state, one.key = stateOK, texts.may
	case "18", "20", "2001":
		one.key, one.do = "till.said.operator_refused", "till.do.operator"
	case "8006":
		one.key, one.do = "till.said.operator_locked", "till.do.unlock"
	case "21", "22", "2028":
		one.key, one.do = texts.mayNot, texts.role
	case "1":
		one.state, one.key, one.do = stateWarning, "till.said.payout_empty", "till.do.payout_float"
	case "26", string(billing.ReasonRailBusy), string(billing.ReasonTimedOut):
		one.state, one.key, one.do = stateWarning, "till.said.back_busy", "till.do.again"
	default:
		one.state, one.key, one.do = stateWarning, "till.said.back_unclear", "till.do.compare"
	}
	return one
}

// backQuestion is one thing that is asked of the rail about nobody's money.
type backQuestion struct {
	part, letter string // of the address that the answer comes to
	texts        backTexts
	ask          func(ctx context.Context, t billing.Till, o billing.SendBackOrder) error
	read         func(body []byte) (billing.StatusResult, error)
	secret       string
	said         *seenOf
}

// backQuestions are those that a till can be asked. That an operator may pay out cannot be asked without paying.
func (m *Main) backQuestions(t billing.Till) (all []*backQuestion) {
	all = append(all, &backQuestion{part: "operator role", letter: "t", texts: statusTexts, read: m.MPesa.ReadStatus,
		ask: func(ctx context.Context, t billing.Till, o billing.SendBackOrder) error {
			_, err := m.MPesa.AskStatus(ctx, t, o.Receipt, o.ResultURL, o.TimeoutURL)
			return err
		}}, &backQuestion{part: "reversal", letter: "b", texts: reversalTexts, read: m.MPesa.ReadSentBack,
		ask: func(ctx context.Context, t billing.Till, o billing.SendBackOrder) error {
			_, _, err := m.MPesa.SendBack(ctx, t, o)
			return err
		}})
	if t.PayoutCode != "" {
		all = append(all, &backQuestion{part: "payout code", letter: "s", texts: codeTexts, read: m.MPesa.ReadStatus,
			ask: func(ctx context.Context, t billing.Till, o billing.SendBackOrder) error {
				o.Way = billing.ByPayout
				return m.MPesa.AskSentBack(ctx, t, o)
			}})
	}
	return all
}

// goingBack tries an operator's rights by questions about money that nobody paid, whose answers come through the running portal. No money moves.
func (f *findings) goingBack(ctx context.Context, m *Main, t billing.Till, reached bool) {
	if t.Initiator == "" || checkRail(t.BaseURL) != nil && !m.Config.Dev {
		return
	}
	all, since := m.backQuestions(t), m.Clock.Now()
	for _, q := range all {
		if !reached {
			q.said = &seenOf{part: q.part, state: stateWarning, key: "till.said.back_unasked", do: "till.do.public"}
			continue
		}
		q.secret = seal.RandomHex(16)
		at := func(letter string) string { return m.Config.PublicURL + "/in/" + letter + "/" + q.secret }
		o := billing.SendBackOrder{Way: billing.ByReversal, Receipt: nobodysReceipt, Amount: money.Shillings(1), Originator: "mtandao-" + seal.RandomHex(12),
			ResultURL: at(q.letter), TimeoutURL: at("d")}
		if err := q.ask(ctx, t, o); err != nil {
			q.said = notTaken(q.part, err)
		}
	}
	m.hearBack(ctx, all, t, since)
	for _, q := range all {
		f.see(t.Key+" ", []seenOf{*q.said})
	}
}

// notTaken says why a question was not even taken.
func notTaken(part string, err error) *seenOf {
	answer := sentence(err)
	var refused *billing.Refused
	if errors.As(err, &refused) {
		if answer = strings.TrimSpace(refused.Code + " " + refused.Message); refused.Reason == billing.ReasonRailBusy {
			return &seenOf{part: part, state: stateWarning, key: "till.said.back_busy", args: []any{"Answer", answer}, do: "till.do.again"}
		}
	}
	return &seenOf{part: part, state: stateFails, key: "till.said.back_refused", args: []any{"Answer", answer}, do: "till.do.compare"}
}

// hearBack waits for the answers, all of them for as long as for one.
func (m *Main) hearBack(ctx context.Context, all []*backQuestion, t billing.Till, since time.Time) {
	ctx, cancel := context.WithTimeout(ctx, callbackTime)
	defer cancel()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		open := 0
		for _, q := range all {
			if q.said == nil && !m.heardBack(ctx, q, t, since) {
				open++
			}
		}
		if open == 0 {
			return
		}
		select {
		case <-tick.C:
			continue
		case <-ctx.Done():
		}
		for _, q := range all {
			if q.said == nil {
				q.said = &seenOf{part: q.part, state: stateFails, key: "till.said.back_silent", args: []any{"Address", m.Config.PublicURL}, do: "till.do.serve"}
			}
		}
		return
	}
}

func (m *Main) heardBack(ctx context.Context, q *backQuestion, t billing.Till, since time.Time) bool {
	came, err := m.Billing.Heard(ctx, q.secret, since.Add(-time.Minute))
	if err != nil {
		return false
	}
	r, err := q.read(came.Body)
	if err != nil {
		r.Verdict.Text = sentence(err)
	}
	said := saidBack(q.part, r.Verdict, q.texts, t.PayoutCode)
	q.said = &said
	return true
}
