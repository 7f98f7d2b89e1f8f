package backoffice

import (
	"slices"
	"strings"

	"mtandao/internal/words"
)

// kindOf is how a field is typed.
type kindOf string

const (
	asText   kindOf = "text"
	asNumber kindOf = "number"
	asMoney  kindOf = "money"
	asLong   kindOf = "long"
	asLines  kindOf = "lines"
	asPick   kindOf = "pick"
	asTick   kindOf = "tick"
	asSecret kindOf = "secret"
	asColour kindOf = "colour"
	asAmount kindOf = "amount"
	asMoment kindOf = "moment"
	asFile   kindOf = "file"
	asSites  kindOf = "sites"
	asHours  kindOf = "hours"
	// These stand in pages of their own, not in the sheets of what is set up.
	asTicks    kindOf = "ticks"
	asRadio    kindOf = "radio"
	asPassword kindOf = "password"
	asEmail    kindOf = "email"
	asSearch   kindOf = "search"
	asDay      kindOf = "date"
	asTime     kindOf = "time"
)

// spec is a field of a form. Its label is words "office.field." + kind + name, its hint "office.hint." + the same.
type spec struct {
	name    string
	as      kindOf
	must    bool
	most    int
	choices []string // of a pick; their names are words "office.pick." + name + choice
	units   []string // of an amount, in the words of apply
	usual   string   // of something new
	accept  string   // of a file
	shrink  int      // of a photograph: the browser makes it no wider or higher than so many pixels before it sends it
	onlyNew bool     // fixed once made
	from    int      // and to: between which a number must be; said where they differ
	to      int
}

// formField is a field as a page shows it.
type formField struct {
	Name, Label, Hint, Wrong, Value, Unit, Accept string
	Auto                                          string // what a browser may fill in; empty: nothing
	SetText, GoneText                             string // of a secret or file that is stored
	Large                                         string // what is said of a file above Most bytes
	As                                            kindOf // empty: a text
	Most, Shrink, Above                           int    // above how many octets it is made smaller, where that is less than Most
	Must, Set, Fixed                              bool   // fixed: shown, and not to be changed
	Choices                                       []choice
	Windows                                       []windowRow
}

// Is lets a template ask for the kind by its name.
func (f formField) Is(as string) bool { return string(f.As) == as }

// Type is the type of an input of one line.
func (f formField) Type() string {
	switch f.As {
	case asPassword, asEmail, asSearch, asDay, asTime:
		return string(f.As)
	}
	return "text"
}

// AutoComplete is what a browser is told of it.
func (f formField) AutoComplete() string {
	if f.Auto == "" {
		return "off"
	}
	return f.Auto
}

// form says how somebody fills fields in: what stands there, and what they may choose.
type form struct {
	q      *request
	kind   string
	fields map[string]string
	set    map[string]bool
	sites  []choice
	brands []choice
	again  bool // it is shown as it was typed
}

func (q *request) form(kind string, o Object) form {
	f := form{q: q, kind: kind, fields: o.Fields, set: o.Set}
	for _, s := range q.office.Sites.Sites() {
		if q.sees(s.ID) {
			f.sites = append(f.sites, choice{Name: s.Name, Value: s.Slug})
		}
	}
	return f
}

func (f form) shown(l words.Lang, specs []spec) []formField {
	var all []formField
	for _, s := range specs {
		all = append(all, f.show(l, s))
	}
	return all
}

func (f form) show(l words.Lang, s spec) formField {
	v := formField{Name: s.name, As: s.as, Must: s.must, Most: s.most, Accept: s.accept, Shrink: s.shrink, Label: f.text(l, "office.field.", s.name),
		Hint: f.text(l, "office.hint.", s.name), Value: f.fields[s.name], Set: f.set[s.name]}
	if s.from != s.to {
		v.Hint = strings.TrimSpace(v.Hint + " " + words.Text(l, "office.bounds", "From", s.from, "To", s.to))
	}
	switch s.as {
	case asSecret, asFile:
		v.Value = ""
		if set, stored := f.set[s.name]; set {
			v.SetText = words.Text(l, "office.is_set")
		} else if stored { // of something new there is nothing to say
			v.SetText = words.Text(l, "office.not_set")
		}
		if s.as == asFile {
			v.Most, v.Large = mostFile, words.Text(l, "setup.file_size")
			v.GoneText = words.Text(l, "office.take_away")
		}
	case asAmount:
		if v.Value, v.Unit = amountOf(v.Value, s.units); f.again {
			v.Value, v.Unit = f.q.FormValue(s.name), f.q.FormValue(s.name+"_unit")
		}
		for _, u := range withUnit(s.units, v.Unit) {
			v.Choices = append(v.Choices, choice{Name: words.Text(l, "office.unit."+strings.ToLower(u)), Value: u, Here: u == v.Unit})
		}
	case asPick:
		v.Choices = f.picks(l, s, v.Value)
	case asSites:
		v.As = asTicks
		chosen := strings.Fields(v.Value)
		for _, c := range f.sites {
			c.Here = slices.Contains(chosen, c.Value)
			v.Choices = append(v.Choices, c)
		}
	case asMoment:
		v.Value = strings.Replace(cutTo(v.Value, len("2006-01-02T15:04")), " ", "T", 1)
	case asHours:
		v.Windows = windowRows(l, v.Value)
	}
	return v
}

// text is a label or hint; a field without a hint has none.
func (f form) text(l words.Lang, prefix, name string) string {
	key := prefix + f.kind + "." + strings.ReplaceAll(name, ".", "_")
	if !words.Has(key) {
		return ""
	}
	return words.Text(l, key)
}

func (f form) picks(l words.Lang, s spec, value string) []choice {
	switch s.name {
	case "brand":
		return chosen(f.brands, value)
	case "site":
		return chosen(f.sites, value)
	}
	var all []choice
	for _, c := range s.choices {
		all = append(all, choice{Name: words.Text(l, "office.pick."+strings.ReplaceAll(s.name, ".", "_")+"_"+c), Value: c, Here: c == value})
	}
	return all
}

func chosen(all []choice, value string) []choice {
	all = slices.Clone(all)
	for i := range all {
		all[i].Here = all[i].Value == value
	}
	return all
}

func cutTo(s string, most int) string { return s[:min(len(s), most)] }

// read takes what was typed into the fields. What is left empty of secrets and files is not said: it stays.
func (f form) read(specs []spec) (map[string]string, error) {
	typed := map[string]string{}
	for _, s := range specs {
		value := strings.TrimSpace(f.q.FormValue(s.name))
		switch s.as {
		case asSecret:
			if value == "" {
				continue
			}
		case asAmount:
			if value != "" {
				value += f.q.FormValue(s.name + "_unit")
			}
		case asSites:
			value = strings.Join(f.q.values(s.name), "\n")
		case asMoment:
			value = strings.Replace(value, "T", " ", 1)
		case asHours:
			value = f.q.windows(s.name)
		case asFile:
			body, err := f.q.file(s.name)
			if err != nil {
				return typed, &WrongField{Kind: f.kind, Field: s.name, Cause: err}
			}
			if body == "" && f.q.FormValue(s.name+"_gone") == "" {
				continue
			}
			value = body
		case asLong, asLines:
			value = strings.ReplaceAll(value, "\r\n", "\n")
		}
		typed[s.name] = value
	}
	return typed, nil
}

// values are all values of a field that may be sent more than once.
func (q *request) values(name string) []string {
	if m, err := q.MultipartForm(); err == nil {
		return m.Value[name]
	}
	var all []string
	for _, v := range q.Request().PostArgs().PeekMulti(name) {
		all = append(all, string(v))
	}
	return all
}
