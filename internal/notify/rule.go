package notify

import (
	"context"
	"time"

	"mtandao/internal/settings"
)

// The rules' names.
const (
	RulePrompts     = "prompts_failing"
	RuleCallbacks   = "callbacks_silent"
	RuleRouter      = "router_down"
	RuleRejects     = "rejects_rising"
	RuleQueue       = "queue_old"
	RuleBalance     = "sms_balance"
	RuleDisk        = "disk_full"
	RuleBackup      = "backup_old"
	RuleCertificate = "certificate_ends"
	RuleSpool       = "spool_full"
	RuleFlapping    = "name_flapping"
	RuleGuessing    = "code_guessing"
	RuleEarly       = "voucher_early"
	RuleOutage      = "outage_given"
	RuleDoubt       = "outage_doubted"
	RuleReversed    = "money_reversed"
	RuleDay         = "day_waits"
	RuleComplaint   = "complaint_ends"
	RuleHooks       = "webhook_fails"
	RuleMailbox     = "mailbox_unread"
	RuleMailFlood   = "mail_flood"
)

// Rule says from when a reading is wrong. Limit is a setting; 0 there switches the rule off.
type Rule struct {
	Name  string
	Limit string
	Below bool // wrong below the limit; otherwise above it
	Many  bool // about things with names: routers, queues, plans
}

// Rules is the table of all alerts.
var Rules = []Rule{
	{Name: RulePrompts, Limit: settings.AlertPromptSuccess, Below: true},
	{Name: RuleCallbacks, Limit: settings.AlertCallbackSilence},
	{Name: RuleRouter, Limit: settings.AlertRouterDown, Many: true},
	{Name: RuleRejects, Limit: settings.AlertRejects},
	{Name: RuleQueue, Limit: settings.AlertQueueAge, Many: true},
	{Name: RuleBalance, Limit: settings.AlertBalance, Below: true},
	{Name: RuleDisk, Limit: settings.AlertDiskFree, Below: true},
	{Name: RuleBackup, Limit: settings.AlertBackupAge},
	{Name: RuleCertificate, Limit: settings.AlertCertificate, Below: true},
	{Name: RuleSpool, Limit: settings.AlertSpoolFull, Many: true},
	{Name: RuleFlapping, Limit: settings.AlertFlapping, Many: true},
	{Name: RuleGuessing, Limit: settings.AlertGuessing, Many: true},
	{Name: RuleEarly, Limit: settings.AlertEarly, Many: true},
	{Name: RuleOutage, Limit: settings.AlertOutage, Many: true},
	{Name: RuleDoubt, Limit: settings.AlertOutage, Many: true},
	{Name: RuleReversed, Limit: settings.AlertReversed, Many: true},
	{Name: RuleDay, Limit: settings.AlertDay, Many: true},
	{Name: RuleMailbox, Limit: settings.AlertMailbox, Many: true},
	{Name: RuleMailFlood, Limit: settings.AlertMailFlood, Many: true},
	{Name: RuleHooks, Limit: settings.AlertHooks, Many: true},
	{Name: RuleComplaint, Limit: settings.AlertComplaint, Below: true, Many: true},
}

// Reading is one fact, in the unit of its rule's setting: percent, minutes, seconds, a count, shillings, hours or days.
type Reading struct {
	Subject string // the router's or queue's name; empty for a rule about one thing
	Value   int64
}

// Source reads what a rule is about, now. A router or queue that it does not name is gone, and its alert over; a rule about
// one thing stays as it is while there is no reading.
type Source func(ctx context.Context) ([]Reading, error)

// Watch gives a rule its source; call it at wiring, before the first Evaluate. An unknown rule is a mistake of ours.
func (s *Service) Watch(rule string, source Source) {
	for _, r := range Rules {
		if r.Name == rule {
			s.sources[rule] = source
			return
		}
	}
	panic("notify: no rule " + rule)
}

// Timing. A router that stops answering is told within two minutes: the limit of 60 s, a look every 10 s, the gathering,
// and a poll of the jobs.
const (
	evaluateEvery = 10 * time.Second
	sourceTimeout = 5 * time.Second
	gatherRaised  = 20 * time.Second // others of the same rule join the message
	goodFor       = 2 * time.Minute  // a good reading must last so long before it clears
	gatherCleared = time.Minute
)

// bad and good have a fifth of the limit between them, in which an alert stays as it is.
func (r Rule) bad(v, limit int64) bool {
	if r.Below {
		return v < limit
	}
	return v > limit
}

func (r Rule) good(v, limit int64) bool {
	margin := max(1, limit/5)
	if r.Below {
		return v >= limit+margin
	}
	return v <= limit-margin
}
