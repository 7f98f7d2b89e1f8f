package safaricom

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
	"strconv"
	"strings"
	"time"
)

//go:embed pages/*.html
var pageFiles embed.FS

var pages = template.Must(template.ParseFS(pageFiles, "pages/*.html"))

// head is what each page has. Refresh is in seconds; 0 for a page on which somebody types.
type head struct {
	Title   string
	Refresh int
	Notice  string
}

func show(w http.ResponseWriter, name string, page any) {
	var b bytes.Buffer
	if err := pages.ExecuteTemplate(&b, name, page); err != nil {
		http.Error(w, "The page could not be drawn.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'")
	_, _ = w.Write(b.Bytes())
}

// local writes 254712345678 as 0712 345 678.
func local(phone string) string { return "0" + phone[3:6] + " " + phone[6:9] + " " + phone[9:] }

func clockTime(t time.Time) string { return t.In(eastAfrica).Format("15:04:05") }

// grouped writes cents as shillings with thousands apart: 4,990.00.
func grouped(cents int64) string {
	whole, part, _ := strings.Cut(decimal(cents), ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	return whole + "." + part
}

// parseCents reads "50", "1,250.50"; false for anything that is not a positive amount.
func parseCents(typed string) (int64, bool) {
	whole, part, dotted := strings.Cut(strings.ReplaceAll(strings.TrimSpace(typed), ",", ""), ".")
	if !digits.MatchString(whole) || len(whole) > 9 || (dotted && (len(part) != 2 || !digits.MatchString(part))) {
		return 0, false
	}
	if !dotted {
		part = "00"
	}
	cents, err := strconv.ParseInt(whole+part, 10, 64)
	return cents, err == nil && cents > 0
}
