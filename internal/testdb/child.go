package testdb

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync/atomic"
	"syscall"
	"testing"
)

// choreOf is the variable of the environment that tells a child process, which is the same test binary, what to do.
const choreOf = "MTANDAO_TEST_CHORE"

// ChildrenDo is the TestMain of tests that have another process work on their database and die over it: a process that Send began does its chore and runs no test.
func ChildrenDo[Chore any](m *testing.M, do func(Chore) error) {
	text := os.Getenv(choreOf)
	if text == "" {
		os.Exit(m.Run())
	}
	var c Chore
	err := json.Unmarshal([]byte(text), &c)
	if err == nil {
		err = do(c)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "the child:", err)
		os.Exit(1)
	}
}

// Send has a child process do a chore, waits for it, and says whether it was killed.
func Send(chore any) (killed bool, err error) {
	text, err := json.Marshal(chore)
	if err != nil {
		return false, err
	}
	self, err := os.Executable()
	if err != nil {
		return false, err
	}
	p := exec.Command(self)
	p.Env, p.Stderr = append(os.Environ(), choreOf+"="+string(text)), os.Stderr
	err = p.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.Sys().(syscall.WaitStatus).Signal() == syscall.SIGKILL {
		return true, nil
	}
	return false, err
}

// DiesAt is a db.Options.Hook by which the process kills itself at a durable write, each counted before and after; 0: never.
func DiesAt(point int) func(string) {
	var passed atomic.Int64
	return func(string) {
		if passed.Add(1) == int64(point) {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {} // the signal is on its way: nothing more is done
		}
	}
}
