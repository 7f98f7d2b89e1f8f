package settings

import (
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"unicode/utf8"

	"mtandao/internal/fault"
)

// The keys.
const (
	ProviderName  = "provider.name"
	ProviderPhone = "provider.phone"
	UnusedDays    = "grant.unused_days"
	GraceMinutes  = "rescue.grace_minutes"
	GraceHourly   = "rescue.grace_hourly"
	SecondMachine = "machine.second"
	HistoryMonths = "history.months"
	UsageMonths   = "history.usage_months"
	BulkMonths    = "history.bulk_months"
	PrepaidMonth  = "prepaid.month"
	PrepaidPart   = "prepaid.part_payment"
	CashAlone     = "reseller.cash_alone"
)

// Values of PrepaidMonth and PrepaidPart.
const (
	CalendarMonth = "calendar"
	ThirtyDays    = "thirty"
	Waits         = "waits"
	BuysDays      = "days"
)

// Key is one row of the table of keys.
type Key struct {
	Name, Default, Means string
	check                func(string) bool
}

// Keys is the table of all keys.
var Keys = append([]Key{
	{ProviderName, "Mtandao", "the provider's name, where a site has no brand", shortText},
	{ProviderPhone, "", "the number to call, where a site has none", shortText},
	{UnusedDays, "30", "days that a paid grant waits for its first use", between(1, 366)},
	{GraceMinutes, "0", "minutes that a guest may be online before paying by hand, while M-Pesa prompts fail; 0 for none", between(0, 60)},
	{GraceHourly, "20", "guests of a site who may have that in an hour", between(1, 1000)},
	{SecondMachine, "", "IPv4 address of the machine that takes over when this one is lost: routers are set up for both; empty for none", fourth},
	{HistoryMonths, "12", "months that sessions and their usage by the hour are kept", between(1, 120)},
	{UsageMonths, "36", "months that usage by the day is kept", between(1, 120)},
	{BulkMonths, "6", "months that it is kept what a change of many did to each, and that it can be undone", between(1, 120)},
	{PrepaidMonth, CalendarMonth, "how long a month lasts that is paid beforehand: calendar, or thirty (days)", oneOf(CalendarMonth, ThirtyDays)},
	{CashAlone, "10000", "shillings of cash that one person may credit a reseller with in a day; more waits for a second person; 0: all of it does", between(0, 1_000_000)},
	{PrepaidPart, Waits, "what a payment does that is too small for a period: waits, or buys days (days)", oneOf(Waits, BuysDays)},
}, slices.Concat(invoiceKeys, paperKeys, messageKeys, ticketKeys)...)

func shortText(s string) bool { return utf8.ValidString(s) && utf8.RuneCountInString(s) <= 100 }

func textTo(most int) func(string) bool {
	return func(s string) bool { return utf8.ValidString(s) && utf8.RuneCountInString(s) <= most }
}

// pinShape is the tax authority's: A or P, nine digits, a letter.
var pinShape = regexp.MustCompile(`^[AP][0-9]{9}[A-Z]$`)

func fourth(s string) bool {
	a, err := netip.ParseAddr(s)
	return s == "" || err == nil && a.Is4() && a.IsGlobalUnicast()
}

func between(least, most int) func(string) bool {
	return func(s string) bool {
		n, err := strconv.Atoi(s)
		return err == nil && n >= least && n <= most
	}
}

func find(name string) (Key, bool) {
	for _, k := range Keys {
		if k.Name == name {
			return k, true
		}
	}
	return Key{}, false
}

// check says what is wrong with a value: "setting.unknown" or "setting.invalid".
func check(name, value string) error {
	k, ok := find(name)
	if !ok {
		return fault.New(fault.Invalid, "setting.unknown", "Name", name)
	}
	if !k.check(value) {
		return fault.New(fault.Invalid, "setting.invalid", "Name", name, "Value", value)
	}
	return nil
}
