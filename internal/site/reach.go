package site

import (
	"net/mail"
	"regexp"
	"strings"

	"mtandao/internal/fault"
	"mtandao/internal/settings"
)

var (
	handleShape = regexp.MustCompile(`^[A-Za-z0-9._-]{1,50}$`)
	dialShape   = regexp.MustCompile(`^[1-9][0-9]{8,14}$`)
)

// reached brings the ways to reach a brand into one form: fault.Invalid "brand.hours", "brand.whatsapp", "brand.email",
// "brand.handle", "brand.mail_name", "brand.mail_from" or "brand.sender".
func (b *Brand) reached() error {
	for _, hours := range []*string{&b.HoursEN, &b.HoursSW} {
		if *hours = strings.TrimSpace(*hours); !isText(*hours, 0, 200) {
			return fault.New(fault.Invalid, "brand.hours")
		}
	}
	for _, handle := range []*string{&b.Facebook, &b.Instagram, &b.TikTok, &b.X} {
		said := *handle
		if *handle = nameThere(said); *handle != "" && !handleShape.MatchString(*handle) {
			return fault.New(fault.Invalid, "brand.handle", "Name", said)
		}
	}
	if dial := dialled(b.WhatsApp); dial == "" || dialShape.MatchString(dial) {
		b.WhatsApp = dial
	} else {
		return fault.New(fault.Invalid, "brand.whatsapp", "Phone", b.WhatsApp)
	}
	if b.Email = strings.TrimSpace(b.Email); b.Email != "" && !isAddress(b.Email) {
		return fault.New(fault.Invalid, "brand.email", "Address", b.Email)
	}
	if b.MailName = strings.TrimSpace(b.MailName); !isText(b.MailName, 0, 80) || strings.ContainsAny(b.MailName, "\r\n\t<>@") {
		return fault.New(fault.Invalid, "brand.mail_name")
	}
	if b.MailFrom = strings.TrimSpace(b.MailFrom); b.MailFrom != "" && !isMailbox(b.MailFrom) {
		return fault.New(fault.Invalid, "brand.mail_from", "Address", b.MailFrom)
	}
	if b.Sender = strings.TrimSpace(b.Sender); b.Sender != "" && !settings.SenderID(b.Sender) {
		return fault.New(fault.Invalid, "brand.sender", "Sender", b.Sender)
	}
	return nil
}

func isAddress(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Address == s && len(s) <= 120
}

var hostShape = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$`)

// isMailbox says whether e-mail can be from an address: in letters that every mail server reads, at a host with a name of its own.
func isMailbox(s string) bool {
	name, host, _ := strings.Cut(s, "@")
	for _, r := range s {
		if r <= ' ' || r > '~' {
			return false
		}
	}
	return isAddress(s) && name != "" && hostShape.MatchString(strings.ToLower(host))
}

// nameThere is the name in what people paste: "@baraka", "https://www.tiktok.com/@baraka?lang=en", "facebook.com/baraka/".
func nameThere(said string) string {
	name := strings.TrimSpace(said)
	name, _, _ = strings.Cut(name, "?")
	name = strings.TrimRight(name, "/")
	if strings.Contains(name, "/") {
		name = name[strings.LastIndex(name, "/")+1:]
	}
	return strings.TrimPrefix(name, "@")
}

// dialled is a number as wa.me wants it: country code first, digits only. A Kenyan number may begin with 0.
func dialled(said string) string {
	digits := strings.NewReplacer(" ", "", "-", "", "(", "", ")", "", "+", "").Replace(strings.TrimSpace(said))
	if strings.HasPrefix(digits, "0") && len(digits) == 10 {
		return "254" + digits[1:]
	}
	return digits
}
