package messages

import (
	"bytes"
	_ "embed"
	"html/template"
	"net/http"
	"slices"
	"time"
)

//go:embed inbox.html
var inboxFile string

var inboxPage = template.Must(template.New("inbox").Funcs(template.FuncMap{"clock": func(t time.Time) string {
	return t.In(time.FixedZone("EAT", 3*60*60)).Format("15:04:05")
}}).Parse(inboxFile))

// page shows the newest messages; ?to=254712345678 those of one phone.
func (s *Server) page(w http.ResponseWriter, r *http.Request) {
	items := s.Inbox(digits(r.FormValue("to")))
	slices.Reverse(items)
	var b bytes.Buffer
	if err := inboxPage.Execute(&b, items[:min(len(items), 100)]); err != nil {
		http.Error(w, "The page could not be drawn.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
	_, _ = w.Write(b.Bytes())
}
