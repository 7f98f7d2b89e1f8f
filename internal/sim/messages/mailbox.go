package messages

import (
	"bytes"
	_ "embed"
	"encoding/base64"
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

//go:embed mailbox.html
var mailboxFile string

var mailboxPage = template.Must(template.New("mailbox").Funcs(template.FuncMap{"clock": func(t time.Time) string {
	return t.In(time.FixedZone("EAT", 3*60*60)).Format("15:04:05")
}}).Parse(mailboxFile))

// letter is an e-mail in a mailbox, which shows what came twice once: by its Message-ID.
type letter struct {
	Item
	N, Times int
}

func (s *Server) letters() (all []letter) {
	at := map[string]int{}
	for n, i := range s.Inbox("") {
		if i.Kind != "email" {
			continue
		}
		key := i.To + " " + i.ID
		if first, twice := at[key]; twice {
			all[first].Times++
			continue
		}
		at[key] = len(all)
		all = append(all, letter{i, n, 1})
	}
	slices.Reverse(all)
	return all
}

type mailboxView struct {
	All    []letter
	One    *letter
	Faults map[string]bool
	Posts  bool // somebody reads what people write
}

func (s *Server) view() mailboxView {
	s.mu.Lock()
	f, posts := s.faults, len(s.posts) > 0
	s.mu.Unlock()
	return mailboxView{Posts: posts, Faults: map[string]bool{"grey": f.GreyMail, "temporary": f.TemporaryMail, "refused": f.RefusedMail, "dropped": f.DroppedMail, "slow": f.SlowMail}}
}

// mailbox lists the newest e-mails that anybody got.
func (s *Server) mailbox(w http.ResponseWriter, _ *http.Request) {
	v := s.view()
	v.All = s.letters()
	v.All = v.All[:min(len(v.All), 100)]
	drawMailbox(w, v)
}

func drawMailbox(w http.ResponseWriter, v mailboxView) {
	var b bytes.Buffer
	if err := mailboxPage.Execute(&b, v); err != nil {
		http.Error(w, "The page could not be drawn.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; form-action 'self'")
	_, _ = w.Write(b.Bytes())
}

// theMail is the letter that an address names; nil, and answered, when there is none.
func (s *Server) theMail(w http.ResponseWriter, r *http.Request) *letter {
	n, err := strconv.Atoi(r.PathValue("n"))
	for _, l := range s.letters() {
		if err == nil && l.N == n {
			return &l
		}
	}
	http.NotFound(w, r)
	return nil
}

func (s *Server) oneMail(w http.ResponseWriter, r *http.Request) {
	if l := s.theMail(w, r); l != nil {
		v := s.view()
		v.One = l
		drawMailbox(w, v)
	}
}

// mailHTML is the HTML part as a reader shows it: pictures that came with it, nothing from anywhere else.
func (s *Server) mailHTML(w http.ResponseWriter, r *http.Request) {
	l := s.theMail(w, r)
	if l == nil {
		return
	}
	html := l.HTML
	for _, f := range l.Files {
		if f.ID != "" {
			html = strings.ReplaceAll(html, "cid:"+f.ID, "data:"+f.Type+";base64,"+base64.StdEncoding.EncodeToString(f.Bytes))
		}
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox allow-popups allow-top-navigation-by-user-activation")
	_, _ = w.Write([]byte(html))
}

func (s *Server) mailFile(w http.ResponseWriter, r *http.Request) {
	l := s.theMail(w, r)
	if l == nil {
		return
	}
	k, err := strconv.Atoi(r.PathValue("k"))
	if err != nil || k < 0 || k >= len(l.Files) {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", l.Files[k].Type)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_, _ = w.Write(l.Files[k].Bytes)
}

// mailFaults switches what goes wrong with e-mail from now on.
func (s *Server) mailFaults(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	f := &s.faults
	f.GreyMail, f.TemporaryMail, f.RefusedMail = r.FormValue("grey") != "", r.FormValue("temporary") != "", r.FormValue("refused") != ""
	f.DroppedMail, f.SlowMail = r.FormValue("dropped") != "", r.FormValue("slow") != ""
	s.mu.Unlock()
	http.Redirect(w, r, "/mail", http.StatusSeeOther)
}

// Attached says whether a file is shown as one: pictures of the text are not.
func (l letter) Attached(f File) bool { return f.ID == "" }
