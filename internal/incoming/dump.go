package incoming

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"
)

// mostToken is what a server sends in one packet at most, and so the longest value of a dump.
const mostToken = 64 << 20

// dump reads the statements of a MySQL or MariaDB dump. Of all of SQL it knows what mysqldump and phpMyAdmin write: CREATE TABLE for the
// names of columns, ALTER TABLE … ADD, and INSERT … VALUES.
type dump struct {
	in     *bufio.Reader
	line   int
	wanted map[string]bool // true: its rows are kept; false: counted
	found  tables
	at     token // looked at, not taken
	ahead  bool
	err    error

	begun, completed bool // by the comments of mysqldump
}

// kind of a token.
type kind byte

const (
	ended  kind = iota
	word        // bare, as INSERT or 12.5
	quoted      // `name`
	text        // 'value'
	sign        // ( ) , ; =
)

type token struct {
	kind kind
	text string
	line int
}

func (t token) is(s string) bool { return t.kind == word && strings.EqualFold(t.text, s) }

func (t token) sign(s string) bool { return t.kind == sign && t.text == s }

// readDump finds tables in a dump: those of keep with their rows, those of count by how many there are.
func readDump(in io.Reader, keep, count []string) (tables, error) {
	in, err := unpacked(in)
	if err != nil {
		return nil, err
	}
	d := &dump{in: bufio.NewReaderSize(in, 1<<16), line: 1, wanted: map[string]bool{}, found: tables{}}
	for _, name := range count {
		d.wanted[name] = false
	}
	for _, name := range keep {
		d.wanted[name] = true
	}
	for d.err == nil {
		switch t := d.next(); {
		case t.kind == ended && d.begun && !d.completed: // mysqldump says when it is through
			d.torn()
		case t.kind == ended:
			return d.found, d.err
		case t.is("CREATE"):
			d.create()
		case t.is("ALTER"):
			d.alter()
		case t.is("INSERT"), t.is("REPLACE"):
			d.insert()
		case !t.sign(";"):
			d.skip()
		}
	}
	return d.found, d.err
}

// skip goes on after the end of the statement, which each has.
func (d *dump) skip() {
	for t := d.next(); !t.sign(";"); t = d.next() {
		if t.kind == ended {
			d.torn()
			return
		}
	}
}

// torn says that the file ends where it should not, unless something worse is known.
func (d *dump) torn() {
	if d.err == nil {
		d.err = invalid("incoming.torn", "Line", d.line)
	}
}

// add adds a column; no table of a server has more than so many.
func (d *dump) add(t *table, column string) {
	if len(t.columns) >= mostColumns {
		d.torn()
		return
	}
	t.columns = append(t.columns, column)
}

const mostColumns = 4096

// name reads a table's, of which only the last part counts.
func (d *dump) name() string {
	t := d.next()
	for d.peek().sign(".") {
		d.next()
		t = d.next()
	}
	return t.text
}

func (d *dump) table(name string) *table {
	if d.found[name] == nil {
		d.found[name] = &table{}
	}
	return d.found[name]
}

// create reads the columns of CREATE TABLE.
func (d *dump) create() {
	if !d.next().is("TABLE") {
		d.skip()
		return
	}
	for d.peek().is("IF") || d.peek().is("NOT") || d.peek().is("EXISTS") {
		d.next()
	}
	name := d.name()
	if _, ok := d.wanted[name]; !ok || !d.next().sign("(") {
		d.skip()
		return
	}
	t := d.table(name)
	t.columns = nil
	for fresh, deep := true, 1; deep > 0; {
		k := d.next()
		switch {
		case k.kind == ended:
			d.torn()
			return
		case fresh && (k.kind == quoted || k.kind == word && !isKey(k.text)):
			d.add(t, k.text)
		case k.sign("("):
			deep++
		case k.sign(")"):
			deep--
		}
		fresh = deep == 1 && k.sign(",")
	}
	d.skip()
}

func isKey(s string) bool {
	return slices.Contains([]string{"PRIMARY", "KEY", "UNIQUE", "INDEX", "FULLTEXT", "SPATIAL", "CONSTRAINT", "FOREIGN", "CHECK"}, strings.ToUpper(s))
}

// alter follows ALTER TABLE … ADD `column` … [AFTER `other`] and CHANGE `old` `new`, as installations that were updated by hand have them.
func (d *dump) alter() {
	if !d.next().is("TABLE") {
		d.skip()
		return
	}
	name := d.name()
	if _, ok := d.wanted[name]; !ok || d.found[name] == nil {
		d.skip()
		return
	}
	t := d.table(name)
	added := -1
	for k := d.next(); d.err == nil && k.kind != ended && !k.sign(";"); k = d.next() {
		switch {
		case k.is("COLUMN"):
		case k.is("ADD"):
			if d.peek().is("COLUMN") {
				d.next()
			}
			if c := d.peek(); c.kind == quoted {
				d.add(t, d.next().text)
				added = len(t.columns) - 1
			}
		case k.is("CHANGE"):
			from, to := d.next(), d.next()
			if n := slices.Index(t.columns, from.text); n >= 0 && to.kind == quoted {
				t.columns[n] = to.text
			}
		case k.is("AFTER") && added >= 0:
			column := t.columns[added]
			t.columns = slices.Delete(t.columns, added, added+1)
			t.columns = slices.Insert(t.columns, slices.Index(t.columns, d.next().text)+1, column)
			added = -1
		}
	}
}

// insert reads the rows of INSERT INTO.
func (d *dump) insert() {
	for d.peek().is("INTO") || d.peek().is("IGNORE") || d.peek().is("LOW_PRIORITY") || d.peek().is("DELAYED") {
		d.next()
	}
	name := d.name()
	keep, ok := d.wanted[name]
	if !ok {
		d.skip()
		return
	}
	t, columns := d.table(name), d.found[name].columns
	k := d.next()
	if k.sign("(") {
		columns = nil
		for k = d.next(); k.kind != ended && !k.sign(")"); k = d.next() {
			if k.kind == quoted || k.kind == word {
				columns = append(columns, k.text)
			}
		}
		if len(t.columns) == 0 {
			t.columns = columns
		}
		k = d.next()
	}
	if !k.is("VALUES") && !k.is("VALUE") {
		d.skip()
		return
	}
	for k = d.next(); k.sign("("); k = d.next() {
		values, null := d.row()
		switch {
		case !keep:
			t.more++
		case len(values) != len(columns):
			t.broken = append(t.broken, Told{At: fmt.Sprintf("%s, line %d", name, k.line), Why: invalid("incoming.columns", "Values", len(values), "Columns", len(columns))})
		default:
			t.rows = append(t.rows, made(name, k.line, columns, values, null))
		}
		if k = d.peek(); !k.sign(",") {
			break
		}
		d.next()
	}
	d.skip()
}

// made is a record; a row that has an id is found by it, another by its line.
func made(name string, line int, columns, values []string, null []bool) record {
	r := record{at: fmt.Sprintf("%s, line %d", name, line), values: make(map[string]string, len(columns))}
	for n, c := range columns {
		if !null[n] {
			r.values[c] = values[n]
		}
	}
	if id := r.text("id"); id != "" {
		r.at = name + " " + id
	}
	return r
}

// row reads values up to the closing bracket.
func (d *dump) row() (values []string, null []bool) {
	var value strings.Builder
	some, isNull, deep := false, false, 0
	for {
		switch t := d.next(); {
		case t.kind == ended:
			d.torn()
			return values, null
		case t.sign(")") && deep == 0, t.sign(",") && deep == 0:
			if some || t.sign(",") || len(values) > 0 {
				values, null = append(values, value.String()), append(null, isNull)
			}
			if t.sign(")") {
				return values, null
			}
			value.Reset()
			some, isNull = false, false
		case t.sign("("):
			deep++
		case t.sign(")"):
			deep--
		case t.kind == word && strings.HasPrefix(t.text, "_") && !some: // a character set before a text
		case t.is("NULL") && !some:
			some, isNull = true, true
		case t.kind == word && strings.HasPrefix(strings.ToLower(t.text), "0x"):
			value.WriteString(fromHex(t.text[2:]))
			some = true
		default:
			value.WriteString(t.text)
			some = true
		}
	}
}
