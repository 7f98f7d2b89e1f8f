package settings

// The keys of tickets and of work outside: hours in which one of each priority is to be answered, and how long things last.
const (
	TicketUrgentHours   = "ticket.urgent_hours"
	TicketHighHours     = "ticket.high_hours"
	TicketNormalHours   = "ticket.normal_hours"
	TicketLowHours      = "ticket.low_hours"
	TicketComplaintDays = "ticket.complaint_days"
	TicketCloseDays     = "ticket.close_days"
	TicketKeepMonths    = "ticket.keep_months"
	TicketMailsHour     = "ticket.mails_hour"
	FieldKeepMonths     = "field.keep_months"
)

var ticketKeys = []Key{
	{TicketUrgentHours, "4", "hours in which an urgent ticket is to be answered", between(1, 720)},
	{TicketHighHours, "8", "hours in which a ticket of high priority is to be answered", between(1, 720)},
	{TicketNormalHours, "24", "hours in which a usual ticket is to be answered", between(1, 720)},
	{TicketLowHours, "72", "hours in which a ticket of low priority is to be answered", between(1, 720)},
	{TicketComplaintDays, "30", "days in which the regulator wants a complaint handled", between(1, 90)},
	{TicketCloseDays, "7", "days after which a solved ticket is closed", between(1, 90)},
	{TicketKeepMonths, "24", "months that the texts of a ticket are kept after it is done", between(1, 120)},
	{TicketMailsHour, "20", "e-mails of one sender that are taken in an hour", between(1, 1000)},
	{FieldKeepMonths, "24", "months that who, where and files are kept of leads and visits after they are done, and files of accounts that are closed", between(1, 120)},
}
