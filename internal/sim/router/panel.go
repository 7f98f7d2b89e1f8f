package router

import (
	_ "embed"
	"net/http"
	"slices"
	"time"
)

// panel is the simulation's own control panel.
type panel struct {
	page
	Now         string
	Uptime      time.Duration
	Phones      []panelPhone
	Online      int
	Ended       []Session
	Unreachable bool
	HasAPI      bool
}

type panelPhone struct {
	MAC, IP, Failure string
	Session          *Session
}

// eastAfrica is where the demo's people live: the portal tells them its time of day too.
var eastAfrica = time.FixedZone("EAT", 3*60*60)

// newPhoneKbps is the traffic of a phone that the panel makes.
const newPhoneKbps = 1500

func (r *Router) addPanel(mux *http.ServeMux) {
	guard := http.NewCrossOriginProtection()
	mux.HandleFunc("GET /sim", func(w http.ResponseWriter, _ *http.Request) { r.render(w, "panel", r.panel()) })
	for path, act := range map[string]http.HandlerFunc{
		"POST /sim/join": r.panelJoin, "POST /sim/leave": r.panelLeave, "POST /sim/reboot": r.panelReboot, "POST /sim/api": r.panelAPI,
	} {
		mux.Handle(path, guard.Handler(act))
	}
}

func (r *Router) panelJoin(w http.ResponseWriter, q *http.Request) {
	device, err := r.Join(randomMAC())
	if err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	device.Use(newPhoneKbps)
	http.Redirect(w, q, "/d/"+device.mac+"/", http.StatusSeeOther)
}

func (r *Router) panelLeave(w http.ResponseWriter, q *http.Request) {
	if mac, ok := parseMAC(q.FormValue("mac")); ok {
		Device{router: r, mac: mac}.Leave()
	}
	http.Redirect(w, q, "/sim", http.StatusSeeOther)
}

func (r *Router) panelReboot(w http.ResponseWriter, q *http.Request) {
	r.Reboot()
	http.Redirect(w, q, "/sim", http.StatusSeeOther)
}

func (r *Router) panelAPI(w http.ResponseWriter, q *http.Request) {
	r.mu.Lock()
	f := r.faults
	r.mu.Unlock()
	f.APIUnreachable = !f.APIUnreachable
	r.SetFaults(f)
	http.Redirect(w, q, "/sim", http.StatusSeeOther)
}

// recentlyEnded is how many sessions that are over the panel lists.
const recentlyEnded = 8

func (r *Router) panel() panel {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.settle()
	now := r.options.Clock.Now()
	view := panel{page: page{Router: r.options.Name, Dialect: r.options.Dialect}, Now: now.In(eastAfrica).Format("Mon 15:04:05"),
		Uptime: now.Sub(r.bootedAt), Unreachable: r.faults.APIUnreachable, HasAPI: r.api.address() != ""}
	for _, p := range r.hosts() {
		shown := panelPhone{MAC: p.mac, IP: p.ip.String(), Failure: p.failure}
		if p.session != nil {
			record := p.session.record()
			shown.Session = &record
			view.Online++
		}
		view.Phones = append(view.Phones, shown)
	}
	for _, s := range slices.Backward(r.sessions) {
		if s.over && len(view.Ended) < recentlyEnded {
			view.Ended = append(view.Ended, s.record())
		}
	}
	return view
}
