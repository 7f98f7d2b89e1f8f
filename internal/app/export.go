package app

import (
	"context"
	_ "embed"
	"errors"
	"io"
	"reflect"

	"github.com/goccy/go-yaml"

	"mtandao/internal/settings"
)

// example is a whole provider, for a person to begin with.
//
//go:embed example.yaml
var example string

type exportCommand struct {
	withConfig
	Secrets bool `help:"Write secrets in the clear."`
	Example bool `help:"Print an example file instead; needs no database."`
}

// Help implements kong.HelpProvider.
func (exportCommand) Help() string {
	return "Applying an export changes nothing.\n\nExample: mtandao export > provider.yaml"
}

// Run writes the file.
func (cmd *exportCommand) Run(c *console) error {
	if cmd.Example {
		_, err := io.WriteString(c.stdout, example)
		return err
	}
	m, err := c.look(&cmd.Config)
	if err != nil {
		return err
	}
	body, err := m.export(c, cmd.Secrets)
	if err == nil {
		_, err = c.stdout.Write(body)
	}
	return errors.Join(err, m.Close())
}

// export writes what apply reads, from the database. Without secrets it can be applied where they are stored already.
func (m *Main) export(ctx context.Context, secrets bool) ([]byte, error) {
	d, err := m.document(ctx)
	if err != nil {
		return nil, err
	}
	head := "# Written by mtandao export, with secrets in the clear: keep it safe.\n"
	if !secrets {
		d.hideSecrets()
		head = "# Written by mtandao export. Secrets are left out: applied again, they stay as they are.\n"
	}
	body, err := yaml.MarshalWithOptions(d, yaml.IndentSequence(true), yaml.UseLiteralStyleIfMultiline(true), yaml.WithComment(m.routerComments(d)))
	return append([]byte(head), body...), err
}

func (m *Main) document(ctx context.Context) (document, error) {
	d, n := document{Provider: m.providerPart()}, m.names()
	for _, b := range m.Sites.Brands() {
		d.Brands = append(d.Brands, brandPartOf(b))
	}
	for _, s := range m.Sites.Sites() {
		d.Sites = append(d.Sites, sitePartOf(s, n))
	}
	for _, r := range m.Routers.All() {
		d.Routers = append(d.Routers, routerPartOf(r, n))
	}
	tills, err := m.Billing.Tills(ctx)
	if err != nil {
		return d, err
	}
	for _, t := range tills {
		d.Tills = append(d.Tills, tillPartOf(t, n))
	}
	leased, err := m.Pools.All(ctx)
	if err != nil {
		return d, err
	}
	for _, p := range leased {
		d.Pools = append(d.Pools, poolPartOf(p))
	}
	all, err := m.Plans.All(ctx)
	for _, p := range all {
		d.Plans = append(d.Plans, planPartOf(p, n))
	}
	if err != nil {
		return d, err
	}
	return d, m.offers(ctx, &d)
}

// offers tells what goes with plans.
func (m *Main) offers(ctx context.Context, d *document) error {
	addons, err := m.Plans.AddOns(ctx)
	if err != nil {
		return err
	}
	for _, a := range addons {
		d.AddOns = append(d.AddOns, addonPartOf(a))
	}
	coupons, err := m.Plans.Coupons(ctx)
	for _, c := range coupons {
		d.Coupons = append(d.Coupons, couponPartOf(c))
	}
	return err
}

func (m *Main) providerPart() *providerPart {
	name, phone := text(m.Settings.String(settings.ProviderName)), text(m.Settings.String(settings.ProviderPhone))
	p := &providerPart{Name: &name, Phone: &phone, Settings: map[string]text{}}
	for _, key := range settings.Keys {
		if key.Name != settings.ProviderName && key.Name != settings.ProviderPhone {
			p.Settings[key.Name] = text(m.Settings.String(key.Name))
		}
	}
	return p
}

// hideSecrets leaves out every field marked secret.
func (d document) hideSecrets() {
	for i := range d.Tills {
		hide(&d.Tills[i])
	}
	for i := range d.Routers {
		hide(&d.Routers[i])
	}
}

func hide(part any) {
	v := reflect.ValueOf(part).Elem()
	for i := range v.NumField() {
		if v.Type().Field(i).Tag.Get("secret") != "" {
			v.Field(i).SetZero()
		}
	}
}
