package settings

// The keys of papers that customers get: whose they are, by which ways they go, and how fast.
const (
	PaperSeller    = "paper.seller"
	PaperPIN       = "paper.pin"
	PaperAddress   = "paper.address"
	PaperEmail     = "paper.email"
	PaperBank      = "paper.bank"
	PaperInvoice   = "paper.invoice"
	PaperCredit    = "paper.credit"
	PaperReceipt   = "paper.receipt"
	PaperSale      = "paper.sale"
	PaperPerMinute = "paper.per_minute"
	PaperLinkDays  = "paper.link_days"
)

// Ways that papers go. By either is by e-mail where there is an address, else by SMS.
const (
	ByBoth   = "both"
	ByEmail  = "email"
	BySMS    = "sms"
	ByEither = "either"
	ByNone   = "none"
)

// PaperWays are the ways in the order in which they are offered.
var PaperWays = []string{ByBoth, ByEmail, BySMS, ByEither, ByNone}

var paperKeys = []Key{
	{PaperSeller, "", "the provider's registered name on papers; empty for its usual name", shortText},
	{PaperPIN, "", "the provider's KRA PIN on papers", func(s string) bool { return s == "" || pinShape.MatchString(s) }},
	{PaperAddress, "", "the provider's address on papers", textTo(200)},
	{PaperEmail, "", "the mailbox that answers about bills", func(s string) bool { return s == "" || mailbox(s) }},
	{PaperBank, "", "the provider's account at a bank, for papers: bank, name, number, branch", textTo(200)},
	{PaperInvoice, ByBoth, "how an invoice is sent when it is issued: both (e-mail and SMS), email, sms, either (SMS to whom no e-mail is known) or none", oneOf(PaperWays...)},
	{PaperCredit, ByEmail, "how a credit note is sent when it is issued: both, email, sms, either or none", oneOf(PaperWays...)},
	{PaperReceipt, ByEmail, "how a customer's payment is thanked for: both, email, sms, either or none; a small one never by SMS", oneOf(PaperWays...)},
	{PaperSale, ByEmail, "whether a customer with a known mailbox gets a receipt of what they buy on the portal: email or none", oneOf(ByEmail, ByNone)},
	{PaperPerMinute, "300", "documents of a bill run that are sent in a minute, at most", between(1, 6000)},
	{PaperLinkDays, "60", "days that the link to a paper opens it", between(1, 400)},
}
