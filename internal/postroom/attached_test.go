package postroom

import (
	"bytes"
	"image"
	"image/png"
	"slices"
	"strconv"
	"strings"
	"testing"

	"mtandao/internal/fieldwork"
	"mtandao/internal/mailbox"
	"mtandao/internal/settings"
	"mtandao/internal/sim/messages"
	"mtandao/internal/support"
)

// picture is a photograph of so many points, as a telephone sends it.
func picture(t *testing.T, side int) mailbox.File {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, image.NewRGBA(image.Rect(0, 0, side, side))); err != nil {
		t.Fatal(err)
	}
	return mailbox.File{Name: `../"light".png`, Type: "image/png", Body: out.Bytes()}
}

// TestWhatIsAttachedIsKeptOrSaidWhyNot: the rules of uploaded files, whatever it is called; what a signature brings each time is one file; it follows whose
// the ticket is, and goes with its texts.
func TestWhatIsAttachedIsKeptOrSaidWhyNot(t *testing.T) {
	each(t, func(r *room) {
		logo := picture(t, 40)
		files := []mailbox.File{logo, paper("receipt"), {Name: "run.pdf", Type: "application/pdf", Body: []byte("MZ and more")}, {Name: "a.svg", Type: "image/svg+xml", Body: []byte("<svg><script>alert(1)</script></svg>")},
			{Name: "empty.jpg", Type: "image/jpeg"}, {Name: "large.pdf", Type: "application/pdf", Body: append(paper("x").Body, make([]byte, fieldwork.MostFileOctets)...)}}
		for n := range MostKept {
			files = append(files, paper("page "+strconv.Itoa(n)))
		}
		r.writeWith("stranger@x.example", "Bill", "See it.", files...)
		r.read()
		one := r.tickets()[0]
		var refused []string
		for n, f := range r.with(one).Files {
			if refused = append(refused, f.Refused); (f.FileID == 0) == (f.Refused == "") || f.Name == "" || f.Size != int64(len(files[n].Body)) {
				r.Errorf("%+v", f)
			}
		}
		want := append([]string{"", "", "file.type", "file.type", "file.empty", "file.size"}, make([]string, MostKept)...)
		want[len(want)-2], want[len(want)-1] = refusedMany, refusedMany
		if !slices.Equal(refused, want) {
			r.Errorf("refused %q", refused)
		}
		kept, err := r.Field.FilesAt(ctx, fieldwork.OfTicket, one.ID)
		if err != nil || len(kept) != MostKept || kept[MostKept-1].Name != "light.jpg" || kept[MostKept-1].Type != "image/jpeg" || kept[MostKept-2].Name != "paper.pdf" || kept[0].CustomerID != 0 {
			r.Fatal(kept, err)
		}
		if _, body, err := r.Field.OpenFile(ctx, kept[MostKept-2].ID, fieldwork.By(owner)); err != nil || !bytes.Equal(body, paper("receipt").Body) || r.count("SELECT COUNT(*) FROM file_pieces WHERE content LIKE '%receipt%'") != 0 {
			r.Error("the paper is not as it came, or not sealed:", err)
		}
		r.writeWith("stranger@x.example", "Re: Ticket "+one.Shown(), "More.", logo, paper("another"))
		r.read()
		if got := r.with(one).Files; len(got) != 2 || got[0].FileID != kept[MostKept-1].ID || got[1].FileID == 0 || r.files() != MostKept+1 {
			r.Errorf("a signature's picture is kept again: %+v, %d files", got, r.files())
		}
		c := r.customer("Wanjiku", "0712345678")
		r.must(r.Tickets.GiveTo(ctx, support.Act{TicketID: one.ID}, c.ID, owner))
		if all, err := r.Field.FilesOf(ctx, c.ID, 0, 50); err != nil || len(all) != MostKept+1 {
			r.Error("they do not follow the ticket:", len(all), err)
		}
		r.must(r.Tickets.Turn(ctx, support.Act{TicketID: one.ID}, support.Closed, owner))
		r.clock.Set(noon.AddDate(0, r.Settings.Int(settings.TicketKeepMonths), 2))
		r.must(r.Tickets.Sweep(ctx))
		if r.files() != 0 || r.count("SELECT COUNT(*) FROM file_pieces") != 0 {
			r.Error("they outlive the ticket's texts:", r.files())
		}
	})
}

// TestATicketHoldsSoManyFiles: one more is refused and said, and the e-mail is taken all the same.
func TestATicketHoldsSoManyFiles(t *testing.T) {
	each(t, func(r *room) {
		r.writeWith("stranger@x.example", "Bill", "1", paper("first"))
		r.read()
		one := r.tickets()[0]
		for n := 1; n < fieldwork.MostFiles; n += MostKept {
			var files []mailbox.File
			for k := range min(MostKept, fieldwork.MostFiles-n) {
				files = append(files, paper(strconv.Itoa(n+k)))
			}
			r.writeWith("stranger@x.example", "Re: Ticket "+one.Shown(), strconv.Itoa(n+1), files...)
		}
		r.writeWith("stranger@x.example", "Re: Ticket "+one.Shown(), "last", paper("too many"), paper("first"))
		r.read()
		if got := r.with(one).Files; r.files() != fieldwork.MostFiles || got[0].Refused != "file.many" || got[1].FileID == 0 || len(r.said(one)) != 7 {
			r.Errorf("%d files, %+v, %q", r.files(), got, r.said(one))
		}
	})
}

// TestAnEmailThatWasPutAsideBecomesATicketOnce: with what is attached, by one of two, also when the answer to who asked for it is lost.
func TestAnEmailThatWasPutAsideBecomesATicketOnce(t *testing.T) {
	each(t, func(r *room) {
		c := r.customer("Wanjiku", "0712345678")
		for n := range 3 {
			header, body := withFiles("My scanner wrote this.", paper(strconv.Itoa(n)))
			r.write("scanner@x.example", "Scan "+strconv.Itoa(n), body, header, "X-Auto-Response-Suppress: All")
		}
		r.read()
		left, err := r.Left(ctx, 0, 2)
		if err != nil || len(left) != 2 || left[0].Subject != "Scan 2" || r.files() != 0 {
			r.Fatal(left, err)
		}
		if older, err := r.Left(ctx, left[1].ID, 2); err != nil || len(older) != 1 || older[0].Subject != "Scan 0" {
			r.Fatal(older, err)
		}
		r.after = func(string) error { return errKilled }
		if _, err := r.TakeUp(ctx, left[0].ID, c.ID, owner); err == nil || len(r.tickets()) != 0 || r.files() != 0 {
			r.Fatal("killed, and there is something:", err)
		}
		r.after = nil
		made := make(chan int64, 2)
		for range 2 {
			go func() { one, _ := r.TakeUp(ctx, left[0].ID, c.ID, owner); made <- one }()
		}
		first, second := <-made, <-made
		all := r.tickets()
		if len(all) != 1 || first != all[0].ID || second != first || all[0].CustomerID != c.ID || all[0].SiteID != 3 || all[0].OpenedBy != owner.Actor || r.files() != 1 || len(r.sent) != 0 {
			r.Fatal("two at once:", first, second, all, r.files(), len(r.sent))
		}
		if got := r.said(all[0]); !slices.Equal(got, []string{"opened My scanner wrote this."}) || r.with(all[0]).Files[0].FileID == 0 {
			r.Errorf("%q", got)
		}
		if n := r.count("SELECT COUNT(*) FROM audit_events WHERE action = 'mail taken up' AND actor = ?", owner.Actor); n != 1 {
			r.Error("in the trail:", n)
		}
		if _, made, err := r.LeftOne(ctx, left[0].ID); made != first {
			r.Error(made, err)
		}
		r.read()
		for _, in := range r.post.In("INBOX") {
			if strings.Contains(string(in.Raw), "Scan 2") != in.Seen {
				r.Errorf("%.80s: seen %v", in.Raw, in.Seen)
			}
		}
		r.post.Renumber()
		r.read()
		one, err := r.TakeUp(ctx, left[1].ID, 0, owner)
		if all := r.tickets(); err != nil || len(all) != 2 || all[1].ID != one || all[1].CustomerID != 0 || all[1].Contact.Value != "scanner@x.example" {
			r.Error("numbered anew:", all, err)
		}
		r.read()
		if n := r.count("SELECT COUNT(*) FROM mails WHERE outcome = 'aside'"); n != 1 || len(r.tickets()) != 2 {
			r.Error("left:", n, len(r.tickets()))
		}
		older, err := r.Left(ctx, 0, 9)
		r.must(err)
		r.post.SetFaults(messages.PostFaults{Locked: true})
		if _, err := r.TakeUp(ctx, older[0].ID, 0, owner); err == nil || len(r.tickets()) != 2 {
			r.Error("the mailbox is locked:", err)
		}
	})
}
