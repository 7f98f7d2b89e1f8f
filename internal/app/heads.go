package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Who can write the database can write a whole new chain. So the heads of the books and of the audit trail are copied once a
// day into files of the data folder, and told to the log, which operators keep elsewhere: ledger verify compares the chains
// with each copy.

// outside is a chain whose head is copied.
type outside struct {
	file, name string
	head       func(ctx context.Context) (seq int64, hash string, err error)
	hashAt     func(ctx context.Context, seq int64) (string, error)
}

func (m *Main) chains() []outside {
	return []outside{{"ledger-heads", "the books", m.Ledger.Head, m.Ledger.HashAt}, {"audit-heads", "the audit trail", m.Audit.Head, m.Audit.HashAt}}
}

// headCopy is the head as it was on a day.
type headCopy struct {
	day  string
	seq  int64
	hash string
}

// copyHeads keeps today's first head of each chain.
func (m *Main) copyHeads(ctx context.Context) (err error) {
	for _, o := range m.chains() {
		err = errors.Join(err, m.copyHead(ctx, o))
	}
	return err
}

func (m *Main) copyHead(ctx context.Context, o outside) error {
	seq, hash, err := o.head(ctx)
	if err != nil || seq == 0 {
		return err
	}
	copies, err := m.headCopies(o)
	if err != nil {
		return err
	}
	today := m.Clock.Now().UTC().Format(time.DateOnly)
	if len(copies) > 0 && copies[len(copies)-1].day == today {
		return nil
	}
	m.Log.Info("the head of "+o.name, "day", today, "link", seq, "hash", hash)
	return appendDurably(m.headsPath(o), fmt.Sprintf("%s %d %s\n", today, seq, hash))
}

func (m *Main) headsPath(o outside) string { return filepath.Join(m.Config.Data, o.file) }

func appendDurably(path, line string) error {
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = file.WriteString(line)
	return errors.Join(err, file.Sync(), file.Close())
}

// headCopies reads the file; a line that a crash cut short is left out.
func (m *Main) headCopies(o outside) (copies []headCopy, err error) {
	text, err := os.ReadFile(m.headsPath(o))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	for line := range strings.Lines(string(text)) {
		var c headCopy
		if n, _ := fmt.Sscanf(line, "%s %d %s\n", &c.day, &c.seq, &c.hash); n == 3 && len(c.day) == len(time.DateOnly) && len(c.hash) == 64 {
			copies = append(copies, c)
		}
	}
	return copies, err
}

// verifyHeads tells where a chain is not what it was on a day.
func (m *Main) verifyHeads(ctx context.Context) (problems []string, err error) {
	for _, o := range m.chains() {
		copies, err := m.headCopies(o)
		if err != nil {
			return problems, err
		}
		for _, c := range copies {
			hash, err := o.hashAt(ctx, c.seq)
			if err != nil {
				return problems, err
			}
			if hash != c.hash {
				problems = append(problems, fmt.Sprintf("link %d is not what it was on %s, when the head of %s was copied", c.seq, c.day, o.name))
			}
		}
	}
	return problems, nil
}
