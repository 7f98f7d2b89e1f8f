package backoffice

import (
	"slices"

	"github.com/gofiber/fiber/v2"

	"mtandao/internal/fault"
	"mtandao/internal/staff"
	"mtandao/radius/routers"
)

// firstLine shows the line that sets up the router that was made just now, by the choices that fit most.
func (b *Backoffice) firstLine(q *request, name string) error {
	all := b.Routers.All()
	i := slices.IndexFunc(all, func(r routers.Router) bool { return r.Name == name })
	if i < 0 {
		return led(wizard + "/done")
	}
	choices, err := choicesOf(usual(routerSetupSheets).Fields)
	if err != nil {
		return err
	}
	line, err := b.Machines.SetupLine(q.ctx, q.author(), all[i].ID, choices)
	if fault.Is(err, fault.Internal) {
		return err
	}
	if err != nil { // the router is there: its line can be made later
		q.tellFault(err)
		return led(wizard + "/done")
	}
	at, err := b.progress(q)
	if err != nil {
		return err
	}
	p := q.linePage(all[i], line, choices.Version, b.Zone)
	p.Crumbs, p.Steps = nil, b.steps(q, &p.frame, at, "done")
	p.End = append([]act{{Name: p.T("office.setup.pasted"), Address: wizard + "/done", Icon: "check", Tone: "primary"}}, p.End...)
	return q.show(p)
}

// donePage says what is missing, and where guests begin.
type donePage struct {
	frame
	Steps   []step
	Missing []crumb
	SetUp   []crumb // routers that we have never heard of, where their line is made
	Portals []crumb
}

func (b *Backoffice) endSetup(q *request) error {
	at, err := b.progress(q)
	if err != nil {
		return err
	}
	p := &donePage{frame: q.page("office.setup.title_done", "settings")}
	p.Steps = b.steps(q, &p.frame, at, "done")
	for _, part := range b.missing(q, at, "") {
		p.Missing = append(p.Missing, crumb{p.T("office.setup.miss_" + part.Name), part.Address})
	}
	for _, r := range b.Routers.All() {
		if r.State == routers.StateActive && len(p.Portals) < mostPortals {
			p.Portals = append(p.Portals, crumb{r.Name, b.Setup.PortalPage(r.ID)})
			if r.Dialect == routers.MikroTik && q.may(staff.RoutersEdit, r.SiteID) && b.Routers.LastHeard(r.ID).IsZero() {
				p.SetUp = append(p.SetUp, crumb{p.T("office.setup.set_up", "Name", r.Name), "/office/routers/" + number(r.ID) + "/setup"})
			}
		}
	}
	return q.send(fiber.StatusOK, "done", p)
}

const mostPortals = 10
