package postroom

import (
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/fieldwork"
	"mtandao/internal/mailbox"
	"mtandao/internal/support"
)

// MostKept is how many files of one e-mail are kept: more than people send at once. How many bytes they may have is bounded by what is read of an
// e-mail, and for each by what a file may have.
const MostKept = 10

// What is said of a file that is not kept, besides what fieldwork says of it.
const (
	refusedMany = "mail.files_many"
	refusedCut  = "mail.file_cut"
)

// attached is what came with an e-mail, seen through: what may be kept, or why it is not.
type attached struct {
	name    string
	ready   fieldwork.Prepared
	refused string
}

// seenThrough looks at each file, which takes time: not inside a transaction.
func seenThrough(files []mailbox.File) (all []attached) {
	kept := 0
	for _, f := range files {
		one := attached{name: f.Name}
		var err error
		switch {
		case f.Cut:
			one.refused = refusedCut
		case kept == MostKept:
			one.refused = refusedMany
		default:
			if one.ready, err = fieldwork.Prepare(f.Body); err != nil {
				one.refused = refusal(err)
			} else {
				kept++
			}
		}
		all = append(all, one)
	}
	return all
}

func refusal(err error) string {
	if fault.Is(err, fault.Invalid) {
		return fault.KeyOf(err)
	}
	return "file.type"
}

// keep keeps what may be kept as files of a ticket, and says in the e-mail what became of each.
func (s *Service) keep(all []attached) support.Attach {
	return func(tx *db.Tx, t support.Ticket, m *support.Mail) error {
		for n, one := range all {
			m.Files[n].FileID, m.Files[n].Refused = 0, one.refused
			if one.refused != "" {
				continue
			}
			f, err := s.Field.KeepOfTicket(tx, t.ID, t.CustomerID, one.name, one.ready, fieldwork.Itself)
			if fault.Is(err, fault.Invalid) {
				m.Files[n].Refused = refusal(err)
				continue
			}
			if err != nil {
				return err
			}
			m.Files[n].FileID = f.ID
		}
		return nil
	}
}

// brought is what an e-mail says of what came with it.
func brought(files []mailbox.File) (all []support.MailFile) {
	for _, f := range files {
		all = append(all, support.MailFile{Name: f.Name, Type: f.Type, Size: f.Size})
	}
	return all
}
