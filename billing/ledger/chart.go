package ledger

// The accounts. Debits are positive, credits negative.
const (
	Bank            = "1000"
	Cash            = "1010"
	Cheques         = "1020" // taken and not at the bank yet
	TillClearing    = "1100" // money in an M-Pesa short code; party till:ID
	PayoutCodes     = "1110" // money in an M-Pesa short code that pays out; party till:ID
	RailFees        = "5100"
	Receivables     = "1200"
	VouchersOwed    = "1210" // used and not yet paid for by whoever had them to sell; party batch:ID
	ResellersOwe    = "1220" // by resellers who sell first and pay later; party reseller:ID
	CustomerDebts   = "1230" // money that went back after it was spent; party customer:ID
	Withheld        = "1240" // tax that customers paid in our place, by certificate
	VATAhead        = "1250" // due since it was paid for, of service that is not used yet; party as of what is held for it
	ExciseAhead     = "1260"
	PrepaidService  = "2100" // paid for and not used yet; party grant:ID
	Vouchers        = "2110" // sold and not used yet; party batch:ID
	ResellerFloat   = "2120" // paid in by resellers and not sold for yet; party reseller:ID
	GuestCredit     = "2200" // held for a phone number; party its keyed hash
	CustomerCredit  = "2210" // held for a customer; party customer:ID
	Suspense        = "2300" // arrived and matches nothing yet; party receipt:ID
	RefundsPayable  = "2400"
	CreditPayable   = "2405" // credit of customers that was approved to be paid back; party payback:ID
	PartnersDue     = "2410" // shares of sales that are not paid out yet; party partner:ID
	Deposits        = "2420" // held until equipment comes back; party customer:ID
	VATPayable      = "2500"
	ExcisePayable   = "2510"
	OpeningBalances = "3000" // what customers came with from a system before
	InternetSales   = "4000"
	EquipmentSales  = "4010"
	LabourSales     = "4020"
	FeeIncome       = "4030" // late fees, and what rounding brings
	Breakage        = "4100" // paid for and never used
	Commission      = "5200" // of resellers
	PartnerShares   = "5210" // of sales at their sites
	BadDebts        = "5300"
)

// Kind says on which side of the books an account is.
type Kind string

// The kinds of accounts.
const (
	Asset     Kind = "asset"
	Liability Kind = "liability"
	Income    Kind = "income"
	Equity    Kind = "equity"
	Expense   Kind = "expense"
)

// Account is one row of the chart. NameKey is its name in internal/words.
type Account struct {
	Code, NameKey string
	Kind          Kind
}

// Chart is the chart of accounts.
var Chart = []Account{
	{Bank, "account.bank", Asset},
	{Cash, "account.cash", Asset},
	{Cheques, "account.cheques", Asset},
	{TillClearing, "account.till_clearing", Asset},
	{PayoutCodes, "account.payout_codes", Asset},
	{Receivables, "account.receivables", Asset},
	{VouchersOwed, "account.vouchers_owed", Asset},
	{ResellersOwe, "account.resellers_owe", Asset},
	{CustomerDebts, "account.customer_debts", Asset},
	{Withheld, "account.withheld", Asset},
	{VATAhead, "account.vat_ahead", Asset},
	{ExciseAhead, "account.excise_ahead", Asset},
	{PrepaidService, "account.prepaid_service", Liability},
	{Vouchers, "account.vouchers", Liability},
	{ResellerFloat, "account.reseller_float", Liability},
	{GuestCredit, "account.guest_credit", Liability},
	{CustomerCredit, "account.customer_credit", Liability},
	{Suspense, "account.suspense", Liability},
	{RefundsPayable, "account.refunds_payable", Liability},
	{CreditPayable, "account.credit_payable", Liability},
	{PartnersDue, "account.partners_due", Liability},
	{Deposits, "account.deposits", Liability},
	{VATPayable, "account.vat_payable", Liability},
	{ExcisePayable, "account.excise_payable", Liability},
	{OpeningBalances, "account.opening_balances", Equity},
	{InternetSales, "account.internet_sales", Income},
	{EquipmentSales, "account.equipment_sales", Income},
	{LabourSales, "account.labour_sales", Income},
	{FeeIncome, "account.fee_income", Income},
	{Breakage, "account.breakage", Income},
	{RailFees, "account.rail_fees", Expense},
	{Commission, "account.commission", Expense},
	{PartnerShares, "account.partner_shares", Expense},
	{BadDebts, "account.bad_debts", Expense},
}

func known(code string) bool {
	for _, a := range Chart {
		if a.Code == code {
			return true
		}
	}
	return false
}
