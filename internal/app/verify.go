package app

import (
	"errors"

	"mtandao/internal/fault"
	"mtandao/internal/report"
)

type verifyCommand struct {
	withConfig
	JSON bool `help:"Print JSON."`
}

// Help implements kong.HelpProvider.
func (verifyCommand) Help() string {
	return "Reads all books: each entry balanced and as it was posted, the chain whole, each receipt credited once, each paid order with its grant.\n\n" +
		"Example: mtandao ledger verify --json"
}

// proofReport is what ledger verify found.
type proofReport struct {
	Entries  int64    `json:"entries"`
	Links    int64    `json:"links"`
	HeadSeq  int64    `json:"head_seq"`
	HeadHash string   `json:"head_hash"`
	Problems []string `json:"problems"`
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

func prove(c *console, m *Main) (proofReport, error) {
	books, err := m.Ledger.Verify(c)
	found := proofReport{Entries: books.Entries, Links: books.Links, HeadSeq: books.HeadSeq, HeadHash: books.HeadHash, Problems: []string{}}
	if err != nil {
		return found, err
	}
	for _, p := range books.Problems {
		found.Problems = append(found.Problems, p.String())
	}
	disagreements, err := report.NewProofs(m.DB, m.Ledger).Prove(c)
	for _, p := range disagreements {
		found.Problems = append(found.Problems, p.What)
	}
	return found, err
}

func (r proofReport) print(c *console) {
	c.printf("entries  %d\nlinks    %d\nhead     %d %s\n", r.Entries, r.Links, r.HeadSeq, r.HeadHash)
	for _, p := range r.Problems {
		c.printf("problem  %s\n", p)
	}
	if len(r.Problems) == 0 {
		c.printf("The books agree.\n")
	}
}
