package settings

import "testing"

func TestMessageKeysAreChecked(t *testing.T) {
	for _, k := range Keys {
		if err := check(k.Name, k.Default); err != nil {
			t.Errorf("the default of %s: %v", k.Name, err)
		}
	}
	tests := map[string]struct{ good, bad []string }{
		MessageZone:         {[]string{"Africa/Kampala"}, []string{"", "Local", "Mars/Base"}},
		MessageQuietFrom:    {[]string{"00:00", "23:59"}, []string{"24:00", "7:00", "07:60", ""}},
		MessageStop:         {[]string{"STOP 12345"}, []string{"", "  "}},
		AlertSMS:            {[]string{"", "0712345678, +254112345678"}, []string{"0812345678", "0712345678;0712345679"}},
		AlertEmail:          {[]string{"a@b.co,c@d.co"}, []string{"Asha <a@b.co>", "a@b.co\r\nBcc: c@d.co"}},
		AlertTelegram:       {[]string{"-100123", "@mtaanet"}, []string{"mtaanet"}},
		AlertWebhook:        {[]string{"https://h.example.com/x", "http://127.0.0.1:8080/"}, []string{"http://h.example.com/x", "ftp://h.example.com", "https://u:p@h.example.com"}},
		AlertLanguage:       {[]string{"sw"}, []string{"fr"}},
		AlertPromptSuccess:  {[]string{"0", "80"}, []string{"81", "-1", "half"}},
		MessageCodesPerHour: {[]string{"1"}, []string{"0"}},
	}
	for name, tt := range tests {
		for _, value := range tt.good {
			if err := check(name, value); err != nil {
				t.Errorf("%s %q: %v", name, value, err)
			}
		}
		for _, value := range tt.bad {
			if check(name, value) == nil {
				t.Errorf("%s %q passes", name, value)
			}
		}
	}
}
