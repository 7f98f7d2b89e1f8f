package app

import (
	"fmt"
	"reflect"
	"strings"
	"text/tabwriter"

	"github.com/alecthomas/kong"
)

type configCommand struct {
	withConfig
	JSON bool `help:"Print JSON."`
}

// Help implements kong.HelpProvider.
func (configCommand) Help() string {
	return "Precedence: flag, environment, KEY_FILE (secrets), --config FILE, default.\n\nExample: mtandao config --config /etc/mtandao.yaml"
}

// Run prints the table, and fails when serve would refuse it.
func (cmd *configCommand) Run(c *console, k *kong.Context) error {
	cmd.Config.fill()
	table := map[string]string{}
	lines := tabwriter.NewWriter(c.stdout, 0, 8, 2, ' ', 0)
	for _, flag := range k.Flags() {
		if len(flag.Envs) == 0 {
			continue
		}
		table[flag.Envs[0]] = shown(flag)
		fmt.Fprintf(lines, "%s\t%s\n", flag.Envs[0], shown(flag))
	}
	print := lines.Flush
	if cmd.JSON {
		print = func() error { return c.printJSON(table) }
	}
	if err := print(); err != nil {
		return err
	}
	return cmd.Config.check()
}

// shown is a flag's value as a stranger may see it.
func shown(flag *kong.Flag) string {
	text := fmt.Sprint(flag.Target.Interface())
	if flag.Target.Kind() == reflect.Slice {
		text = strings.Trim(text, "[]")
	}
	switch {
	case flag.Name == "db":
		return hidePassword(text)
	case flag.Tag.Has("secret") && text != "":
		return "(hidden)"
	}
	return text
}

// hidePassword is a database address without its password.
func hidePassword(url string) string {
	dialect, rest, _ := strings.Cut(url, ":")
	at := strings.LastIndex(rest, "@")
	if dialect == "sqlite" {
		return url
	}
	if at < 0 {
		return dialect + ":(hidden)"
	}
	user, _, _ := strings.Cut(rest[:at], ":")
	return dialect + ":" + user + ":(hidden)" + rest[at:]
}
