package app

import (
	"context"
	"crypto/x509"
	"errors"
	"log/slog"
	"net"
	"path/filepath"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"mtandao/billing"
	"mtandao/billing/accounts"
	"mtandao/billing/arrears"
	"mtandao/billing/billdesk"
	"mtandao/billing/billrun"
	"mtandao/billing/counter"
	"mtandao/billing/customers"
	"mtandao/billing/daybook"
	"mtandao/billing/dayclose"
	"mtandao/billing/entrance"
	"mtandao/billing/invoices"
	"mtandao/billing/ledger"
	"mtandao/billing/mpesa"
	"mtandao/billing/papers"
	"mtandao/billing/partners"
	"mtandao/billing/plans"
	"mtandao/billing/prompts"
	"mtandao/billing/railbook"
	"mtandao/billing/subscriptions"
	"mtandao/billing/taxes"
	"mtandao/internal/acme"
	"mtandao/internal/approval"
	"mtandao/internal/audit"
	"mtandao/internal/backup"
	"mtandao/internal/clock"
	"mtandao/internal/cutover"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/jobs"
	"mtandao/internal/money"
	"mtandao/internal/notify"
	"mtandao/internal/pin"
	"mtandao/internal/scheduled"
	"mtandao/internal/seal"
	"mtandao/internal/settings"
	"mtandao/internal/site"
	"mtandao/internal/spool"
	"mtandao/internal/staff"
	"mtandao/internal/status"
	"mtandao/portal"
	"mtandao/radius"
	"mtandao/radius/access"
	"mtandao/radius/chilli"
	"mtandao/radius/mikrotik"
	"mtandao/radius/outages"
	"mtandao/radius/pools"
	"mtandao/radius/routers"
	"mtandao/radius/tunnel"
	"mtandao/vouchers"
	"mtandao/vouchers/press"
	"mtandao/vouchers/resellers"
)

// Options are what tests and the demo give Main instead of the usual.
type Options struct {
	Log    *slog.Logger
	Clock  clock.Clock        // of money, jobs and protocols; the machine's when nil
	Plan   clock.Clock        // the plan clock; Clock when nil
	Hook   func(point string) // crash tests: called around each durable write
	Mail   *x509.CertPool     // who may vouch for the mail server; the machine's when nil
	Roots  *x509.CertPool     // who may vouch for the issuer of certificates; the machine's when nil
	Hooks  Receivers          // whom webhooks may reach besides the public internet
	Plain  net.Listener       // listens on Config.HTTP already; opened when nil
	Look   bool               // only to look: nothing is made, not even the first key file
	Absent bool               // the database is not there: stand on the copy on disk
	doors  *doors             // that serve holds open; nil: the sockets are this Main's own
}

// Main is the whole program behind its listeners.
type Main struct {
	Config    Config
	Log       *slog.Logger
	Clock     clock.Clock
	Plan      clock.Clock
	DB        *db.DB
	Keys      *seal.Keys
	Jobs      *jobs.Queue
	Settings  *settings.Store
	Pause     *backup.Pause
	Backup    *backup.Service
	ACME      *acme.Service // nil without MTANDAO_ACME_EMAIL
	Audit     *audit.Trail
	Notify    *notify.Service
	Sites     *site.Service
	Staff     *staff.Service
	Access    *access.Service
	Routers   *routers.Service
	Pools     *pools.Service
	Plans     *plans.Service
	Ledger    *ledger.Ledger
	Daybook   *daybook.Book
	MPesa     *mpesa.Client
	Billing   *billing.Service
	Vouchers  *vouchers.Service
	Prints    *press.Service
	Resellers *resellers.Service
	Entrance  *entrance.Service
	PINs      *pin.Service
	Approvals *approval.Service
	Partners  *partners.Service
	Customers *customers.Service
	Accounts  *accounts.Service
	Lines     *subscriptions.Service
	Outages   *outages.Service // nil in commands
	Status    *status.Service  // nil in commands
	Invoices  *invoices.Service
	Papers    *papers.Service
	Arrears   *arrears.Service
	Taxes     *taxes.Service
	Imports   *cutover.Desk
	RailBook  *railbook.Service
	Days      *dayclose.Service
	BillRuns  *billdesk.Service
	Counter   *counter.Service
	Prompts   *prompts.Service
	care
	programs
	familyDesk
	Scheduled *scheduled.Service
	Bills     *billrun.Source
	Due       invoices.Source // what is to be billed
	Radius    *radius.Service
	Tunnel    *tunnel.Service // nil without MTANDAO_TUNNEL
	Metrics   *prometheus.Registry

	saving     sync.Mutex // of what is set up from pages
	hook       func(string)
	roots      *x509.CertPool
	mailRoots  *x509.CertPool
	holder     string
	opened     time.Time
	callbacks  *spool.Spool
	accounting *spool.Spool
	sender     *radius.Sender
	mikrotik   *mikrotik.Dialect
	lookout    *routers.Lookout
	boots      sync.Map // when each router came up, as this node saw it last
	dialects   map[string]routers.Dialect
	server     *portal.Server
	listeners  listeners
	doors      *doors
	known      known
	absent     bool
	setup      string // the secret by which the first owner is made; empty when somebody works here
	writes     trial
}

// Open wires the parts that need only the database and the keys: what commands work with. The schema must be this
// binary's; see Migrate.
func Open(ctx context.Context, c Config, o Options) (*Main, error) {
	m := &Main{Config: c, Log: o.Log, Clock: o.Clock, Plan: o.Plan, hook: o.Hook, roots: o.Roots, mailRoots: o.Mail, listeners: listeners{plain: o.Plain}, doors: o.doors, programs: programs{receivers: o.Hooks}, holder: db.NewHolder(), Metrics: prometheus.NewRegistry()}
	if m.Log == nil {
		m.Log = slog.New(slog.DiscardHandler)
	}
	if m.Clock == nil {
		m.Clock = clock.System()
	}
	if m.Plan == nil {
		m.Plan = m.Clock
	}
	m.opened = m.Clock.Now()
	var err error
	if o.Absent {
		return m, m.openAbsent()
	}
	if m.DB, err = db.Open(ctx, c.DB, db.Options{Log: m.Log, Hook: o.Hook}); err != nil {
		return nil, err
	}
	if err = m.DB.CheckSchema(ctx); err == nil {
		err = m.openKeys(ctx, o.Look)
	}
	if err != nil {
		return nil, errors.Join(err, m.DB.Close())
	}
	return m, nil
}

// openKeys loads the key file and wires what stands on it. Without one it makes one, at the very first start: a database
// that holds secrets and has lost its keys is refused, for they could never be opened again. Who only looks keeps none.
func (m *Main) openKeys(ctx context.Context, look bool) (err error) {
	m.Keys, err = seal.Load(m.Config.KeyFile)
	missing := fault.Is(err, fault.NotFound)
	if err != nil && !missing {
		return err
	}
	if !missing {
		m.wireDomains()
		return m.openSecrets(ctx)
	}
	fresh, e := seal.New()
	if e != nil {
		return e
	}
	m.Keys = fresh
	m.wireDomains()
	empty, e := m.empty(ctx)
	if e != nil {
		return e
	}
	if !empty {
		return fault.Wrap(fault.NotFound, "config.keys_lost", err, "Path", m.Config.KeyFile)
	}
	if look {
		return nil
	}
	m.Log.Info("made a new key file; keep a copy of it apart from the database", "path", m.Config.KeyFile)
	return m.Keys.Save(m.Config.KeyFile)
}

// openSecrets reads what is kept in memory; the wrong key file is told here.
func (m *Main) openSecrets(ctx context.Context) error {
	err := m.refresh(ctx)
	if fault.KeyOf(err) == "seal.not_ours" {
		return named("MTANDAO_KEY_FILE", err)
	}
	return err
}

// empty says whether nothing of a provider is stored yet: no site, and no till that these keys cannot open.
func (m *Main) empty(ctx context.Context) (bool, error) {
	if err := errors.Join(m.Settings.Refresh(ctx), m.Sites.Refresh(ctx)); err != nil {
		return false, err
	}
	tills, err := m.Billing.Tills(ctx)
	if fault.KeyOf(err) == "seal.not_ours" {
		return false, nil
	}
	return len(m.Sites.Sites())+len(tills) == 0, err
}

func (m *Main) wireDomains() {
	m.Jobs = jobs.New(m.DB, m.Clock, m.Log)
	m.Settings = settings.New(m.DB, m.Clock)
	m.Pause = backup.NewPause(m.DB, m.Clock)
	m.Backup = m.newBackup()
	m.Audit = audit.New(m.DB, m.Clock)
	m.Notify = notify.New(notify.Options{DB: m.DB, Jobs: m.Jobs, Keys: m.Keys, Clock: m.Clock, Log: m.Log, Settings: m.Settings, Pause: m.Pause, RootCAs: m.mailRoots, Look: m.look})
	m.Sites = site.New(m.DB, m.Clock)
	m.Staff = staff.New(staff.Options{DB: m.DB, Clock: m.Clock, Keys: m.Keys, Provider: func() string { return m.Settings.String(settings.ProviderName) }, Public: m.Config.PublicURL})
	m.Access = access.New(m.DB, m.Jobs, m.Keys, m.Plan, m.Sites)
	m.Routers = routers.New(m.DB, m.Keys, m.Clock)
	m.Pools = pools.New(m.DB, m.Plan)
	m.Plans = plans.New(m.DB, m.Clock)
	m.Plans.AskRouters(able{m})
	m.Ledger = ledger.New(m.DB, m.Clock).BookedBy(m.Plan)
	m.Daybook = daybook.New(m.DB, m.Ledger)
	m.MPesa = mpesa.New(mpesa.Options{TokenStore: &billing.Tokens{DB: m.DB, Keys: m.Keys, Clock: m.Clock}, Clock: m.Clock, Log: m.Log})
	m.Approvals = approval.New(approval.Options{DB: m.DB, Keys: m.Keys, Clock: m.Clock, People: m.Staff})
	m.Taxes = taxes.New(m.DB, m.Clock)
	m.Billing = billing.New(billing.Options{Taxes: m.Taxes, DB: m.DB, Jobs: m.Jobs, Keys: m.Keys, Clock: m.Clock, Log: m.Log, Ledger: m.Ledger, Plans: m.Plans, Sites: m.Sites,
		Grants: m.Access, Gateway: m.MPesa, Settings: m.Settings, Messages: m.Notify, Pause: m.Pause, Approvals: m.Approvals, PublicURL: m.Config.PublicURL})
	m.Vouchers = vouchers.New(vouchers.Options{Taxes: m.Taxes, DB: m.DB, Jobs: m.Jobs, Keys: m.Keys, Clock: m.Clock, Plan: m.Plan, Log: m.Log, Ledger: m.Ledger, Plans: m.Plans,
		Sites: m.Sites, Grants: m.Access})
	m.Access.AskVouchers(m.Vouchers)
	m.Prints = m.newPrints()
	m.Customers = customers.New(customers.Options{DB: m.DB, Keys: m.Keys, Clock: m.Clock})
	m.Accounts = accounts.New(accounts.Options{DB: m.DB, Jobs: m.Jobs, Clock: m.Clock, Ledger: m.Ledger, Customers: m.Customers})
	m.Billing.AskAccounts(m.Accounts)
	m.Invoices = invoices.New(invoices.Options{DB: m.DB, Jobs: m.Jobs, Clock: m.Plan, Ledger: m.Ledger, Settings: m.Settings, Taxes: m.Taxes, Customers: m.Customers, Purse: billing.Purse{Accounts: m.Accounts}})
	billing.JoinInvoices(m.Invoices, m.Accounts, m.Jobs)
	m.Lines = subscriptions.New(subscriptions.Options{DB: m.DB, Clock: m.Plan, Taxes: m.Taxes, Plans: m.Plans, Access: m.Access, Ledger: m.Ledger, Sites: m.Sites, Settings: m.Settings,
		Customers: m.Customers, Credit: purse{m.Accounts}, StoodOn: m.stoodOn})
	m.wireBills()
	m.Accounts.OnCredit(m.Lines.Renew)
	for _, kind := range subscriptions.Spendings {
		m.Accounts.OnReturnOf(kind, func(tx *db.Tx, spent accounts.Event, missing money.Amount) error {
			return m.Lines.Undo(tx, spent.Request, missing)
		})
	}
	m.Arrears = arrears.New(arrears.Options{DB: m.DB, Jobs: m.Jobs, Clock: m.Plan, Settings: m.Settings, Sites: m.Sites, Customers: m.Customers, Invoices: m.Invoices, Lines: m.Lines, Access: m.Access,
		Messages: m.Notify, Tills: m.Billing})
	m.wireCounter()
	m.wireCare()
	m.Customers.AskKeeper(customerKeeper{m})
	m.Papers = papers.New(papers.Options{DB: m.DB, Jobs: m.Jobs, Keys: m.Keys, Clock: m.Clock, Plan: m.Plan, Log: m.Log, Settings: m.Settings, Sites: m.Sites, Customers: m.Customers, Invoices: m.Invoices,
		Accounts: m.Accounts, Tills: m.Billing, Messages: m.Notify, PublicURL: m.Config.PublicURL})
	m.wireMail()
	m.wireRails()
	m.Lines.OnReturn(m.Papers.Returned)
	m.Imports = cutover.NewDesk(m.cutover(nil), m.Jobs, m.Log, m.askRouter)
	m.wireSellers()
}

// refresh reads what is kept in memory.
func (m *Main) refresh(ctx context.Context) error {
	return errors.Join(m.Pause.Refresh(ctx), m.Settings.Refresh(ctx), m.Sites.Refresh(ctx), m.Routers.Refresh(ctx))
}

// openService wires what serves: spools, RADIUS, the portal. Sockets are opened here, so that a taken port is told at once.
func (m *Main) openService(ctx context.Context) error {
	var err error
	if m.callbacks, err = m.openSpool("callbacks"); err != nil {
		return err
	}
	if m.accounting, err = m.openSpool("accounting"); err != nil {
		return err
	}
	m.wakeAccess(ctx)
	m.sender = radius.NewSender(m.Clock)
	m.mikrotik = mikrotik.New()
	m.sender.UsePause(m.Pause.Paused)
	m.mikrotik.UsePause(m.Pause.Paused)
	all := []routers.Dialect{m.mikrotik, chilli.New(m.sender)}
	m.dialects = map[string]routers.Dialect{}
	for _, d := range all {
		m.dialects[d.Name()] = d
	}
	inside, err := m.openTunnel(ctx)
	if err != nil {
		return err
	}
	if err := m.openRadius(inside, all); err != nil {
		return err
	}
	m.lookout = routers.NewLookout(m.Routers, prober{m}, m.Pause.Paused, m.Log)
	m.wireOutages()
	m.schedule()
	m.measure()
	return m.openPortal()
}

// What may wait on disk while the database does not take it: days of callbacks and of accounting.
var spoolMost = map[string]int64{"callbacks": 256 << 20, "accounting": 4 << 30}

func (m *Main) openSpool(name string) (*spool.Spool, error) {
	return spool.Open(filepath.Join(m.Config.Data, "spool", name), spool.Options{MaxBytes: spoolMost[name], Clock: m.Clock, Hook: m.hook})
}

// schedule subscribes the work that one node does at a time.
func (m *Main) schedule() {
	m.Jobs.Every("access sweep", time.Second, m.Access.Sweep)
	m.scheduleBooks()
	m.Jobs.Every("staff sweep", 5*time.Minute, m.Staff.Sweep)
	m.Jobs.Every("forget strangers", time.Minute, m.Billing.ForgetStrangers)
	m.Jobs.Every("forget codes", time.Minute, m.Billing.ForgetCodes)
	m.Jobs.Every("register addresses", time.Minute, m.Billing.RegisterURLs)
	m.Jobs.Every("subscriptions", time.Minute, m.Lines.Tick)
	m.Jobs.Every("days for outages", 5*time.Second, m.Lines.MakeUp)
	m.Jobs.Every("voucher expiry", time.Minute, m.Vouchers.Expire)
	m.scheduleSellers()
	m.Jobs.Every("invoices' numbers", time.Minute, func(ctx context.Context) error {
		if m.Pause.Paused() { // a restored copy bills nobody
			return nil
		}
		_, err := m.Invoices.Issue(ctx)
		return err
	})
	m.scheduleArrears()
	m.scheduleBills()
	m.Jobs.Every("forget sign-ins by PIN", time.Hour, m.PINs.Clean)
	m.Jobs.Every("old prints of "+m.Prints.Node, 10*time.Minute, m.Prints.Clean) // each node has its own files
	m.Jobs.Every("forget import files", time.Hour, m.Imports.Clean)
	m.scheduleRails()
	m.scheduleCare()
	m.Jobs.Every("backup", backupLook, m.Backup.Due)
	m.Jobs.On(factForgotten, "staff", m.remind)
	m.scheduleMail()
	m.watch()
}

// Close closes what Open opened; Run closes the rest itself.
func (m *Main) Close() error {
	if m.mikrotik != nil {
		m.mikrotik.Close()
		m.sender.Close()
	}
	if m.ACME != nil {
		m.ACME.Close()
	}
	for _, l := range []net.Listener{m.listeners.plain, m.listeners.tls} {
		if l != nil {
			_ = l.Close() // Run has closed it already, if it came to that
		}
	}
	var err error
	if m.Tunnel != nil {
		err = m.Tunnel.Close()
	}
	for _, s := range []*spool.Spool{m.callbacks, m.accounting} {
		if s != nil {
			err = errors.Join(err, s.Close())
		}
	}
	return errors.Join(err, m.DB.Close())
}
