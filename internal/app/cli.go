package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"mtandao/internal/fault"
	"mtandao/internal/words"
	"mtandao/migrations"
)

// Exit codes: what a command looked at is wrong or it failed; it was called wrongly.
const (
	exitFailed = 1
	exitUsage  = 2
)

// console is what a command runs in.
type console struct {
	context.Context
	stdin          io.Reader
	stdout, stderr io.Writer
	Log            *slog.Logger
}

type commands struct {
	Serve   serveCommand   `cmd:"" help:"Serve the captive portal, RADIUS and jobs."`
	Demo    demoCommand    `cmd:"" help:"Show the whole product with a simulated M-Pesa, routers and people."`
	Apply   applyCommand   `cmd:"" help:"Bring provider, brands, sites, tills, plans and routers to what a YAML file says."`
	Export  exportCommand  `cmd:"" help:"Write that YAML file from the database."`
	Migrate migrateCommand `cmd:"" help:"Bring the database schema up to this program."`
	Doctor  struct {
		All   doctorCommand      `cmd:"" default:"withargs" help:"Check this node: also mtandao doctor alone."`
		MPesa doctorMPesaCommand `cmd:"" name:"mpesa" help:"Check every M-Pesa till and the public address."`
		Mail  doctorMailCommand  `cmd:"" name:"mail" help:"Sign in to the mail server, and send a test when asked to."`
	} `cmd:"" help:"Look for what is wrong."`
	Ledger ledgerCommands `cmd:"" help:"The books."`
	Bill   struct {
		Run billRunCommand `cmd:"" help:"Bill what is due on a day."`
		PDF billPDFCommand `cmd:"" name:"pdf" help:"Write a document or a receipt as a PDF."`
		Dun billDunCommand `cmd:"" help:"Take the steps about late payers that are due on a day."`
	} `cmd:"" help:"What customers are asked to pay."`
	Money struct {
		Statement moneyStatementCommand `cmd:"" help:"Read a till's statement from the rail: keep its lines, and take back what the rail took back."`
	} `cmd:"" help:"Money at the rails."`
	DayClose dayCloseCommand `cmd:"" name:"dayclose" help:"Compare a day by the rail's statements, the books and the service, and list what does not agree."`
	Backup   struct {
		Take  backupCommand      `cmd:"" default:"withargs" help:"Make a whole copy now: also mtandao backup alone."`
		Key   backupKeyCommand   `cmd:"" help:"Make the pair of keys; the private one is printed once and kept nowhere."`
		Drill backupDrillCommand `cmd:"" help:"Restore the newest copy to a place that is removed again, and prove its books."`
	} `cmd:"" help:"Encrypted copies at another place."`
	Restore restoreCommand `cmd:"" help:"Bring a copy back to an empty place, paused, and prove its books."`
	Drain   drainCommand   `cmd:"" help:"Bring what a dead node kept on its disk to the database."`
	Live    liveCommand    `cmd:"" help:"Let a restored copy act: prompts, messages and orders to routers leave again."`
	Config  configCommand  `cmd:"" help:"Print every key of the configuration and its value, secrets hidden, and say what is unsafe."`
	Key     struct {
		Rotate rotateCommand `cmd:"" help:"Add fresh keys to the key file and use them from now on."`
	} `cmd:"" help:"The keys that seal secrets."`
	Vouchers  voucherCommands  `cmd:"" help:"Codes that are sold on paper."`
	Import    importCommands   `cmd:"" help:"Bring in the subscribers of another system."`
	Cutover   cutoverCommand   `cmd:"" help:"Have a router ask us for subscribers whom it knows itself, or give it back."`
	Address   addressCommand   `cmd:"" help:"Give a subscriber addresses of their own."`
	Staff     staffCommands    `cmd:"" help:"Who works in the back office."`
	Load      loadCommand      `cmd:"" help:"Ask a RADIUS server as many routers do, and say how fast it answers."`
	Ceiling   ceilingCommand   `cmd:"" help:"Answer RADIUS without a database, to compare with."`
	Schedules schedulesCommand `cmd:"" help:"Play random stories of payments and faults on a throw-away database."`
}

// Execute runs one command and returns its exit code: 0, 1 when it failed, 2 when it was called wrongly. SIGINT and SIGTERM
// ask it to stop; a second one ends the process at once.
func Execute(args []string, out, errOut io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // gives the signals back their usual effect
	return execute(&console{Context: ctx, stdin: os.Stdin, stdout: out, stderr: errOut, Log: newLog(errOut)}, args)
}

// newParser reads commands; exit is called when help was asked for.
func (c *console) newParser(exit func(code int)) (*kong.Kong, error) {
	return kong.New(&commands{}, kong.Name("mtandao"), kong.Writers(c.stdout, c.stderr), kong.Exit(exit),
		kong.Description("Runs an internet provider: captive portal, M-Pesa, RADIUS, billing."), kong.ConfigureHelp(kong.HelpOptions{Compact: true}), flagGroups,
		kong.NamedMapper("path", kong.MapperFunc(readPath)), kong.Configuration(readConfigFile), kong.Resolvers(kong.ResolverFunc(fromEnvironment)))
}

func execute(c *console, args []string) int {
	left := -1 // set when help was asked for
	parser, err := c.newParser(func(code int) { left = code })
	if err != nil {
		return c.complain(err, exitUsage)
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	parsed, err := parser.Parse(args)
	if left >= 0 {
		return left
	}
	if err != nil {
		return c.complain(misused(err), exitUsage)
	}
	if err := parsed.Run(c); err != nil {
		return c.complain(err, exitFailed)
	}
	return 0
}

// misused says where a command's flags are explained, to who called it wrongly.
func misused(err error) error {
	if file := (*fs.PathError)(nil); errors.As(err, &file) {
		return fault.Wrap(fault.Invalid, "config.file", err, "Path", file.Path)
	}
	parse := (*kong.ParseError)(nil)
	if f := (*fault.Error)(nil); errors.As(err, &f) || !errors.As(err, &parse) || parse.Context == nil {
		return err
	}
	command := parse.Context.Model.Name
	for _, step := range parse.Context.Path {
		if step.Command != nil {
			command += " " + step.Command.Name
		}
	}
	return fmt.Errorf("%w; see %s --help", err, command)
}

func (c *console) complain(err error, code int) int {
	fmt.Fprintln(c.stderr, "mtandao: "+sentence(err))
	return code
}

func (c *console) printf(format string, args ...any) { fmt.Fprintf(c.stdout, format, args...) }

func (c *console) printJSON(v any) error {
	encoder := json.NewEncoder(c.stdout)
	encoder.SetIndent("", "  ")
	return encoder.Encode(v)
}

// sentence tells an error to the person at the command line, who unlike a guest may see the cause of what is our fault.
func sentence(err error) string {
	var f *fault.Error
	if !errors.As(err, &f) || !words.Has(f.Key) {
		return oneLine(err)
	}
	text := words.Fault(words.English, err)
	if f.Key == "db.unavailable" { // whose own sentence is a guest's
		text = words.Text(words.English, "db.unreachable")
	}
	if f.Cause != nil && (f.Kind == fault.Internal || f.Kind == fault.Unavailable || errors.Is(f.Cause, migrations.ErrBinaryTooOld)) {
		text += " (" + oneLine(f.Cause) + ")"
	}
	if s := (settingFault{}); errors.As(err, &s) {
		text = s.setting + ": " + text
	}
	return text
}

func oneLine(err error) string { return strings.Join(strings.Fields(err.Error()), " ") }

// newLog writes lines for a person at a terminal, else JSON.
func newLog(w io.Writer) *slog.Logger {
	if atTerminal(w) {
		return slog.New(slog.NewTextHandler(w, nil))
	}
	return slog.New(slog.NewJSONHandler(w, nil))
}

// open opens what commands that change something work with.
func (c *console) open(config *Config) (*Main, error) {
	config.fill()
	return Open(c, *config, Options{Log: c.Log})
}

// look opens the same for commands that only tell: run as root, they leave no file that the service cannot read.
func (c *console) look(config *Config) (*Main, error) {
	config.fill()
	return Open(c, *config, Options{Log: c.Log, Look: true})
}
