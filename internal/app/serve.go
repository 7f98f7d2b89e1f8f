package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

type serveCommand struct{ withConfig }

// Help implements kong.HelpProvider.
func (serveCommand) Help() string {
	return `Refuses unsafe settings by name; see mtandao config. While no till is stored, MTANDAO_MPESA_BASE_URL, _CONSUMER_KEY, _CONSUMER_SECRET,
_SHORTCODE, _STORE_NUMBER, _PARTY_B, _PASSKEY, _TYPE, _INITIATOR, _INITIATOR_PASSWORD and _CERT_FILE make one. SIGTERM stops it gracefully.

Example: mtandao serve --public-url https://wifi.example.co.ke --trusted-proxies 127.0.0.1 --data /var/lib/mtandao`
}

// Run serves until the program is asked to stop.
func (cmd *serveCommand) Run(c *console) error {
	cmd.Config.fill()
	if err := cmd.Config.check(); err != nil {
		return err
	}
	open, err := openDoors(cmd.Config)
	if err != nil {
		return err
	}
	defer open.close()
	defer context.AfterFunc(c, open.close)() // who comes when it stops is refused at once
	for {
		err := serveOnce(c, cmd.Config, Options{Log: c.Log, doors: open})
		if !databaseGone(err) || c.Err() != nil {
			return unlessStopped(c, err)
		}
		if e := serveWithout(c, cmd.Config, Options{Log: c.Log, doors: open, Absent: true}); e != nil || c.Err() != nil {
			return errors.Join(unlessStopped(c, e), err)
		}
	}
}

// unlessStopped is the error of serving, unless it is that the doors were closed while one way took over from the other.
func unlessStopped(ctx context.Context, err error) error {
	if ctx.Err() != nil && errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// databaseGone says that the database is not there, or takes no writes; not that it is there and lacks something.
func databaseGone(err error) bool {
	return fault.Is(err, fault.Unavailable) && fault.KeyOf(err) == "db.unavailable"
}

func serveOnce(ctx context.Context, config Config, o Options) error {
	if hasCopy(config) { // then there is another way, and no need to wait long
		if err := takesWrites(ctx, config, db.NewHolder()); databaseGone(err) {
			return err
		}
	}
	m, err := startService(ctx, config, o)
	if err != nil {
		return err
	}
	m.tellAddresses()
	return errors.Join(m.Run(ctx), m.Close())
}

// startService migrates when that is safe, opens everything and does what a start has to.
func startService(ctx context.Context, config Config, o Options) (*Main, error) {
	if err := migratePending(ctx, config, o.Log); err != nil {
		return nil, err
	}
	m, err := New(ctx, config, o)
	if err != nil {
		return nil, err
	}
	if err := m.prepareStart(ctx); err != nil {
		return nil, errors.Join(err, m.Close())
	}
	return m, nil
}

func (m *Main) prepareStart(ctx context.Context) (err error) {
	if m.DB.Dialect() == db.SQLite { // no other node can be running
		if err := m.Jobs.RescueNow(ctx); err != nil {
			return err
		}
	}
	if m.setup, err = m.Staff.Prepare(ctx); err != nil {
		return err
	}
	if err := m.tillFromConfig(ctx); err != nil {
		return err
	}
	return m.refuseUnsafeRails(ctx)
}

// migratePending brings the schema up; fault.Conflict "db.binary_too_old" when the database is newer than this program.
func migratePending(ctx context.Context, config Config, log *slog.Logger) error {
	d, err := db.Open(ctx, config.DB, db.Options{Log: log})
	if err != nil {
		return err
	}
	err = d.CheckSchema(ctx)
	if fault.KeyOf(err) == "db.not_migrated" {
		var applied []int64
		applied, err = d.Migrate(ctx)
		log.Info("migrated the database", "versions", fmt.Sprint(applied))
	}
	return errors.Join(err, d.Close())
}

// tellAddresses says what listens where, and loudly what is not safe here.
func (m *Main) tellAddresses() {
	auth, acct := m.RadiusAddresses()
	https := ""
	if m.listeners.tls != nil {
		https = m.listeners.tls.Addr().String()
	}
	m.Log.Info("listening", "portal", m.HTTPAddress(), "portal_https", https, "radius_auth", auth.String(), "radius_acct", acct.String(),
		"tunnel", m.Config.Tunnel, "public_url", m.Config.PublicURL, "database", hidePassword(m.Config.DB))
	if m.Config.Dev {
		m.Log.Warn("MTANDAO_DEV IS ON: PLAIN HTTP AND SIMULATED MONEY ARE ACCEPTED. NEVER RUN A REAL SITE LIKE THIS")
	}
	if cause := m.Pause.Cause(); cause != "" {
		m.Log.Warn("THIS COPY IS PAUSED: NO PROMPT, MESSAGE OR ORDER TO A ROUTER LEAVES IT UNTIL mtandao live", "cause", cause)
	}
	if m.Config.BackupTo == "" && !m.Config.Dev {
		m.Log.Warn("no MTANDAO_BACKUP_TO: if this machine is lost, the books are lost")
	}
	if m.setup != "" {
		m.Log.Warn("nobody works here yet: open this address and make the owner", "address", m.setupAddress())
	}
	if m.Config.PublicURL == "" {
		m.Log.Warn("no MTANDAO_PUBLIC_URL: M-Pesa by push and query only, payments by paybill are not seen")
	}
}

func hostName() string {
	name, err := os.Hostname()
	if err != nil {
		return "unknown host"
	}
	return name
}

// setupAddress is where the first owner is made; it holds the set-up secret.
func (m *Main) setupAddress() string { return m.officeBase() + "/office/owner?secret=" + m.setup }
