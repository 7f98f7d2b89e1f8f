package messages

import (
	"slices"
	"sync"
	"time"

	"mtandao/internal/clock"
)

// Post is a mailbox that people write to and a program reads by IMAP: a folder INBOX and one named Done.
type Post struct {
	user, password string
	server         *MailServer
	clock          clock.Clock
	mu             sync.Mutex // guards all below
	folders        map[string]*folder
	faults         PostFaults
}

// PostFaults are what goes wrong from now on.
type PostFaults struct {
	Cut      string // the line is cut when this command comes, before it is carried out: FETCH, STORE, SEARCH, LOGIN …
	CutAfter string // the same, once it is carried out and before the answer
	Locked   bool   // nobody is let in
	NoMove   bool   // the server does not know MOVE and UIDPLUS
	Plain    bool   // the server knows no STARTTLS
}

// Posted is an e-mail in a folder.
type Posted struct {
	UID           uint32
	Raw           []byte
	Seen, Deleted bool
	Arrived       time.Time
}

type folder struct {
	validity, next uint32
	mails          []Posted
}

// NewPost makes a mailbox whose server shows the mail server's certificate.
func (m *MailServer) NewPost(user, password string) *Post {
	p := &Post{user: user, password: password, server: m, clock: m.inboxes.opt.Clock,
		folders: map[string]*folder{"INBOX": {validity: 7, next: 1}, "Done": {validity: 8, next: 1}}}
	m.inboxes.mu.Lock()
	defer m.inboxes.mu.Unlock()
	m.inboxes.posts = append(m.inboxes.posts, p)
	return p
}

// SetFaults replaces the faults in force.
func (p *Post) SetFaults(f PostFaults) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults = f
}

func (p *Post) fault() PostFaults {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.faults
}

// Put lays an e-mail into the INBOX and gives its number.
func (p *Post) Put(raw string) uint32 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.folders["INBOX"].put([]byte(raw), p.clock.Now())
}

func (f *folder) put(raw []byte, at time.Time) uint32 {
	f.mails = append(f.mails, Posted{UID: f.next, Raw: raw, Arrived: at})
	f.next++
	return f.next - 1
}

// In lists what is in a folder.
func (p *Post) In(name string) []Posted {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.folders[name].mails)
}

// Renumber gives every e-mail of the INBOX another number, as a server does that lost its index.
func (p *Post) Renumber() {
	p.mu.Lock()
	defer p.mu.Unlock()
	f := p.folders["INBOX"]
	f.validity, f.next = f.validity+10, 1
	for n := range f.mails {
		f.mails[n].UID = f.next
		f.next++
	}
}
