package app

import (
	"encoding/base64"

	"mtandao/internal/fieldwork"
)

// mostOfFiles bounds how many octets of files go along, the newest first: the export is made in memory. Of the others it tells all but the content.
const mostOfFiles = 8 << 20

// files are the photographs and papers that are kept of them, with their content.
func (e *exported) files() {
	room := int64(mostOfFiles)
	e.out["files"] = everyOne(e, func(before int64) ([]fieldwork.File, error) {
		return e.m.Field.FilesOf(e, e.c.ID, before, exportedAtOnce)
	},
		func(f fieldwork.File) int64 { return f.ID }, func(f fieldwork.File) any {
			is := map[string]any{"at": stampOf(f.MadeAt), "name": f.Name, "kind": f.Kind, "type": f.Type, "octets": f.Octets, "content": ""}
			if room -= f.Octets; room >= 0 {
				body, err := e.m.Field.ReadFile(e, f.ID)
				if e.err == nil {
					e.err = err
				}
				is["content"] = base64.StdEncoding.EncodeToString(body)
			}
			return is
		})
}

// outside is what was written down of them before they were a customer, who went to them, and what they have of ours.
func (e *exported) outside() {
	e.out["asked_for"] = everyOne(e, func(before int64) ([]fieldwork.Lead, error) {
		return e.m.Field.LeadsOf(e, e.c.ID, before, exportedAtOnce)
	},
		func(l fieldwork.Lead) int64 { return l.ID }, func(l fieldwork.Lead) any {
			return map[string]any{"at": stampOf(l.MadeAt), "name": l.Name, "phone": l.Phone, "address": l.Address.Text(), "place": l.Address.At.String(), "plan": l.PlanKey, "source": l.Source, "note": l.Note}
		})
	e.out["visits"] = everyOne(e, func(before int64) ([]fieldwork.Visit, error) {
		return e.m.Field.VisitsOf(e, e.c.ID, before, exportedAtOnce)
	},
		func(v fieldwork.Visit) int64 { return v.ID }, func(v fieldwork.Visit) any {
			return map[string]any{"day": v.Day.String(), "window": v.Window(), "kind": v.Kind, "state": v.State, "address": v.Address, "place": v.At.String(), "note": v.Note, "outcome": v.Outcome}
		})
	has, err := e.m.Field.EquipmentOf(e, e.c.ID, mostExported)
	if e.err == nil {
		e.err = err
	}
	list := []any{}
	for _, t := range has {
		list = append(list, map[string]any{"serial": t.Serial, "mac": t.MAC.Colons(), "kind": t.Kind, "model": t.Model, "sold": t.Where.Sold})
	}
	e.out["equipment"] = list
}
