package testdb

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"mtandao/internal/db"
)

// maria is the MariaDB server of this test binary.
type maria struct {
	socket, data string
	alive        io.Closer // held open for as long as we live
	shell        *exec.Cmd
	pool         *sql.DB // in no database
	ddl          []string
	mu           sync.Mutex
	free         []*made
}

var (
	theServer = sync.OnceValues(func() (*maria, error) { return startMaria() })
	theLogged = sync.OnceValues(func() (*maria, error) {
		return startMaria("--log-bin=log", "--binlog-format=ROW", "--server-id=7", "--max-binlog-size=65536")
	})
)

// Logged is URL on a MariaDB server of its own that keeps a binary log of rows, in short files.
func Logged(t testing.TB) string {
	t.Helper()
	s, err := theLogged()
	if err != nil {
		t.Fatalf("MariaDB is needed for this test (make test installs it): %v", err)
	}
	name := s.create(t)
	if err := s.run(name, s.ddl); err != nil {
		t.Fatalf("copying the schema: %v", err)
	}
	return s.url(name)
}

func server(t testing.TB) *maria {
	t.Helper()
	s, err := theServer()
	if err != nil {
		t.Fatalf("MariaDB is needed for this test (make test installs it): %v", err)
	}
	return s
}

func (s *maria) url(name string) string { return "mysql:root@unix(" + s.socket + ")/" + name }

// startMaria starts a server on a copy of the data that the first test binary installed and migrated. It has databases in store.
func startMaria(more ...string) (*maria, error) {
	first, err := kept("maria", installMaria)
	if err != nil {
		return nil, err
	}
	folder, err := serversFolder()
	if err != nil {
		return nil, err
	}
	s := &maria{data: filepath.Join(folder, "data")}
	if out, err := exec.Command("cp", "-a", "--sparse=always", filepath.Join(first, "data"), s.data).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("copying the server's data: %w: %s", err, out)
	}
	ddl, err := os.ReadFile(filepath.Join(first, "ddl.json"))
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(ddl, &s.ddl); err != nil {
		return nil, err
	}
	if err := s.launch(folder, more); err != nil {
		return nil, err
	}
	for _, name := range inStore {
		d := &made{name: name}
		if err := s.note(d); err != nil {
			return nil, err
		}
		s.free = append(s.free, d)
	}
	return s, nil
}

// inStore are the databases that a server has from the beginning: most test binaries need no third at a time.
var inStore = []string{"test_b", "test_a"}

// installMaria makes a server's data with a migrated schema, whose text it keeps beside, and copies in store.
func installMaria(kept string) error {
	folder, err := serversFolder()
	if err != nil {
		return err
	}
	s := &maria{}
	if s.data, err = installData(folder); err != nil {
		return err
	}
	if err := s.launch(folder, nil); err != nil {
		return err
	}
	if err := s.makeSchema(); err != nil {
		return err
	}
	for _, name := range inStore {
		if err := s.fill(name); err != nil {
			return err
		}
	}
	text, err := json.Marshal(s.ddl)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(kept, "ddl.json"), text, 0o600); err != nil {
		return err
	}
	if err := s.shutDown(folder); err != nil {
		return err
	}
	if out, err := exec.Command("cp", "-a", "--sparse=always", s.data, filepath.Join(kept, "data")).CombinedOutput(); err != nil {
		return fmt.Errorf("keeping the server's data: %w: %s", err, out)
	}
	return errors.Join(s.alive.Close(), s.shell.Wait())
}

// shutDown ends the server in peace, with all that it knows in its files.
func (s *maria) shutDown(folder string) error {
	pid, err := os.ReadFile(filepath.Join(folder, "pid"))
	if err != nil {
		return err
	}
	if err := s.run("", []string{"SHUTDOWN"}); err != nil {
		return err
	}
	for range 600 {
		if _, err := os.Readlink("/proc/" + strings.TrimSpace(string(pid)) + "/exe"); err != nil { // it has ended, whoever asks for its last word
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return errors.New("MariaDB did not shut down")
}

// serversFolder makes a folder that belongs to the account of the server.
func serversFolder() (string, error) {
	folder, err := os.MkdirTemp(memory(), "mtandao-maria-")
	if err != nil {
		return "", err
	}
	who, err := account()
	if err != nil {
		return "", err
	}
	return folder, errors.Join(os.Chmod(folder, 0o755), own(folder, who))
}

// own gives a folder to an account.
func own(folder string, who *user.User) error {
	uid, _ := strconv.Atoi(who.Uid)
	gid, _ := strconv.Atoi(who.Gid)
	return os.Chown(folder, uid, gid)
}

// roomInMemory is enough for two servers; an empty one takes over 100 MB, and a container has 64 unless told otherwise.
const roomInMemory = 1 << 30

// memory is a folder in memory where there is one with room: making a table syncs files, and tests make thousands.
func memory() string {
	const folder = "/dev/shm"
	var s syscall.Statfs_t
	if err := syscall.Statfs(folder, &s); err != nil || int64(s.Bavail)*int64(s.Bsize) < roomInMemory {
		return "" // the usual temporary folder
	}
	return folder
}

// account is the user the server runs as: mysql when we are root (it refuses root), else ourselves.
func account() (*user.User, error) {
	if os.Geteuid() == 0 {
		return user.Lookup("mysql")
	}
	return user.Current()
}

func installData(folder string) (string, error) {
	who, err := account()
	if err != nil {
		return "", err
	}
	data := filepath.Join(folder, "data")
	if err := os.Mkdir(data, 0o700); err != nil {
		return "", err
	}
	if err := own(data, who); err != nil {
		return "", err
	}
	install := exec.Command("mariadb-install-db", "--no-defaults", "--datadir="+data, "--user="+who.Username,
		"--skip-test-db", "--auth-root-authentication-method=normal")
	install.Env = append(os.Environ(), "TMPDIR="+folder)
	if out, err := install.CombinedOutput(); err != nil {
		return "", fmt.Errorf("mariadb-install-db: %w: %s", err, out)
	}
	return data, nil
}

// launch starts the server under a shell that waits for this process: when we end, however we end, its standard input
// closes, and it kills the server and removes the folder. (A death signal would not do: the server changes its user.)
//
// What the statistics say of a table is counted when it is opened, not kept in tables that each change of the schema must change too; all tables are in one
// file; and rows changed are counted by table, which tells what a test has left behind.
func (s *maria) launch(folder string, more []string) error {
	who, err := account()
	if err != nil {
		return err
	}
	s.socket = filepath.Join(folder, "s")
	words := []string{"-c", `"$@" & server=$!; read -r end; kill -9 $server; wait $server; rm -rf "$folder"`, "sh",
		"mariadbd", "--no-defaults", "--datadir=" + s.data, "--user=" + who.Username, "--socket=" + s.socket,
		"--skip-networking", "--skip-name-resolve", "--pid-file=" + filepath.Join(folder, "pid"),
		"--innodb-flush-log-at-trx-commit=2", "--innodb-buffer-pool-size=128M", "--innodb-log-file-size=64M",
		"--innodb-stats-persistent=0", "--innodb-file-per-table=0", "--userstat=1",
		"--max-connections=400", "--log-error=" + filepath.Join(folder, "log")}
	s.shell = exec.Command("sh", append(words, more...)...)
	s.shell.Env = append(os.Environ(), "folder="+folder, "TMPDIR="+folder) // servers with one /tmp take each other's temporary tables
	s.shell.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}              // an interrupt at the keyboard reaches it through us alone
	if s.alive, err = s.shell.StdinPipe(); err != nil {
		return err
	}
	if err := s.shell.Start(); err != nil {
		return err
	}
	if s.pool, err = sql.Open("mysql", strings.TrimPrefix(s.url(""), "mysql:")); err != nil {
		return err
	}
	for range 1200 {
		if err = s.pool.Ping(); err == nil {
			return nil
		}
		time.Sleep(25 * time.Millisecond)
	}
	return fmt.Errorf("MariaDB did not start: %w", err)
}

// oldDefaults are what a server of some years ago gives a database: our tables must not depend on them.
const oldDefaults = " CHARACTER SET latin1 COLLATE latin1_swedish_ci"

// written says whether a table has rows when it is new: what the migrations write of themselves.
func written(table string) bool { return table == "goose_db_version" || table == "least_binary" }

// makeSchema migrates one database and reads back how each table is made; the other databases copy that.
func (s *maria) makeSchema() error {
	if err := s.run("", []string{"CREATE DATABASE template" + oldDefaults}); err != nil {
		return err
	}
	ctx := context.Background()
	d, err := db.Open(ctx, s.url("template"), db.Options{})
	if err != nil {
		return err
	}
	defer d.Close()
	if _, err := d.Migrate(ctx); err != nil {
		return err
	}
	s.ddl, err = readSchema(d.SQL())
	return err
}

func readSchema(pool *sql.DB) (ddl []string, err error) {
	rows, err := pool.Query("SHOW TABLES")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var table, name, statement string
		if err := rows.Scan(&table); err != nil {
			return nil, err
		}
		if err := pool.QueryRow("SHOW CREATE TABLE `"+table+"`").Scan(&name, &statement); err != nil {
			return nil, err
		}
		ddl = append(ddl, statement)
		if written(table) {
			ddl = append(ddl, "INSERT INTO `"+table+"` SELECT * FROM template.`"+table+"`")
		}
	}
	return ddl, rows.Err()
}
