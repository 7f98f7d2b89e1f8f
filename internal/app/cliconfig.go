package app

import (
	"io"
	"os"
	"reflect"
	"strings"
	"sync"

	"github.com/alecthomas/kong"
	"github.com/goccy/go-yaml"

	"mtandao/internal/fault"
)

// withConfig are the flags of every command that opens the database. Help tells them after the command's own.
type withConfig struct {
	File   kong.ConfigFlag `name:"config" group:"config" placeholder:"FILE" help:"YAML file with these settings, by the names of the flags."`
	Config Config          `embed:"" group:"config"`
}

// flagGroups are the headings of flags in help.
var flagGroups = kong.Groups{"config": "Settings, the same as those of mtandao serve:"}

// fromEnvironment adds to kong's reading of the environment: KEY_FILE for secrets, and that a variable which is set but
// empty counts as not set (compose files leave such behind).
func fromEnvironment(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	if fromVariable(flag) {
		return nil, nil
	}
	if path := secretFile(flag); path != "" {
		body, err := os.ReadFile(path)
		if err != nil {
			return nil, named(flag.Envs[0]+"_FILE", fault.Wrap(fault.Invalid, "config.file", err, "Path", path))
		}
		return strings.TrimRight(string(body), "\r\n"), nil
	}
	if len(flag.Envs) > 0 && flag.HasDefault {
		return flag.Default, nil
	}
	return nil, nil
}

// readPath makes a path absolute; one that is set but empty stays so, where kong's own would name the folder we are in.
func readPath(d *kong.DecodeContext, target reflect.Value) error {
	var path string
	if err := d.Scan.PopValueInto("path", &path); err != nil {
		return err
	}
	if path != "" {
		path = kong.ExpandPath(path)
	}
	target.SetString(path)
	return nil
}

func fromVariable(flag *kong.Flag) bool {
	for _, name := range flag.Envs {
		if os.Getenv(name) != "" {
			return true
		}
	}
	return false
}

func secretFile(flag *kong.Flag) string {
	for _, name := range flag.Envs {
		if path := os.Getenv(name + "_FILE"); path != "" && flag.Tag.Has("secret") {
			return path
		}
	}
	return ""
}

// configFile is the settings of one file, by the names of flags.
type configFile map[string]string

// readConfigFile reads the file of --config; fault.Invalid "config.yaml" or "config.unknown_key".
func readConfigFile(r io.Reader) (kong.Resolver, error) {
	body, err := io.ReadAll(io.LimitReader(r, maxFileBytes))
	if err != nil {
		return nil, err
	}
	var values map[string]textList
	if err := guarded(func() error { return yaml.Unmarshal(body, &values) }); err != nil {
		return nil, fault.Wrap(fault.Invalid, "config.yaml", err, "Why", yamlWhy(err))
	}
	file, known := configFile{}, map[string]bool{}
	for _, flag := range configFlags() {
		known[flag.Name] = true
	}
	for name, value := range values {
		if !known[name] {
			return nil, fault.New(fault.Invalid, "config.unknown_key", "Key", name)
		}
		file[name] = strings.Join(value, ",")
	}
	return file, nil
}

// Validate implements kong.Resolver; readConfigFile has checked the names already.
func (configFile) Validate(*kong.Application) error { return nil }

// Resolve implements kong.Resolver: the environment goes before the file.
func (f configFile) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	value, ok := f[flag.Name]
	if !ok || fromVariable(flag) || secretFile(flag) != "" {
		return nil, nil
	}
	return value, nil
}

// configFlags are the flags of Config.
var configFlags = sync.OnceValue(func() (flags []*kong.Flag) {
	model := kong.Must(&struct {
		Config `embed:""`
	}{}, kong.Name("mtandao"))
	for _, f := range model.Model.Flags {
		if len(f.Envs) > 0 {
			flags = append(flags, f)
		}
	}
	return flags
})
