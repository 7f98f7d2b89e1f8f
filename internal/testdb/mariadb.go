package testdb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"mtandao/internal/db"
)

// maria is the MariaDB server of this test binary.
type maria struct {
	socket string
	alive  io.Closer // held open for as long as we live
	once   sync.Once
	ddl    []string
	err    error
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
	return s.copy(t)
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

func startMaria(more ...string) (*maria, error) {
	for _, program := range []string{"mariadbd", "mariadb-install-db"} {
		if _, err := exec.LookPath(program); err != nil {
			return nil, err
		}
	}
	folder, err := os.MkdirTemp(memory(), "mtandao-maria-")
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(folder, 0o755); err != nil {
		return nil, err
	}
	data, err := installData(folder)
	if err != nil {
		return nil, err
	}
	s := &maria{socket: filepath.Join(folder, "s")}
	if err := s.launch(folder, data, more); err != nil {
		return nil, err
	}
	return s, s.wait()
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
	uid, _ := strconv.Atoi(who.Uid)
	gid, _ := strconv.Atoi(who.Gid)
	for _, path := range []string{folder, data} {
		if err := os.Chown(path, uid, gid); err != nil {
			return "", err
		}
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
func (s *maria) launch(folder, data string, more []string) error {
	who, err := account()
	if err != nil {
		return err
	}
	words := []string{"-c", `"$@" & server=$!; read -r end; kill -9 $server; wait $server; rm -rf "$folder"`, "sh",
		"mariadbd", "--no-defaults", "--datadir=" + data, "--user=" + who.Username, "--socket=" + s.socket,
		"--skip-networking", "--skip-name-resolve", "--pid-file=" + filepath.Join(folder, "pid"),
		"--innodb-flush-log-at-trx-commit=2", "--innodb-buffer-pool-size=128M", "--innodb-log-file-size=64M",
		"--max-connections=400", "--log-error=" + filepath.Join(folder, "log")}
	c := exec.Command("sh", append(words, more...)...)
	c.Env = append(os.Environ(), "folder="+folder, "TMPDIR="+folder) // servers with one /tmp take each other's temporary tables
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}              // an interrupt at the keyboard reaches it through us alone
	if s.alive, err = c.StdinPipe(); err != nil {
		return err
	}
	return c.Start()
}

func (s *maria) wait() error {
	pool, err := sql.Open("mysql", "root@unix("+s.socket+")/")
	if err != nil {
		return err
	}
	defer pool.Close()
	for range 600 {
		if err = pool.Ping(); err == nil {
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return fmt.Errorf("MariaDB did not start: %w", err)
}

func (s *maria) run(url string, statements []string) error {
	pool, err := sql.Open("mysql", url[len("mysql:"):])
	if err != nil {
		return err
	}
	defer pool.Close()
	for _, statement := range statements {
		if _, err := pool.Exec(statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	return nil
}

// schema migrates one database and reads back how each table is made; the other databases copy that.
func (s *maria) schema() ([]string, error) {
	s.once.Do(func() { s.ddl, s.err = s.makeSchema() })
	return s.ddl, s.err
}

// oldDefaults are what a server of some years ago gives a database: our tables must not depend on them.
const oldDefaults = " CHARACTER SET latin1 COLLATE latin1_swedish_ci"

func (s *maria) makeSchema() ([]string, error) {
	if err := s.run(s.url(""), []string{"CREATE DATABASE template" + oldDefaults}); err != nil {
		return nil, err
	}
	ctx := context.Background()
	d, err := db.Open(ctx, s.url("template"), db.Options{})
	if err != nil {
		return nil, err
	}
	defer d.Close()
	if _, err := d.Migrate(ctx); err != nil {
		return nil, err
	}
	return readSchema(d.SQL())
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
		if table == "goose_db_version" || table == "least_binary" {
			ddl = append(ddl, "INSERT INTO `"+table+"` SELECT * FROM template.`"+table+"`")
		}
	}
	return ddl, rows.Err()
}
