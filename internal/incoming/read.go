package incoming

import (
	"context"
	"io"
	"slices"
	"time"
)

// ReadPHPNuxBill reads a dump of PHPNuxBill's database. fault.Invalid "incoming.no_table" or "incoming.torn" when it cannot be read at all.
func ReadPHPNuxBill(in io.Reader, zone *time.Location) (*Batch, error) {
	all, err := readDump(in, nuxTables, nuxLeft)
	if err != nil {
		return nil, err
	}
	return readNux(all, zone)
}

// QueryPHPNuxBill reads PHPNuxBill's database by its DSN; it changes nothing there.
func QueryPHPNuxBill(ctx context.Context, dsn string, zone *time.Location) (*Batch, error) {
	all, err := query(ctx, dsn, nuxTables, nuxLeft)
	if err != nil {
		return nil, err
	}
	return readNux(all, zone)
}

// ReadFreeRADIUS reads a dump of FreeRADIUS's SQL, with the faults of ReadPHPNuxBill.
func ReadFreeRADIUS(in io.Reader, zone *time.Location) (*Batch, error) {
	all, err := readDump(in, radiusTables, radiusLeft)
	if err != nil {
		return nil, err
	}
	return readRADIUS(all, zone)
}

// QueryFreeRADIUS reads FreeRADIUS's database by its DSN.
func QueryFreeRADIUS(ctx context.Context, dsn string, zone *time.Location) (*Batch, error) {
	all, err := query(ctx, dsn, radiusTables, radiusLeft)
	if err != nil {
		return nil, err
	}
	return readRADIUS(all, zone)
}

// ReadRouter reads the text of a router's /export; router is its name here.
func ReadRouter(in io.Reader, router string, zone *time.Location) (*Batch, error) {
	e, err := readExport(in, RouterMenus...)
	if err != nil {
		return nil, err
	}
	return readRouterOS(e, router, zone)
}

// AskRouter reads what a router's API answered for each of RouterMenus.
func AskRouter(menus map[string][]map[string]string, router string, zone *time.Location) (*Batch, error) {
	e := &export{items: map[string][]item{}}
	for _, menu := range RouterMenus {
		for _, props := range menus[menu] {
			i := item{at: menu + " " + props[".id"], verb: "add", props: map[string]string{}}
			for name, value := range props {
				i.props[name] = readable(value)
			}
			e.items[menu] = append(e.items[menu], i)
		}
	}
	return readRouterOS(e, router, zone)
}

// Parts are what was counted, in order.
func (b *Batch) Parts() []string {
	var parts []string
	for name := range b.Counts {
		parts = append(parts, name)
	}
	slices.Sort(parts)
	return parts
}
