package router

import (
	"testing"
	"time"
)

func TestParseRate(t *testing.T) {
	for text, want := range map[string]rate{
		"2M":                                    {2_000_000, 2_000_000},
		"2M/5M":                                 {2_000_000, 5_000_000},
		"512k/64000":                            {512_000, 64_000},
		"2M/5M 4M/8M":                           {2_000_000, 5_000_000},
		"2M/5M 4M/10M 1500k/4M 16/16 8 512k/1M": {2_000_000, 5_000_000},
		"0/0":                                   {},
	} {
		if got, err := parseRate(text); err != nil || got != want {
			t.Errorf("%q: %v %v", text, got, err)
		}
	}
	for _, text := range []string{"", " ", "fast", "2M/", "2m", "-1M", "2M/5M 4M/10M 1M/1M 16 9", "2M/5M 4M/10M 1M/1M 16 0",
		"1M 1M 1M 1 8 2M", "1M 1M 1M 1 8 1M 1M", "99999999999999"} {
		if got, err := parseRate(text); err == nil {
			t.Errorf("%q is %v", text, got)
		}
	}
}

func FuzzParseRate(f *testing.F) {
	f.Add("2M/5M 4M/10M 1500k/4M 16/16 8 512k/1M")
	f.Add("1G")
	f.Fuzz(func(t *testing.T, text string) {
		if r, err := parseRate(text); err == nil && (r.up < 0 || r.down < 0 || r.up > 1e12 || r.down > 1e12) {
			t.Fatalf("%q is %v", text, r)
		}
	})
}

func TestReadLimitsOfMikroTik(t *testing.T) {
	p := accept(number(attrSessionTimeout, 3600), number(attrIdleTimeout, 300), number(attrAcctInterimInterval, 30),
		number(attrPortLimit, 2), vendorNumber(vendorMikroTik, 17, 705032704), vendorNumber(vendorMikroTik, 18, 1),
		vendorNumber(vendorMikroTik, 1, 1000), vendorNumber(vendorMikroTik, 2, 2000), vendorBytes(vendorMikroTik, 8, "1M/2M"))
	got, err := readLimits(MikroTik, p, limits{})
	if err != nil {
		t.Fatal(err)
	}
	if got.session != time.Hour || got.idle != 5*time.Minute || got.interim != 30*time.Second || got.ports != 2 {
		t.Errorf("times %+v", got)
	}
	if got.total != 5_000_000_000 || got.up != 1000 || got.down != 2000 || got.rate != (rate{1_000_000, 2_000_000}) {
		t.Errorf("bytes %+v", got)
	}
	zero, _ := readLimits(MikroTik, accept(vendorNumber(vendorMikroTik, 17, 0), vendorNumber(vendorMikroTik, 18, 0)), limits{})
	if zero.total != 0 {
		t.Errorf("zero Total-Limit is %d", zero.total)
	}
}

func TestReadLimitsOfChilli(t *testing.T) {
	p := accept(number(attrAcctInterimInterval, 59), vendorNumber(vendorChilli, 3, 100), vendorNumber(vendorChilli, 23, 2),
		vendorNumber(vendorChilli, 1, 10), vendorNumber(vendorChilli, 2, 20), vendorNumber(vendorWISPr, 7, 64000),
		vendorNumber(vendorWISPr, 8, 1), vendorNumber(vendorChilli, 5, 2000))
	got, _ := readLimits(Chilli, p, limits{})
	if got.interim != chilliInterim {
		t.Errorf("interim under a minute gives %v", got.interim)
	}
	if got.total != 2<<32+100 || got.up != 10 || got.down != 20 {
		t.Errorf("bytes %+v", got)
	}
	if got.rate != (rate{64_000, 2_000_000}) {
		t.Errorf("WISPr is bit/s and ChilliSpot kbit/s: %+v", got.rate)
	}
	if got, _ := readLimits(Chilli, accept(number(attrAcctInterimInterval, 60)), limits{}); got.interim != time.Minute {
		t.Errorf("60 s gives %v", got.interim)
	}
}
