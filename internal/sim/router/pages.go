package router

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"net/http"
	"strings"
	"time"
)

//go:embed pages.html
var pagesText string

var pages = template.Must(template.New("pages").Funcs(template.FuncMap{
	"bytes": sizeText, "span": spanText, "rate": rateText, "mac": colons, "dict": dict,
}).Parse(pagesText))

// page is what each of the router's pages may show.
type page struct {
	Router, Base    string
	Dialect         Dialect
	MAC, IP, Portal string
	Session         *Session
	Failure         string
}

func (r *Router) pageOf(d Device) page {
	shown := page{Router: r.options.Name, Dialect: r.options.Dialect, Base: r.deviceURL(d.mac), MAC: d.mac, IP: d.ip.String()}
	if r.options.PortalURL != "" && r.options.Dialect == MikroTik {
		shown.Portal = r.mikrotikPortal(d, "", "", true)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.settle()
	if p := r.phones[d.mac]; p != nil && p.session != nil {
		record := p.session.record()
		shown.Session = &record
	}
	return shown
}

func (r *Router) render(w http.ResponseWriter, name string, data any) {
	var body bytes.Buffer
	if err := pages.ExecuteTemplate(&body, name, data); err != nil {
		r.options.Log.Error("simulated router page", "page", name, "error", err)
		http.Error(w, "page failed", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(body.Bytes())
}

// dict makes the arguments of an inner template.
func dict(pairs ...any) map[string]any {
	made := map[string]any{"Refresh": false}
	for i := 0; i+1 < len(pairs); i += 2 {
		made[fmt.Sprint(pairs[i])] = pairs[i+1]
	}
	return made
}

// sizeText is a size for people: 3.2 GB.
func sizeText(n int64) string {
	units := []string{"B", "kB", "MB", "GB", "TB"}
	size, at := n*10, 0
	for size >= 10_000 && at < len(units)-1 {
		size, at = size/1000, at+1
	}
	if at == 0 {
		return fmt.Sprintf("%d B", n)
	}
	return fmt.Sprintf("%d.%d %s", size/10, size%10, units[at])
}

// spanText is a duration for people: 1 h 24 min; seconds below an hour.
func spanText(d time.Duration) string {
	seconds := int64(d / time.Second)
	switch {
	case seconds >= 86400:
		return fmt.Sprintf("%d d %d h", seconds/86400, seconds%86400/3600)
	case seconds >= 3600:
		return fmt.Sprintf("%d h %d min", seconds/3600, seconds%3600/60)
	case seconds >= 60:
		return fmt.Sprintf("%d min %02d s", seconds/60, seconds%60)
	}
	return fmt.Sprintf("%d s", seconds)
}

// rateText is a rate for people; 0 is no limit.
func rateText(bps int64) string {
	switch {
	case bps == 0:
		return "no limit"
	case bps >= 1_000_000:
		return strings.TrimSuffix(fmt.Sprintf("%d.%d", bps/1_000_000, bps%1_000_000/100_000), ".0") + " Mbit/s"
	}
	return fmt.Sprintf("%d kbit/s", bps/1000)
}
