package app

import (
	"maps"
	"slices"

	"mtandao/internal/fault"
	"mtandao/internal/settings"
)

// setting is a wanted value and where in the provider's part it stands.
type setting struct{ field, value string }

// wanted are the settings that the part names; fault.Invalid "apply.twice" for one that stands there twice.
func (p providerPart) wanted() (map[string]setting, error) {
	all := map[string]setting{}
	for name, value := range p.Settings {
		all[name] = setting{"settings." + name, string(value)}
	}
	for _, own := range []struct {
		name, field string
		value       *text
	}{{settings.ProviderName, "name", p.Name}, {settings.ProviderPhone, "phone", p.Phone}} {
		if own.value == nil {
			continue
		}
		if _, twice := all[own.name]; twice {
			return nil, fieldFault{own.field, fault.New(fault.Invalid, "apply.twice", "Key", own.name)}
		}
		all[own.name] = setting{own.field, string(*own.value)}
	}
	return all, nil
}

func (a *applying) provider() error {
	if a.file.Provider == nil {
		return nil
	}
	wanted, err := a.file.Provider.wanted()
	if err != nil {
		return a.file.fault(kindProvider, kindProvider, err)
	}
	one := change{Object: kindProvider, Action: actionChanged}
	for _, name := range slices.Sorted(maps.Keys(wanted)) {
		if old := a.Settings.String(name); old != wanted[name].value {
			one.Fields = append(one.Fields, fieldChange{Name: name, Old: old, New: wanted[name].value})
		}
	}
	return a.finish(one, func() error {
		for _, f := range one.Fields {
			if err := a.Settings.Set(a.tx, f.Name, f.New); err != nil {
				return a.file.fault(kindProvider, kindProvider, fieldFault{wanted[f.Name].field, err})
			}
		}
		return nil
	})
}
