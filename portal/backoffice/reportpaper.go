package backoffice

import (
	"context"
	"io"

	"mtandao/billing/pdf"
	"mtandao/internal/clock"
	"mtandao/internal/site"
)

// brandOf is the brand that a report wears: that of the only site that it is of, or the provider's first.
func (a asking) brandOf() site.Brand {
	ids := a.Now.Sites
	if len(ids) != 1 {
		ids = nil
		for _, s := range a.Sites.Sites() {
			ids = append(ids, s.ID)
			break
		}
	}
	for _, id := range ids {
		if _, brand, err := a.Sites.Get(id); err == nil {
			return brand
		}
	}
	return site.Brand{}
}

// paper is what a report says on A4: figures, chart and table, as on its page.
func (a asking) paper(d definition, said telling) ([]byte, error) {
	brand := a.brandOf()
	provider := a.Provider()
	if brand.Name == "" {
		brand.Name = provider
	}
	r := pdf.Report{Common: pdf.Common{Lang: a.f.Lang, Zone: clock.Nairobi, Day: a.Clock.Now(), Seller: pdf.Party{Name: provider},
		Brand: pdf.Brand{Name: brand.Name, Accent: brand.Accent, AccentInk: brand.AccentInk, Logo: brand.Logo, LogoType: brand.LogoType}},
		Title: a.T(d.Title), Lead: a.T(d.Lead), Means: a.T(d.Means), From: a.Now.First.Start(), To: (a.Now.Last + 1).Start()}
	for _, f := range said.Figures {
		r.Figures = append(r.Figures, pdf.Figure{Name: f.Label, Value: f.Value, Detail: f.Detail})
	}
	for _, b := range said.Bars {
		r.Bars = append(r.Bars, pdf.Bar{Label: b.Label, Size: b.Size})
	}
	for _, c := range said.Columns {
		r.Columns = append(r.Columns, pdf.Column{Name: c.Name, Numbers: c.Class == "num"})
	}
	for _, row := range said.Rows {
		var texts []string
		for _, c := range row {
			texts = append(texts, joined(c.Text, c.More, c.State.Text))
		}
		r.Rows = append(r.Rows, texts)
	}
	return r.PDF()
}

// givePaper answers with the paper.
func (q *request) givePaper(name string, file []byte) error {
	return q.download(name+".pdf", "application/pdf", exportFor, func(_ context.Context, out io.Writer) error {
		_, err := out.Write(file)
		return err
	})
}
