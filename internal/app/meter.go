package app

import (
	"context"
	"fmt"
	"os"
	"time"

	"mtandao/internal/clock"
	"mtandao/vouchers"
	"mtandao/vouchers/sheets"
)

// longWork is from how many vouchers on a command tells how far it is.
const longWork = 5000

// meter tells on the standard error how far a long command is, once a second: at a terminal on one line, else a line each.
type meter struct {
	c        *console
	what     string
	total    int
	terminal bool
	watch    func() time.Duration
	next     time.Duration
	shown    bool
}

func (c *console) meter(what string, total int) *meter {
	return &meter{c: c, what: what, total: total, terminal: atTerminal(c.stderr), watch: clock.Stopwatch()}
}

// at says that so many are done.
func (m *meter) at(done int) {
	if m.total < longWork || done < m.total && m.watch() < m.next {
		return
	}
	m.next = m.watch() + time.Second
	text := fmt.Sprintf("%s %d of %d", m.what, done, m.total)
	if m.terminal {
		fmt.Fprintf(m.c.stderr, "\r%s", text)
	} else {
		fmt.Fprintln(m.c.stderr, text)
	}
	m.shown = true
}

// hush says nothing from now on, when it must not.
func (m *meter) hush(yes bool) {
	if yes {
		m.total = 0
	}
}

// end leaves the line.
func (m *meter) end() {
	if m.shown && m.terminal {
		fmt.Fprintln(m.c.stderr)
	}
}

// atTerminal says whether somebody looks at what is written.
func atTerminal(w any) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// metered tells a meter of each voucher that a print comes to.
type metered struct {
	sheets.Source
	*meter
}

// Export implements sheets.Source.
func (m metered) Export(ctx context.Context, c vouchers.Copying, by vouchers.By, each func(vouchers.Batch, vouchers.Voucher) error) error {
	done := 0
	m.at(0)
	defer m.end()
	return m.Source.Export(ctx, c, by, func(b vouchers.Batch, v vouchers.Voucher) error {
		done++
		m.at(done)
		return each(b, v)
	})
}
