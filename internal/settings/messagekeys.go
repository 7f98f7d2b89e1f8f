package settings

import (
	"net/mail"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

// The keys of messages to people.
const (
	MessageZone         = "message.zone"
	MessageQuietFrom    = "message.quiet_from"
	MessageQuietUntil   = "message.quiet_until"
	MessageCodesPerHour = "message.codes_per_hour"
	MessageReceiptLeast = "message.receipt_least"
	MessageStop         = "message.stop"
	MessageKeepDays     = "message.keep_days"
)

// The keys of alerts to the owner: whom to tell, and from where on something is wrong. A limit of 0 switches its rule off.
const (
	AlertSMS             = "alert.sms"
	AlertEmail           = "alert.email"
	AlertTelegram        = "alert.telegram"
	AlertWebhook         = "alert.webhook"
	AlertLanguage        = "alert.language"
	AlertEscalateMinutes = "alert.escalate_minutes"
	AlertEscalateSMS     = "alert.escalate_sms"
	AlertPromptSuccess   = "alert.prompt_success_percent"
	AlertCallbackSilence = "alert.callback_silence_minutes"
	AlertRouterDown      = "alert.router_down_seconds"
	AlertRejects         = "alert.rejects_per_minute"
	AlertQueueAge        = "alert.queue_age_minutes"
	AlertBalance         = "alert.sms_balance_shillings"
	AlertDiskFree        = "alert.disk_free_percent"
	AlertBackupAge       = "alert.backup_age_hours"
	AlertCertificate     = "alert.certificate_days"
	AlertSpoolFull       = "alert.spool_full_percent"
	AlertFlapping        = "alert.name_changes_per_hour"
	AlertGuessing        = "alert.wrong_codes"
	AlertEarly           = "alert.early_hours"
	AlertOutage          = "alert.outage_hours"
	AlertReversed        = "alert.reversed_hours"
	AlertDay             = "alert.day_mornings"
	AlertComplaint       = "alert.complaint_days"
	AlertHooks           = "alert.webhook_hours"
	AlertMailbox         = "alert.mailbox_minutes"
	AlertMailFlood       = "alert.mail_flood"
)

var messageKeys = []Key{
	{MessageZone, "Africa/Nairobi", "the time zone of quiet hours and of times in messages", zone},
	{MessageQuietFrom, "21:00", "from when what is not urgent waits for the morning", timeOfDay.MatchString},
	{MessageQuietUntil, "07:00", "until when it waits", timeOfDay.MatchString},
	{MessageCodesPerHour, "5", "codes that one number or address may be sent in an hour", between(1, 100)},
	{MessageReceiptLeast, "500", "shillings of a sale from which its receipt also goes by SMS", between(0, 1_000_000)},
	{MessageStop, "STOP *456*9*5#", "how to stop offers, added to each of them", stopText},
	{MessageKeepDays, "180", "days that a message's text and address are kept", between(1, 3660)},
	{AlertSMS, "", "the owner's mobile numbers for alerts, with commas between", listOf(mobile.MatchString)},
	{AlertEmail, "", "the owner's e-mail addresses for alerts, with commas between", listOf(mailbox)},
	{AlertTelegram, "", "the owner's Telegram chats for alerts, with commas between", listOf(chat.MatchString)},
	{AlertWebhook, "", "the address that alerts are posted to", listOf(SafeAddress)},
	{AlertLanguage, "en", "the language of alerts, en or sw", func(s string) bool { return s == "en" || s == "sw" }},
	{AlertEscalateMinutes, "30", "minutes after which an alert that nobody acknowledged is told once more; 0 for never", between(0, 1440)},
	{AlertEscalateSMS, "", "mobile numbers that are told then as well", listOf(mobile.MatchString)},
	{AlertPromptSuccess, "50", "percent of M-Pesa prompts that succeed, at least", between(0, 80)},
	{AlertCallbackSilence, "10", "minutes without any M-Pesa callback while prompts are sent, at most", between(0, 1440)},
	{AlertRouterDown, "60", "seconds that a router may be silent to the health check", between(0, 3600)},
	{AlertRejects, "60", "refused log-ins in a minute, at most", between(0, 1_000_000)},
	{AlertQueueAge, "15", "minutes that anything may wait in a queue", between(0, 10_000)},
	{AlertBalance, "200", "shillings of SMS balance, at least", between(0, 1_000_000)},
	{AlertDiskFree, "10", "percent of the disk that is free, at least", between(0, 80)},
	{AlertBackupAge, "1", "hours since the last good backup, at most", between(0, 1000)},
	{AlertGuessing, "200", "wrong voucher codes at a site in this hour and the last, at most", between(0, 100000)},
	{AlertEarly, "24", "hours for which vouchers that were tried before they were signed out are an alert", between(0, 1000)},
	{AlertOutage, "24", "hours for which an outage that was made up for by itself is an alert", between(0, 1000)},
	{AlertReversed, "24", "hours for which money that a rail took back is an alert", between(0, 1000)},
	{AlertDay, "2", "mornings that a day of money may wait to be closed, or to be explained", between(0, 60)},
	{AlertComplaint, "5", "days before the end of a complaint's time from which it is an alert", between(0, 60)},
	{AlertMailbox, "60", "minutes that the mailbox of tickets may be unreadable, at most", between(0, 10_000)},
	{AlertMailFlood, "10", "e-mails an hour that are put aside because too many came, at most", between(0, 10_000)},
	{AlertHooks, "6", "hours that a webhook endpoint may take nothing, at most", between(0, 1000)},
	{AlertCertificate, "14", "days that the certificate is still good for, at least", between(0, 60)},
	{AlertSpoolFull, "50", "percent to which the buffer on disk may be full", between(0, 90)},
	{AlertFlapping, "6", "times in an hour that a log-in name may go from device to device, at most", between(0, 1000)},
}

var (
	timeOfDay = regexp.MustCompile(`^(?:[01][0-9]|2[0-3]):[0-5][0-9]$`)
	mobile    = regexp.MustCompile(`^(?:\+?254|0)[17][0-9]{8}$`)
	chat      = regexp.MustCompile(`^(?:-?[0-9]{1,20}|@[A-Za-z0-9_]{5,32})$`)
)

func zone(s string) bool {
	_, err := time.LoadLocation(s)
	return err == nil && s != "" && s != "Local"
}

func stopText(s string) bool { return shortText(s) && strings.TrimSpace(s) != "" }

func mailbox(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Address == s && len(s) <= 254
}

// SafeAddress allows https, and plain http to this machine itself: what is posted there is read on the way by nobody.
func SafeAddress(s string) bool {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.User != nil || len(s) > 500 {
		return false
	}
	return u.Scheme == "https" || u.Scheme == "http" && slices.Contains([]string{"127.0.0.1", "::1", "localhost"}, u.Hostname())
}

// listOf allows nothing, or up to ten good values with commas between.
func listOf(good func(string) bool) func(string) bool {
	return func(s string) bool {
		list := Split(s)
		for _, one := range list {
			if !good(one) {
				return false
			}
		}
		return len(list) <= 10
	}
}

// Split is what a setting with commas lists.
func Split(s string) []string {
	var list []string
	for one := range strings.SplitSeq(s, ",") {
		if one = strings.TrimSpace(one); one != "" {
			list = append(list, one)
		}
	}
	return list
}

var senderShape = regexp.MustCompile(`^(?:[A-Za-z0-9][A-Za-z0-9 ._-]{0,10}|[0-9]{3,15})$`)

// SenderID says whether networks take s as the sender of an SMS: eleven letters and digits at most, or a short code
// (reference/messaging.md).
func SenderID(s string) bool { return senderShape.MatchString(s) }
