package messages

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// writeMail lets a person of a mailbox write to the provider, or answer what they got.
func (s *Server) writeMail(w http.ResponseWriter, r *http.Request) {
	from, subject, text, answers := r.FormValue("from"), r.FormValue("subject"), r.FormValue("text"), ""
	if n, err := strconv.Atoi(r.FormValue("of")); err == nil {
		for _, l := range s.letters() {
			if l.N == n {
				from, subject, answers = l.To, "Re: "+l.Subject, l.ID
				text += "\r\n\r\nOn " + l.At.Format("2 Jan 2006 15:04") + ", the provider wrote:\r\n> " + strings.ReplaceAll(l.Text, "\n", "\r\n> ")
			}
		}
	}
	s.mu.Lock()
	posts := s.posts
	s.mu.Unlock()
	if from == "" || text == "" || len(posts) == 0 || strings.ContainsAny(from, "\r\n<>") {
		http.Error(w, "From, text, and somebody who reads it.", http.StatusBadRequest)
		return
	}
	posts[len(posts)-1].Put(written(from, subject, text, answers, s.opt.Clock.Now()))
	http.Redirect(w, r, "/mail", http.StatusSeeOther)
}

// written is an e-mail as people's programs write it.
func written(from, subject, text, answers string, at time.Time) string {
	head := fmt.Sprintf("Message-ID: <%s@phone.example>\r\nFrom: <%s>\r\nSubject: %s\r\nDate: %s\r\n", rand.Text(), from, mime.QEncoding.Encode("utf-8", subject), at.Format(time.RFC1123Z))
	if answers != "" {
		head += "In-Reply-To: " + answers + "\r\nReferences: " + answers + "\r\n"
	}
	return head + "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.StdEncoding.EncodeToString([]byte(text)) + "\r\n"
}
