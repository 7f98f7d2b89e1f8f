package api

import (
	"slices"

	"github.com/gofiber/fiber/v2"

	"mtandao/billing/customers"
	"mtandao/billing/invoices"
	"mtandao/billing/plans"
	"mtandao/internal/apikeys"
	"mtandao/internal/report"
)

// operation is one address: what the router serves and the document tells.
type operation struct {
	method, path string // the path as OpenAPI writes it, below Base
	id, tag      string
	summary      string
	scope        apikeys.Scope
	params       []param
	answer       any // a value of the answer's type
	handle       func(*call) (any, error)

	deed *deed // of an address that changes something; handle is empty then
}

// param is a parameter of the query.
type param struct {
	Name, Text string
	Kind       string // "string", "integer"
	Format     string
	Enum       []string
}

var paging = []param{{Name: "limit", Text: "How many a page holds: 1 to 200, 50 when it is not said.", Kind: "integer"},
	{Name: "cursor", Text: "Where the page begins: what the page before gave as next, with the same filters.", Kind: "string"}}

func with(more ...param) []param { return append(more, paging...) }

func named[S ~string](all ...S) (list []string) {
	for _, one := range all {
		if one != "" {
			list = append(list, string(one))
		}
	}
	return list
}

// operations is the one table of addresses.
func (a *API) operations() []operation {
	return slices.Concat(a.reads(), a.lineReads(), a.saleReads(), a.networkReads(), a.deskReads(), a.customerWrites(), a.lineWrites(), a.takingWrites(), a.deskWrites())
}

func (a *API) reads() []operation {
	return []operation{
		{method: fiber.MethodGet, path: "/customers", id: "listCustomers", tag: "customers", scope: apikeys.CustomersRead, answer: list[customerView]{}, handle: a.listCustomers,
			summary: "List customers, the newest first, or those that something was typed for",
			params: with(param{Name: "q", Text: "A name, the beginning of one or of an account number, a phone, an e-mail address or a tax number.", Kind: "string"},
				param{Name: "state", Text: "Only customers of this state.", Kind: "string", Enum: named(customers.States...)},
				param{Name: "segment", Text: "Only customers of this segment.", Kind: "string", Enum: named(customers.Segments...)},
				param{Name: "tag", Text: "Only customers with this tag.", Kind: "string"})},
		{method: fiber.MethodGet, path: "/customers/{id}", id: "getCustomer", tag: "customers", scope: apikeys.CustomersRead, answer: customerRecord{}, handle: a.getCustomer,
			summary: "Read a customer with contacts and addresses"},
		{method: fiber.MethodGet, path: "/plans", id: "listPlans", tag: "plans", scope: apikeys.PlansRead, answer: list[planView]{}, handle: a.listPlans,
			summary: "List plans, by id", params: with(param{Name: "state", Text: "Only plans of this state.", Kind: "string", Enum: named(plans.Live, plans.Retired)})},
		{method: fiber.MethodGet, path: "/plans/{id}", id: "getPlan", tag: "plans", scope: apikeys.PlansRead, answer: planView{}, handle: a.getPlan, summary: "Read a plan"},
		{method: fiber.MethodGet, path: "/payments", id: "listPayments", tag: "payments", scope: apikeys.PaymentsRead, answer: list[paymentView]{}, handle: a.listPayments,
			summary: "List payments, the newest first", params: with(param{Name: "group", Text: "Only payments of this group.", Kind: "string", Enum: named(report.PaymentGroups...)},
				param{Name: "from", Text: "Made at this instant or later; goes with to.", Kind: "string", Format: "date-time"},
				param{Name: "to", Text: "Made before this instant; goes with from.", Kind: "string", Format: "date-time"})},
		{method: fiber.MethodGet, path: "/invoices", id: "listInvoices", tag: "invoices", scope: apikeys.InvoicesRead, answer: list[invoiceView]{}, handle: a.listInvoices,
			summary: "List invoices, pro formas and credit notes, the newest first; needs a key of all sites",
			params: with(param{Name: "state", Text: "Only documents of this state.", Kind: "string", Enum: invoiceStates},
				param{Name: "customer_id", Text: "Only documents of this customer.", Kind: "string"})},
		{method: fiber.MethodGet, path: "/invoices/{id}", id: "getInvoice", tag: "invoices", scope: apikeys.InvoicesRead, answer: invoiceRecord{}, handle: a.getInvoice,
			summary: "Read an invoice with its lines; needs a key of all sites"},
		{method: fiber.MethodGet, path: "/customers/{id}/statement", id: "getCustomerStatement", tag: "invoices", scope: apikeys.InvoicesRead, answer: statementView{}, handle: a.getStatement,
			summary: "Read a customer's statement of some days, in order, a page at a time", params: with(param{Name: "from", Text: "The first day; 30 days before the last when it is not said.", Kind: "string", Format: "date"},
				param{Name: "to", Text: "The last day; today when it is not said.", Kind: "string", Format: "date"})},
	}
}

var invoiceStates = named(invoices.Review, invoices.Draft, invoices.Parked, invoices.Issued, invoices.Paid, invoices.Credited)
