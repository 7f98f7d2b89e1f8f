package radius

import (
	"context"
	"net/netip"
	"strconv"
	"sync"
	"time"

	codec "layeh.com/radius"
	"layeh.com/radius/rfc2865"
	"layeh.com/radius/rfc2866"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/spool"
	"mtandao/radius/access"
	"mtandao/radius/routers"
)

const (
	testSecret = "a shared secret of the test"
	testMAC    = access.MAC("aabbccddeeff")
	testGrant  = int64(4242)
)

// toldTest is what the fake grant's sessions were told.
var toldTest = Told{ToldUpKbps: 1000, ToldDownKbps: 2000}

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func testRouter() routers.Router {
	return routers.Router{
		ID: 7, SiteID: 3, Name: "gate", Dialect: routers.MikroTik, Secret: testSecret, Auth: routers.AuthRequired,
		Addresses: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Interim: 5 * time.Minute, State: routers.StateActive,
	}
}

type fakeRouters struct {
	mu    sync.Mutex
	all   map[int64]routers.Router
	heard map[int64]time.Time
	home  string // the node that their tunnels end at
}

func newFakeRouters(list ...routers.Router) *fakeRouters {
	f := &fakeRouters{all: map[int64]routers.Router{}, heard: map[int64]time.Time{}}
	for _, r := range list {
		f.all[r.ID] = r
	}
	return f
}

func (f *fakeRouters) change(id int64, edit func(*routers.Router)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	r := f.all[id]
	edit(&r)
	f.all[id] = r
}

func (f *fakeRouters) ByAddress(a netip.Addr) (*routers.Router, bool) {
	for _, r := range f.All() {
		for _, prefix := range r.Addresses {
			if prefix.Contains(a) {
				return &r, true
			}
		}
	}
	return nil, false
}

func (f *fakeRouters) ByTunnel(a netip.Addr) (*routers.Router, bool) {
	for _, r := range f.All() {
		if r.Tunnel.Address == a {
			return &r, true
		}
	}
	return nil, false
}

func (f *fakeRouters) Get(id int64) (routers.Router, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	r, ok := f.all[id]
	return r, ok
}

// CallsAnother: the router called that node, if any.
func (f *fakeRouters) CallsAnother(_ context.Context, _ int64, node string) (bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.home != "" && f.home != node, nil
}

func (f *fakeRouters) All() []routers.Router {
	f.mu.Lock()
	defer f.mu.Unlock()
	var list []routers.Router
	for _, r := range f.all {
		list = append(list, r)
	}
	return list
}

func (f *fakeRouters) Heard(id int64, at time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.heard[id] = at
}

func (f *fakeRouters) LastHeard(id int64) time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.heard[id]
}

func (f *fakeRouters) SawAuthenticator(id int64) {
	f.change(id, func(r *routers.Router) { r.AuthSeen = true })
}

// fakeAccess holds one grant for everybody who knows the password of their name.
type fakeAccess struct {
	mu        sync.Mutex
	passwords map[string]string
	grant     access.Grant
	slots     []access.Slot
	live      []access.Grant
	liveErr   error
	used      delta
	onAdmit   func()
	attempts  []access.Attempt
	clock     clock.Clock
}

func newFakeAccess(c clock.Clock) *fakeAccess {
	return &fakeAccess{
		passwords: map[string]string{"asha": "siri", "User": "clientPass"}, clock: c,
		grant: access.Grant{ID: testGrant, SiteID: 3, State: access.Active, FirstUsedAt: noon, Until: noon.Add(time.Hour),
			Limits: access.Limits{Time: time.Hour, DownKbps: 2000, UpKbps: 1000}},
		slots: []access.Slot{{N: 1, MAC: testMAC}},
	}
}

func (f *fakeAccess) edit(change func(*fakeAccess)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change(f)
}

// during runs do inside every Admit.
func (f *fakeAccess) during(do func()) { f.edit(func(f *fakeAccess) { f.onAdmit = do }) }

func (f *fakeAccess) admitted() int { return len(f.tried()) }

func (f *fakeAccess) tried() []access.Attempt {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]access.Attempt(nil), f.attempts...)
}

// AdmitKnown knows nobody: the path by the database is the longer one.
func (f *fakeAccess) AdmitKnown(*access.Attempt, *access.Admission) bool {
	return false
}

func (f *fakeAccess) Admit(_ context.Context, a access.Attempt) access.Admission {
	f.mu.Lock()
	onAdmit := f.onAdmit
	f.mu.Unlock()
	if onAdmit != nil {
		onAdmit()
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.attempts = append(f.attempts, a)
	secret, known := f.passwords[a.Name]
	switch {
	case a.MACLogin:
	case !known:
		return access.Admission{Cause: access.CauseUnknown}
	case !a.Verify(secret):
		return access.Admission{Cause: access.CauseWrongSecret}
	}
	cause, left := access.Decide(f.grant, f.clock.Now(), time.UTC)
	return access.Admission{Cause: cause, Grant: f.grant, LoginID: 9, Secret: secret, Left: left}
}

// Views has the one grant, as View.
func (f *fakeAccess) Views(ctx context.Context, ids []int64) (map[int64]access.Viewed, error) {
	all := map[int64]access.Viewed{}
	for _, id := range ids {
		if g, slots, _, err := f.View(ctx, id); err == nil {
			all[id] = access.Viewed{Grant: g, Slots: slots}
		} else if !fault.Is(err, fault.NotFound) {
			return nil, err
		}
	}
	return all, nil
}

// PlansOf has each grant on a plan of its own.
func (f *fakeAccess) PlansOf(_ *db.Tx, ids []int64) (map[int64]string, error) {
	plans := map[int64]string{}
	for _, id := range ids {
		plans[id] = "plan-" + strconv.FormatInt(id, 10)
	}
	return plans, nil
}

func (f *fakeAccess) Use(_ *db.Tx, all []access.Used) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, u := range all {
		if u.GrantID != f.grant.ID {
			continue
		}
		f.used.Time += u.Time
		f.used.Bytes += u.Bytes
		f.grant.UsedTime += u.Time
		f.grant.UsedBytes += u.Bytes
	}
	return nil
}

func (f *fakeAccess) usage() delta {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.used
}

func (f *fakeAccess) OnceLogin(*db.Tx, int64, time.Duration) (name, secret string, err error) {
	return "once", "upon", nil
}

func (f *fakeAccess) View(_ context.Context, id int64) (access.Grant, []access.Slot, access.Left, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if id != f.grant.ID {
		return access.Grant{}, nil, access.Left{}, fault.New(fault.NotFound, "not_found")
	}
	_, left := access.Decide(f.grant, f.clock.Now(), time.UTC)
	return f.grant, f.slots, left, nil
}

func (f *fakeAccess) ActiveAt(context.Context, int64, access.MAC, time.Time) ([]access.Grant, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.live, f.liveErr
}

// fakeDialect answers plainly and remembers what it was told to do.
type fakeDialect struct {
	routers.Dialect
	name    string
	mu      sync.Mutex
	logIns  []routers.Login
	removes []routers.SessionRef
	logIn   error
	remove  error
	answer  func()
	slow    func()
}

func (d *fakeDialect) Name() string { return d.name }

func (d *fakeDialect) Answer(to *routers.Attributes, a *routers.Answer) error {
	d.mu.Lock()
	answer := d.answer
	d.mu.Unlock()
	if answer != nil {
		answer()
	}
	if err := a.AddCommon(to); err != nil {
		return err
	}
	return a.AddAddress(to)
}

// during runs do inside every Answer.
func (d *fakeDialect) during(do func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.answer = do
}

func (d *fakeDialect) Identify(p *codec.Packet, ref routers.SessionRef) error {
	if err := rfc2865.UserName_AddString(p, ref.UserName); err != nil {
		return err
	}
	return rfc2866.AcctSessionID_AddString(p, ref.SessionID)
}

func (d *fakeDialect) LogIn(_ context.Context, _ routers.Router, login routers.Login) error {
	d.mu.Lock()
	d.logIns = append(d.logIns, login)
	result := d.logIn
	d.mu.Unlock()
	if d.slow != nil {
		d.slow()
	}
	return result
}

func (d *fakeDialect) Remove(_ context.Context, _ routers.Router, ref routers.SessionRef) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.removes = append(d.removes, ref)
	return d.remove
}

func (d *fakeDialect) fails(logIn, remove error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.logIn, d.remove = logIn, remove
}

func (d *fakeDialect) told() (logIns, removes int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.logIns), len(d.removes)
}

// fakeSpool keeps records in memory and applies them when the test says so.
type fakeSpool struct {
	mu      sync.Mutex
	records []spool.Record
	full    bool
}

func (f *fakeSpool) Put(payload []byte, done func(error)) {
	f.mu.Lock()
	full := f.full
	if !full {
		f.records = append(f.records, spool.Record{Seq: uint64(len(f.records) + 1), Payload: payload})
	}
	f.mu.Unlock()
	if full {
		done(fault.New(fault.Unavailable, "spool.full"))
		return
	}
	done(nil)
}

func (f *fakeSpool) Consume(ctx context.Context, _ int, _ func(context.Context, []spool.Record) error) error {
	<-ctx.Done()
	return ctx.Err()
}

func (f *fakeSpool) length() int { return len(f.payloads()) }

func (f *fakeSpool) payloads() []spool.Record {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]spool.Record(nil), f.records...)
}

// fakeCoA answers with what the test says.
type fakeCoA struct {
	mu     sync.Mutex
	sent   []*codec.Packet
	answer func(*codec.Packet) (*codec.Packet, error)
}

func (f *fakeCoA) Send(_ context.Context, _ routers.Router, p *codec.Packet) (*codec.Packet, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sent = append(f.sent, p)
	if f.answer == nil {
		return nil, fault.New(fault.Unavailable, "router.unreachable")
	}
	return f.answer(p)
}

func (f *fakeCoA) packets() []*codec.Packet {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]*codec.Packet(nil), f.sent...)
}

func (f *fakeCoA) answers(answer func(*codec.Packet) (*codec.Packet, error)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.answer = answer
}

func answerWith(code codec.Code) func(*codec.Packet) (*codec.Packet, error) {
	return func(p *codec.Packet) (*codec.Packet, error) { return p.Response(code), nil }
}
