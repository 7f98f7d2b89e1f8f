package app

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/fault"
	"mtandao/internal/seal"
	"mtandao/internal/spool"
)

func (f *findings) config(c Config) {
	if err := c.check(); err != nil {
		f.fail("config", err, "change that setting; mtandao config prints all")
		return
	}
	if c.Dev {
		f.warn("config", "MTANDAO_DEV permits plain HTTP and simulated money", "unset it on a real site")
		return
	}
	f.ok("config", "safe")
}

const certificateSoon = 21 * 24 * time.Hour

// certificate looks at our own one; phones refuse one that is over or names another host.
func (f *findings) certificate(c Config) {
	pair, err := tls.LoadX509KeyPair(c.TLSCertFile, c.TLSKeyFile)
	if c.TLSCertFile == "" || err != nil { // the check of the configuration tells
		return
	}
	public, err := url.Parse(c.PublicURL)
	if err != nil {
		return
	}
	ends := pair.Leaf.NotAfter.UTC().Format(time.DateOnly)
	left := pair.Leaf.NotAfter.Sub(clock.System().Now())
	switch err := pair.Leaf.VerifyHostname(public.Hostname()); {
	case left <= 0:
		f.fail("certificate", errors.New("over since "+ends), "put a new one at MTANDAO_TLS_CERT_FILE and restart")
	case c.PublicURL != "" && err != nil:
		f.fail("certificate", err, "get one for the host of MTANDAO_PUBLIC_URL")
	case left < certificateSoon:
		f.warn("certificate", "ends on "+ends, "put a new one at MTANDAO_TLS_CERT_FILE and restart")
	default:
		f.ok("certificate", "good until %s", ends)
	}
}

func (f *findings) keyFile(c Config) {
	_, err := seal.Load(c.KeyFile)
	switch {
	case fault.Is(err, fault.NotFound):
		f.warn("keys", "there is no key file at "+c.KeyFile+" yet", "the first start makes it; keep a copy apart from the database")
	case err != nil:
		f.fail("keys", err, "restore the file, readable by its owner alone")
	default:
		f.ok("keys", "%s is readable by its owner alone", c.KeyFile)
	}
}

const (
	leastDisk  = 512 << 20
	enoughDisk = 2 << 30
)

func (f *findings) disk(c Config) {
	folder, err := filepath.Abs(c.Data)
	if err != nil {
		f.fail("disk", err, "see that the data folder is there")
		return
	}
	var s syscall.Statfs_t
	for err = syscall.Statfs(folder, &s); errors.Is(err, syscall.ENOENT) && folder != filepath.Dir(folder); err = syscall.Statfs(folder, &s) {
		folder = filepath.Dir(folder) // before the first start
	}
	free := int64(s.Bavail) * s.Bsize
	exact := int64(1e6)
	if free > 10e9 {
		exact = 1e9
	}
	text := fmt.Sprintf("%s free for %s", unitText(free/exact*exact, dataUnits), c.Data)
	switch {
	case err != nil:
		f.fail("disk", err, "see that the data folder is there")
	case free < leastDisk:
		f.fail("disk", errors.New(text), "make room: payments and sessions that cannot be stored are refused")
	case free < enoughDisk:
		f.warn("disk", text, "make room")
	default:
		f.ok("disk", "%s", text)
	}
}

// spools counts what waits in files. A running program holds them, and drains them itself.
func (f *findings) spools(c Config) {
	for _, name := range []string{"callbacks", "accounting"} {
		check, folder := "spool "+name, filepath.Join(c.Data, "spool", name)
		if _, err := os.Stat(folder); errors.Is(err, os.ErrNotExist) {
			f.ok(check, "empty")
			continue
		}
		s, err := spool.Open(folder, spool.Options{})
		if fault.KeyOf(err) == "spool.locked" {
			f.spoolInUse(check, folder, spoolMost[name])
			continue
		}
		if err != nil {
			f.fail(check, err, "see that the data folder can be written")
			continue
		}
		f.spool(check, s.Stats())
		_ = s.Close()
	}
}

// spoolInUse goes by the size of the files: only the program that runs knows what in them still waits.
func (f *findings) spoolInUse(check, folder string, most int64) {
	segments, err := filepath.Glob(filepath.Join(folder, "*.segment"))
	var size int64
	for _, path := range segments {
		if info, err := os.Stat(path); err == nil {
			size += info.Size()
		}
	}
	text := fmt.Sprintf("in use by the running program, %d %% full", size*100/most)
	switch {
	case err != nil:
		f.fail(check, err, "see that the data folder can be read")
	case size > most*9/10:
		f.fail(check, errors.New(text), "see why the database takes nothing: what finds no room is not answered")
	case size > most/2:
		f.warn(check, text, "see why the database takes nothing")
	default:
		f.ok(check, "%s", text)
	}
}

// copyOld is when a running program has written none for too long.
const copyOld = 2 * copyQuiet

// known looks at the copy of the grants that a start without the database stands on.
func (f *findings) known(c Config) {
	info, err := os.Stat(copyFile(c))
	if err != nil {
		f.ok("copy of grants", "none yet: mtandao serve writes it every minute")
		return
	}
	age := clock.System().Now().Sub(info.ModTime()).Round(time.Second)
	text := fmt.Sprintf("written %s ago, %d kB", age, (info.Size()+999)/1000)
	switch {
	case age > copyMost:
		f.warn("copy of grants", text+": a start without the database would let nobody in", "start mtandao serve, or read its log")
	case age > copyOld:
		f.warn("copy of grants", text, "see that mtandao serve runs and the data folder takes writes")
	default:
		f.ok("copy of grants", "%s", text)
	}
}

func (f *findings) spool(check string, s spool.Stats) {
	switch {
	case s.Damaged > 0:
		f.warn(check, fmt.Sprintf("%d bytes cannot be read and were passed over", s.Damaged), "check the disk")
	case s.Pending > 0:
		f.warn(check, fmt.Sprintf("%d records wait since %s", s.Pending, s.Oldest.UTC().Format(time.RFC3339)), "start mtandao serve: it applies them")
	default:
		f.ok(check, "empty")
	}
}
