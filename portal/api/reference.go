package api

import (
	"bytes"
	"embed"
	"html/template"
	"reflect"
	"strings"

	"github.com/gofiber/fiber/v2"

	"mtandao/portal/web"
)

//go:embed pages
var pages embed.FS

// reference is the page for people: what the document says, with an example of each address.
type reference struct {
	About, Base, Server string
	Style               template.CSS
	Tags                []referenceTag
	Events              []referenceEvent
	Pauses              string
}

type referenceTag struct {
	Name, Title string
	Operations  []referenceOperation
}

type referenceOperation struct {
	ID, Method, Path, Scope, Summary, Example string
	Params                                    []referenceParam
}

type referenceParam struct {
	Name, Text, Choices string
	Must                bool
}

// refer makes the page once, at start; its style goes by the hash that its policy names.
func (a *API) refer() (page []byte, policy string, err error) {
	style, err := pages.ReadFile("pages/reference.css")
	if err != nil {
		return nil, "", err
	}
	parsed, err := template.ParseFS(pages, "pages/reference.html")
	if err != nil {
		return nil, "", err
	}
	server := strings.TrimSuffix(a.PublicURL, "/") + Base
	r := reference{About: about, Base: Base, Server: server, Style: template.CSS(style), Events: a.toldEvents(), Pauses: toldPauses()}
	at := map[string]int{}
	for _, o := range a.operations() {
		n, known := at[o.tag]
		if !known {
			n = len(r.Tags)
			at[o.tag] = n
			r.Tags = append(r.Tags, referenceTag{Name: o.tag, Title: strings.ToUpper(o.tag[:1]) + o.tag[1:]})
		}
		r.Tags[n].Operations = append(r.Tags[n].Operations, referenceOperation{ID: o.id, Method: o.method, Path: Base + o.path, Scope: string(o.scope), Summary: o.summary, Example: o.example(), Params: o.told()})
	}
	var out bytes.Buffer
	err = parsed.Execute(&out, r)
	return out.Bytes(), web.OwnPolicy(string(style)), err
}

// told are the parameters of an address, and the fields of what is sent to it.
func (o operation) told() (all []referenceParam) {
	for _, p := range o.params {
		all = append(all, referenceParam{Name: p.Name, Text: p.Text, Choices: strings.Join(p.Enum, ", ")})
	}
	if o.deed == nil || o.deed.asks == nil {
		return all
	}
	for _, f := range reflect.VisibleFields(reflect.TypeOf(o.deed.asks)) {
		all = append(all, referenceParam{Name: f.Tag.Get("json"), Text: f.Tag.Get("doc"), Choices: strings.Join(strings.Fields(f.Tag.Get("enum")), ", "), Must: f.Tag.Get("must") != ""})
	}
	return all
}

// example is a command that does what an address is for. A test runs each.
func (o operation) example() string {
	e := examples[o.id]
	line := `curl -sS "$API` + e.path + `" -H "Authorization: Bearer $KEY"`
	if o.method != fiber.MethodGet {
		line += " \\\n  -X " + o.method + ` -H "` + onceHeader + ": " + o.id + `-1"`
	}
	if e.body != "" {
		line += " \\\n  -H \"Content-Type: application/json\" -d '" + e.body + "'"
	}
	return line
}

// examples are what the commands ask and send; a name with a dollar is put in by the shell.
var examples = map[string]struct{ path, body string }{
	"listCustomers":          {path: "/customers?limit=2&state=active"},
	"getCustomer":            {path: "/customers/$CUSTOMER"},
	"createCustomer":         {"/customers", `{"name":"Asha Otieno","contacts":[{"kind":"phone","value":"0722 000 077"}],"addresses":[{"kind":"premises","area":"Kasarani"}]}`},
	"changeCustomer":         {"/customers/$CUSTOMER", `{"version":"'$CUSTOMER_VERSION'","tags":["fibre"]}`},
	"listSubscriptions":      {path: "/subscriptions?customer_id=$CUSTOMER"},
	"getSubscription":        {path: "/subscriptions/$SUBSCRIPTION"},
	"pauseSubscription":      {"/subscriptions/$SUBSCRIPTION/pause", `{"reason":"travels until January"}`},
	"resumeSubscription":     {"/subscriptions/$SUBSCRIPTION/resume", `{}`},
	"quoteSubscriptionPlan":  {path: "/subscriptions/$SUBSCRIPTION/plan-quote?plan_key=home-30&when=period_end"},
	"changeSubscriptionPlan": {"/subscriptions/$SUBSCRIPTION/plan", `{"plan_key":"home-30","when":"period_end","version":"'$QUOTE_VERSION'"}`},
	"getSubscriptionUsage":   {path: "/subscriptions/$SUBSCRIPTION/usage?from=2026-11-01&to=2026-11-30"},
	"getCustomerUsage":       {path: "/customers/$CUSTOMER/usage"},
	"listPlans":              {path: "/plans?state=live"},
	"getPlan":                {path: "/plans/$PLAN"},
	"listOrders":             {path: "/orders?state=paid&limit=10"},
	"getOrder":               {path: "/orders/$ORDER"},
	"listPayments":           {path: "/payments?group=paid"},
	"takePayment":            {"/customers/$CUSTOMER/payments", `{"amount_cents":150000,"how":"bank","reference":"FT26331XKQ2"}`},
	"listInvoices":           {path: "/invoices?state=issued"},
	"getInvoice":             {path: "/invoices/$INVOICE"},
	"getCustomerStatement":   {path: "/customers/$CUSTOMER/statement?from=2026-11-01&to=2026-11-30"},
	"listVoucherBatches":     {path: "/voucher-batches"},
	"getVoucherBatch":        {path: "/voucher-batches/$BATCH"},
	"getVoucher":             {path: "/vouchers/$VOUCHER"},
	"createVoucherBatch":     {"/voucher-batches", `{"plan_id":"'$PLAN'","site_id":"'$SITE'","size":24}`},
	"listResellers":          {path: "/resellers"},
	"getReseller":            {path: "/resellers/$RESELLER"},
	"listSessions":           {path: "/sessions?site_id=$SITE"},
	"getSession":             {path: "/sessions/$SESSION"},
	"disconnectSession":      {path: "/sessions/$SESSION/disconnect"},
	"listRouters":            {path: "/routers?state=active"},
	"getRouter":              {path: "/routers/$ROUTER"},
	"listTickets":            {path: "/tickets?state=open"},
	"getTicket":              {path: "/tickets/$TICKET"},
	"createTicket":           {"/tickets", `{"customer_id":"'$CUSTOMER'","subject":"Slow in the evening","text":"It is slow since Monday.","category":"slow"}`},
	"answerTicket":           {"/tickets/$TICKET/answers", `{"text":"A technician looks at it tomorrow.","state":"waiting"}`},
	"listReports":            {path: "/reports"},
	"getReport":              {path: "/reports/revenue-plans?from=2026-11-01&to=2026-11-30"},
}

// show answers with the page.
func (a *API) show(c *fiber.Ctx) error {
	c.Set(fiber.HeaderContentSecurityPolicy, a.pagePolicy)
	c.Type("html", "utf-8")
	return c.Send(a.page)
}
