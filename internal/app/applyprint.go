package app

import (
	"fmt"
	"strings"
)

// changes are the outcome of one run.
type changes struct {
	Changes   []change       `json:"changes"`
	Unchanged map[string]int `json:"unchanged"`
}

func (all changes) print(c *console) {
	for _, one := range all.Changes {
		sign := "~"
		if one.Action == actionNew {
			sign = "+"
		}
		c.printf("%s %s\n", sign, strings.TrimSpace(one.Object+" "+one.Name))
		for _, f := range one.Fields {
			c.printf("    %s\n", f.line(one.Action))
		}
	}
	var same []string
	for _, kind := range kinds {
		if n := all.Unchanged[kind]; n > 0 {
			same = append(same, fmt.Sprintf("%d %s", n, plural(kind, n)))
		}
	}
	if len(same) > 0 {
		c.printf("= unchanged: %s\n", strings.Join(same, ", "))
	}
}

func (f fieldChange) line(action string) string {
	old, wanted := brief(f.Old), brief(f.New)
	if action == actionNew || f.New == hiddenChange {
		return f.Name + ": " + wanted
	}
	return f.Name + ": " + old + " → " + wanted
}

// brief keeps a long or empty text to one readable line.
func brief(s string) string {
	const most = 120
	s = strings.Join(strings.Fields(s), " ")
	if s == "" {
		return "(none)"
	}
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

func plural(noun string, n int) string {
	if n == 1 {
		return noun
	}
	return noun + "s"
}
