package backoffice

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/seal"
	"mtandao/internal/site"
	"mtandao/internal/staff"
	"mtandao/internal/words"
	"mtandao/portal/web"
	"mtandao/radius/routers"
)

// Staff is who works here. *staff.Service satisfies it.
type Staff interface {
	FirstRun(ctx context.Context) (bool, error)
	MakeOwner(ctx context.Context, v staff.Visit, secret string, n staff.Newcomer) (token string, err error)
	SignIn(ctx context.Context, v staff.Visit, email, password string) (token string, stage staff.Stage, err error)
	GiveCode(ctx context.Context, v staff.Visit, token, typed string) (next string, err error)
	StartEnrolment(ctx context.Context, token string) (staff.Enrolment, error)
	Enrol(ctx context.Context, v staff.Visit, token, typed string) (codes []string, next string, err error)
	Judge(ctx context.Context, token string) (staff.SignedIn, error)
	SignOut(ctx context.Context, v staff.Visit, token string) error
	Own
	Colleagues
}

// Sites are the provider's places. *site.Service satisfies it.
type Sites interface {
	Sites() []site.Site
	Brands() []site.Brand
	Get(id int64) (site.Site, site.Brand, error)
}

// Routers is the register of routers. *routers.Service satisfies it.
type Routers interface {
	Get(id int64) (routers.Router, bool)
	All() []routers.Router
	LastHeard(id int64) time.Time
}

// Options are what the pages stand on.
type Options struct {
	Staff     Staff
	Sites     Sites
	Routers   Routers
	Desk      Desk
	Taken     Taken
	Daybook   Daybook
	Schedules Schedules
	Books     Books
	Stories   Stories
	Setup     Setup
	Settings  Settings
	Plans     Plans
	Preview   Preview
	Crowd     Crowd
	Machines  Machines
	Doorway   Doorway
	Trail     Trail
	Network   Network
	Notices   Notices
	Refused   Refusals
	Work      Work
	Messages  Messages
	Money     Money
	Deeds     Deeds
	Vouchers  Vouchers
	Pools     Pools
	Press     Press
	Prints    Prints
	Resellers Resellers
	PINs      PINs
	Partners  Partners
	Approvals Approvals
	APIKeys   APIKeys
	Webhooks  Webhooks
	Lines     Lines
	Whys      Whys
	Outages   Outages
	Tickets   Tickets
	Mailbox   Mailbox
	Leads     Leads
	Visits    Visits
	Stock     Stock
	Files     Files
	Customers Customers
	Counter   Counter
	Prompts   Prompts
	Families  Families
	Bills     Bills
	LateUse   LateUse
	Accounts  Accounts
	Invoices  Invoices
	Papers    Papers
	Taxes     Taxes
	Imports   Imports
	RailBook  RailBook
	Days      Days
	BillRuns  BillRuns
	Bulk      Bulk
	Provider  func() string // the provider's name, as it is now
	Keys      *seal.Keys
	Clock     clock.Clock    // the machine's
	PlanClock clock.Clock    // of grants and sessions
	Zone      *time.Location // of the provider's days
	Log       *slog.Logger
	Paused    func() bool // nil: never; says whether this is a restored copy that does not act
	Proxies   web.Proxies
	Secure    bool // staff reach us by HTTPS: cookies never leave it
}

// Backoffice is the staff's face.
type Backoffice struct {
	Options
	look   *look
	stamps web.Stamps
	waits  waits
	routes []route
}

// New parses the pages. It fails when one is missing.
func New(o Options) (*Backoffice, error) {
	l, err := newLook(pageNames...)
	if err != nil {
		return nil, err
	}
	b := &Backoffice{Options: o, look: l, stamps: web.Stamps{Keys: o.Keys, Clock: o.Clock}}
	b.routes = b.table()
	return b, nil
}

// pageNames are the files of pages, besides the layout and the parts.
var pageNames = []string{"gate", "enrol", "passkey", "codes", "today", "more", "error", "story", "list", "record", "form", "prove", "forgot",
	"settings", "help", "router", "done", "suspense", "receipt", "paper", "why", "report", "visits"}

// table is every route with its policy.
func (b *Backoffice) table() []route {
	return slices.Concat(
		b.setupRoutes(),
		b.machineRoutes(), b.routerLoginRoutes(),
		b.peopleRoutes(),
		b.auditRoutes(),
		b.onlineRoutes(), b.statusRoutes(),
		b.poolRoutes(),
		b.jobRoutes(),
		b.voucherRoutes(),
		b.printRoutes(),
		b.printsRoutes(),
		b.resellerRoutes(),
		b.returnRoutes(),
		b.partnerRoutes(), b.approvalRoutes(), b.keyRoutes(), b.hookRoutes(),
		b.lineRoutes(), b.whyRoutes(),
		b.invoiceRoutes(), b.paperRoutes(),
		b.messageRoutes(),
		b.customerRoutes(), b.ticketRoutes(), b.leadRoutes(), b.visitRoutes(), b.equipmentRoutes(), b.fileRoutes(),
		b.importRoutes(), b.railBookRoutes(), b.dayRoutes(), b.billRunRoutes(), b.bulkRoutes(),
		b.counterRoutes(), b.familyRoutes(), b.promptRoutes(), b.definedRoutes(), b.scheduleRoutes(), b.helpRoutes(), b.ledgerRoutes(),
		[]route{
			{get, "/office/in", open, "", b.askSignIn}, {post, "/office/in", open, "", b.signIn},
			{get, "/office/owner", open, "", b.askOwner}, {post, "/office/owner", open, "", b.makeOwner},
			{get, "/office/code", half, "", b.askCode}, {post, "/office/code", half, "", b.giveCode},
			{get, "/office/enrol", half, "", b.askEnrol}, {post, "/office/enrol", half, "", b.enrol},
			{get, "/office/enrol/passkey", half, "", b.askPasskey}, {post, "/office/enrol/passkey", half, "", b.addPasskey},
			{post, "/office/out", half, "", b.signOut},
			{post, "/office/look", full, "", b.setLook},
			{get, "/office", full, "", b.today},
			{get, "/office/more", full, "", b.more},
			{get, "/office/search", full, "", b.search},
			{get, "/office/payments", full, staff.PaymentsView, b.payments},
			{post, "/office/orders/:id/ask", full, staff.PaymentsMatch, b.askRail}, {post, "/office/orders/:id/serve", full, staff.PaymentsMatch, b.serveHeld},
			{post, "/office/orders/:id/prompt", full, staff.PaymentsMatch, b.promptAgain},
			{post, "/office/grants/:id/online", full, staff.AccessChange, b.putOnline}, {post, "/office/grants/:id/resume", full, staff.AccessChange, b.resume},
			{get, "/office/grants/:id/move", full, staff.AccessChange, b.askMove}, {post, "/office/grants/:id/move", full, staff.AccessChange, b.move},
			{get, "/office/grants/:id/extend", full, staff.AccessChange, b.askExtend}, {post, "/office/grants/:id/extend", full, staff.AccessChange, b.extend},
			{get, "/office/grants/:id/disconnect", full, staff.AccessChange, b.askDisconnect}, {post, "/office/grants/:id/disconnect", full, staff.AccessChange, b.disconnect},
			{get, "/office/receipts/:id/refund", full, staff.PaymentsRefund, b.askRefund}, {post, "/office/receipts/:id/refund", full, staff.PaymentsRefund, b.refund},
			{get, "/office/refunds", full, staff.PaymentsView, b.refunds},
			{get, "/office/refunds/:id/decide", full, staff.PaymentsApprove, b.askDecide}, {post, "/office/refunds/:id/decide", full, staff.PaymentsApprove, b.decide},
			{get, "/office/refunds/:id/cancel", full, staff.PaymentsRefund, b.askCancelRefund}, {post, "/office/refunds/:id/cancel", full, staff.PaymentsRefund, b.cancelRefund},
			{get, "/office/refunds/:id/send", full, staff.PaymentsMatch, b.askSendRefund}, {post, "/office/refunds/:id/send", full, staff.PaymentsMatch, b.sendRefund},
			{get, "/office/refunds/:id/stays", full, staff.PaymentsMatch, b.askRefundStays}, {post, "/office/refunds/:id/stays", full, staff.PaymentsMatch, b.refundStays},
			{get, "/office/refunds/:id/code", full, staff.PaymentsMatch, b.askRefundCode}, {post, "/office/refunds/:id/code", full, staff.PaymentsMatch, b.correctRefund},
			{get, "/office/refunds/:id/pay", full, staff.PaymentsMatch, b.askPay}, {post, "/office/refunds/:id/pay", full, staff.PaymentsMatch, b.pay},
			{get, "/office/suspense", full, staff.PaymentsView, b.suspense},
			{get, "/office/receipts/:id", full, staff.PaymentsView, b.receipt},
			{post, "/office/receipts/:id/match", full, staff.PaymentsMatch, b.match}, {post, "/office/receipts/:id/unmatch", full, staff.PaymentsMatch, b.unmatch},
			{get, "/office/orders/:id", full, "", b.order}, {get, "/office/grants/:id", full, "", b.grant},
		})
}

// Routes are the addresses of the back office.
func (b *Backoffice) Routes() []web.Route {
	routes := []web.Route{b.look.assets.Route()}
	for _, r := range b.routes {
		routes = append(routes, web.Route{Method: r.method, Path: r.path, Policy: r.policy(), May: r.may, Handle: b.handler(r)})
	}
	nowhere := route{get, "/office/*", open, "", func(*request) error { return notHere() }}
	return append(routes, web.Route{Method: nowhere.method, Path: nowhere.path, Policy: web.Public, Handle: b.handler(nowhere)})
}

// spoken is the language that a browser asks for.
func spoken(r *request) words.Lang {
	return web.Language(r.Query("l"), r.Get("Accept-Language"), words.English)
}
