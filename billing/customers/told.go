package customers

// told is what the trail keeps of a customer: enough to see a change, masked where it leads to a person.
func told(c Customer, contacts []Contact) map[string]any {
	said := map[string]any{"number": c.Number, "kind": c.Kind, "name": c.Name, "segment": c.Segment, "site": id(c.SiteID), "language": c.Lang,
		"pin": maskedPIN(c.PIN), "bill_day": c.BillDay, "payment_days": c.PaymentDays}
	if c.BillWeekday != 0 {
		said["bill_weekday"] = c.BillWeekday
	}
	if c.ParentID != 0 {
		said["parent"], said["parent_pays"] = id(c.ParentID), c.ParentPays
	}
	if c.TaxExempt {
		said["tax_exempt"], said["certificate"], said["exempt_from"], said["exempt_until"] = true, c.ExemptCertificate, c.ExemptFrom, c.ExemptUntil
	}
	if c.PurchaseOrderNeeded || c.PurchaseOrder != "" {
		said["purchase_order_needed"], said["purchase_order"] = c.PurchaseOrderNeeded, c.PurchaseOrder
	}
	if len(contacts) > 0 {
		said["contacts"] = toldContacts(contacts)
	}
	return said
}

func maskedPIN(pin string) string {
	if len(pin) < 5 {
		return ""
	}
	return pin[:2] + "•••" + pin[len(pin)-3:]
}

func toldContacts(contacts []Contact) []string {
	all := []string{}
	for _, c := range contacts {
		text := c.Masked()
		if c.Person != "" {
			text += " " + c.Person
		}
		if c.ForBills {
			text += " (bills)"
		}
		if c.ForAlerts {
			text += " (alerts)"
		}
		all = append(all, text)
	}
	return all
}
