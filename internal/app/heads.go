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

// Who can write the database can write a whole new chain. So the head of the books is copied once a day into a file of the
// data folder, and told to the log, which operators keep elsewhere: ledger verify compares the chain with each copy.

const headsFile = "ledger-heads"

// headCopy is the head as it was on a day.
type headCopy struct {
	day  string
	seq  int64
	hash string
}

// copyHead keeps today's first head.
func (m *Main) copyHead(ctx context.Context) error {
	seq, hash, err := m.Ledger.Head(ctx)
	if err != nil || seq == 0 {
		return err
	}
	copies, err := m.headCopies()
	if err != nil {
		return err
	}
	today := m.Clock.Now().UTC().Format(time.DateOnly)
	if len(copies) > 0 && copies[len(copies)-1].day == today {
		return nil
	}
	m.Log.Info("the head of the books", "day", today, "link", seq, "hash", hash)
	return appendDurably(m.headsPath(), fmt.Sprintf("%s %d %s\n", today, seq, hash))
}

func (m *Main) headsPath() string { return filepath.Join(m.Config.Data, headsFile) }

func appendDurably(path, line string) error {
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = file.WriteString(line)
	return errors.Join(err, file.Sync(), file.Close())
}

// headCopies reads the file; a line that a crash cut short is left out.
func (m *Main) headCopies() (copies []headCopy, err error) {
	text, err := os.ReadFile(m.headsPath())
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

// verifyHeads tells where the chain is not what it was on a day.
func (m *Main) verifyHeads(ctx context.Context) (problems []string, err error) {
	copies, err := m.headCopies()
	if err != nil {
		return nil, err
	}
	for _, c := range copies {
		hash, err := m.Ledger.HashAt(ctx, c.seq)
		if err != nil {
			return problems, err
		}
		if hash != c.hash {
			problems = append(problems, fmt.Sprintf("link %d is not what it was on %s, when the head of the books was copied", c.seq, c.day))
		}
	}
	return problems, nil
}
