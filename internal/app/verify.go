package app

import (
	"errors"
	"fmt"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/fault"
	"mtandao/internal/report"
	"mtandao/internal/words"
)

type verifyCommand struct {
	withConfig
	JSON bool `help:"Print JSON."`
}

// Help implements kong.HelpProvider.
func (verifyCommand) Help() string {
	return "Reads all books: each entry balanced and as it was posted, the chain whole and as it was when its head was last copied, each\n" +
		"receipt credited once and as it was, each paid order with its grant, vouchers by state times price what is owed for them, each voucher, batch, seller and grace as it was written, the daybook that reports read what the entries say. Reads the audit trail too: no event changed or removed.\n" +
		"Lists what the tills hold and what waits.\n\n" +
		"Example: mtandao ledger verify --json"
}

// proofReport is what ledger verify found.
type proofReport struct {
	Entries  int64    `json:"entries"`
	Links    int64    `json:"links"`
	HeadSeq  int64    `json:"head_seq"`
	HeadHash string   `json:"head_hash"`
	Events   int64    `json:"audit_events"`
	Problems []string `json:"problems"`
	Listed   []listed `json:"listed"`
}

// listed is a clearing account that is not zero, or a queue.
type listed struct {
	Name          string `json:"name"`
	Of            string `json:"of,omitempty"`
	Count         int64  `json:"count,omitempty"`
	Cents         int64  `json:"cents"`
	OldestSeconds int64  `json:"oldest_seconds,omitempty"`
	told          string
}

// Run proves the books; fault.Conflict "verify.problems" when they do not hold.
func (cmd *verifyCommand) Run(c *console) error {
	m, err := c.look(&cmd.Config)
	if err != nil {
		return err
	}
	found, err := prove(c, m)
	if err = errors.Join(err, m.Close()); err != nil {
		return err
	}
	if cmd.JSON {
		err = c.printJSON(found)
	} else {
		found.print(c)
	}
	if len(found.Problems) > 0 {
		return fault.New(fault.Conflict, "verify.problems", "Count", len(found.Problems))
	}
	return err
}

// scheduleBooks is what keeps the books and the trail provable, and their days together.
func (m *Main) scheduleBooks() {
	m.Jobs.Every("ledger chain", 2*time.Second, m.Ledger.Chain)
	m.Jobs.Every("daybook", 5*time.Second, m.Daybook.Fold)
	m.Jobs.Every("audit chain", 2*time.Second, m.Audit.Chain)
	m.Jobs.Every("ledger head", time.Minute, m.copyHeads)
	m.scheduleTrailProof()
	m.scheduleProof()
}

// proofs compare what every domain keeps with the books.
func (m *Main) proofs() *report.Proofs {
	return report.NewProofs(m.DB, m.Ledger, m.Billing, m.Vouchers, m.Resellers, m.Partners, m.Approvals, m.Invoices, m.Accounts, m.Counter, m.Daybook, m.RailBook)
}

// prove chains first what no running program has chained yet: a copy's last seconds, or what commands did while none ran.
func prove(c *console, m *Main) (proofReport, error) {
	if err := errors.Join(m.Ledger.Chain(c), m.Daybook.Fold(c), m.Audit.Chain(c)); err != nil {
		return proofReport{}, err
	}
	books, err := m.Ledger.Verify(c)
	found := proofReport{Entries: books.Items, Links: books.Links, HeadSeq: books.HeadSeq, HeadHash: books.HeadHash, Problems: []string{}, Listed: []listed{}}
	if err != nil {
		return found, err
	}
	for _, p := range books.Problems {
		found.Problems = append(found.Problems, p.String())
	}
	proofs := m.proofs()
	disagreements, err := proofs.Prove(c)
	for _, p := range disagreements {
		found.Problems = append(found.Problems, p.What)
	}
	if err != nil {
		return found, err
	}
	trail, err := m.Audit.Verify(c)
	found.Events = trail.Items
	for _, p := range trail.Problems {
		found.Problems = append(found.Problems, p.String())
	}
	if err != nil {
		return found, err
	}
	changed, err := m.verifyHeads(c)
	found.Problems = append(found.Problems, changed...)
	if err != nil {
		return found, err
	}
	queues, err := proofs.Queues(c)
	for _, q := range queues {
		found.Listed = append(found.Listed, list(q, m.Clock))
	}
	return found, err
}

func list(q report.Queue, c clock.Clock) listed {
	l := listed{Name: q.Name, Of: q.Of, Count: q.Count, Cents: q.Amount.Cents, OldestSeconds: int64(q.Age(c) / time.Second)}
	l.told = words.Text(words.English, "office.queue."+q.Name, "Of", q.Of) + ": " + q.Amount.String()
	if q.Count > 0 {
		l.told += fmt.Sprintf(" (%d, the oldest for %v)", q.Count, q.Age(c))
	}
	return l
}

func (r proofReport) print(c *console) {
	c.printf("entries  %d\nlinks    %d\nhead     %d %s\nevents   %d\n", r.Entries, r.Links, r.HeadSeq, r.HeadHash, r.Events)
	for _, l := range r.Listed {
		c.printf("listed   %s\n", l.told)
	}
	for _, p := range r.Problems {
		c.printf("problem  %s\n", p)
	}
	if len(r.Problems) == 0 {
		c.printf("The books agree.\n")
	}
}
