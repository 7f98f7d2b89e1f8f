package app

import (
	"bytes"
	"cmp"
	"context"
	"image"
	"image/png"
	"os"

	"golang.org/x/image/draw"

	"mtandao/internal/fault"
	"mtandao/internal/notify"
	"mtandao/internal/paper"
	"mtandao/internal/settings"
	"mtandao/internal/site"
	"mtandao/themes"
)

// look is how e-mail of a site looks, and whose name it has; of no site, the provider's.
func (m *Main) look(siteID int64) notify.Look {
	_, b, err := m.Sites.Get(siteID)
	if err != nil {
		b = site.House
		b.Name = m.Settings.String(settings.ProviderName)
	}
	l := notify.Look{Name: b.Name, FromName: cmp.Or(b.MailName, b.Name), From: b.MailFrom, ReplyTo: b.Email, Colours: themes.Pour(b.Accent, b.AccentInk, b.Paper, b.Ink), Logo: mailLogo(b)}
	if l.ReplyTo == "" && l.From == "" { // who writes from an address of their own reads it
		l.ReplyTo = m.Settings.String(settings.PaperEmail)
	}
	return l
}

// logoHigh is the height of a logo in e-mail, in pixels of a sharp screen.
const logoHigh = 72

// mailLogo is a brand's logo as every reader of e-mail shows it, which SVG is not; nil for none.
func mailLogo(b site.Brand) []byte {
	whole := paper.Logo(b.Logo, b.LogoType)
	if whole == nil {
		return nil
	}
	from := whole.Bounds()
	to := image.NewNRGBA(image.Rect(0, 0, max(1, from.Dx()*logoHigh/max(1, from.Dy())), logoHigh))
	draw.CatmullRom.Scale(to, to.Bounds(), whole, from, draw.Src, nil)
	var out bytes.Buffer
	if png.Encode(&out, to) != nil {
		return nil
	}
	return out.Bytes()
}

type billPDFCommand struct {
	withConfig
	Number string `arg:"" help:"The number of an invoice, a credit note, a pro forma or a receipt."`
	Out    string `required:"" placeholder:"FILE" type:"path" help:"The file to write."`
}

// Help implements kong.HelpProvider.
func (billPDFCommand) Help() string {
	return "Writes the PDF that the customer gets: the same octets each time.\n\nExample: mtandao bill pdf INV-2026-000042 --out invoice.pdf"
}

// Run writes the file; fault.NotFound "invoice.unknown" or "paper.unknown".
func (cmd *billPDFCommand) Run(c *console) error {
	return c.change(&cmd.Config, func(m *Main) error { return cmd.write(c, m) })
}

func (cmd *billPDFCommand) write(c *console, m *Main) error {
	p, err := m.Papers.Numbered(c, cmd.Number)
	if err != nil {
		return err
	}
	file, err := m.Papers.File(c, p)
	if err != nil {
		return err
	}
	if err := os.WriteFile(cmd.Out, file, 0o600); err != nil {
		return fault.Wrap(fault.Invalid, "config.file", err, "Path", cmd.Out)
	}
	c.printf("%s: %s, %d bytes\n", cmd.Out, p.Name, len(file))
	return nil
}

type doctorMailCommand struct {
	withConfig
	JSON bool   `help:"Print JSON."`
	To   string `placeholder:"ADDRESS" help:"Also send a short test there; a running program sends it."`
}

// Help implements kong.HelpProvider.
func (doctorMailCommand) Help() string {
	return "Opens an encrypted connection to the mail server and signs in, and says what is wrong. The same with the mailbox of tickets, when there is one.\n\nExample: mtandao doctor mail --to me@example.com"
}

// Run tries the mail server.
func (cmd *doctorMailCommand) Run(c *console) error {
	return c.change(&cmd.Config, func(m *Main) error {
		found := findings{}
		if err := m.Notify.TryMail(c); err != nil {
			found.fail("mail", err, "see Settings, Messages, E-mail")
		} else {
			found.ok("mail", "the mail server lets us in, encrypted")
		}
		found.tryMailbox(c, m)
		if cmd.To != "" {
			if _, err := m.Notify.SendTest(c, notify.Email, cmd.To, "en", "doctor", ""); err != nil {
				return err
			}
			found.ok("test", "waits for a running program to send it to %s", cmd.To)
		}
		return found.tell(c, cmd.JSON)
	})
}

// mail says whether e-mail is set up, and whether anything was refused lately. It touches no network.
func (f *findings) mail(ctx context.Context, m *Main) {
	carrier, err := m.Notify.Carrier(ctx, notify.Email)
	switch {
	case fault.Is(err, fault.NotFound):
		f.warn("mail", "e-mail is not set up: customers get no invoices by it", "set it up in the back office under Messages")
	case err != nil:
		f.fail("mail", err, "see the database and the key file")
	case carrier.Off:
		f.warn("mail", "e-mail is switched off: it waits", "switch it on in the back office under Messages")
	default:
		f.ok("mail", "%s as %s; mtandao doctor mail tries it", carrier.Host, carrier.Sender)
	}
}
