package access

import (
	"reflect"
	"testing"
	"time"

	"mtandao/internal/fault"
)

func fullLimits() Limits {
	return Limits{
		UpKbps: 512, DownKbps: 2048, Burst: Burst{1024, 4096, 400, 1500, 8 * time.Second}, DataBytes: 5 << 30, Time: time.Hour,
		TimeKind: Online, Valid: 24 * time.Hour, ValidUntil: time.Date(2026, 12, 1, 0, 0, 0, 1e6, time.UTC),
		Hours: Hours{{Days: [7]bool{true, 6: true}, From: 60, To: 30}}, Devices: 3, Idle: 5 * time.Minute,
		FairUse: FairUse{10, PerMonth, 100, 200, true, 5}, Night: Night{Hours: Hours{{Days: [7]bool{2: true}, From: 60, To: 30}}, UpKbps: 1, DownKbps: 2, Free: true},
		Address: Address{Pool: "homes", IPv6Pool: "six"},
	}
}

func TestLimitsAreStoredWhole(t *testing.T) {
	for _, l := range []Limits{fullLimits(), {TimeKind: Calendar}} {
		got, err := DecodeLimits(EncodeLimits(l))
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(l, got) {
			t.Errorf("%+v came back as %+v", l, got)
		}
	}
}

func TestDecodeLimitsReadsWhatIsStoredToday(t *testing.T) {
	stored := `{"version":1,"up_kbps":512,"down_kbps":2048,"data_bytes":1000,"time_seconds":3600,"devices":1}`
	want := Limits{UpKbps: 512, DownKbps: 2048, DataBytes: 1000, Time: time.Hour, TimeKind: Calendar, Devices: 1}
	got, err := DecodeLimits([]byte(stored))
	if err != nil || !reflect.DeepEqual(want, got) {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestDecodeLimitsRefuses(t *testing.T) {
	tests := map[string]string{
		``: "limits.unreadable", `{}`: "limits.unreadable", `{"version":2}`: "limits.unreadable",
		`{"version":1,"more":1}`:                                  "limits.unreadable",
		`{"version":1,"hours":[{"days":[7]}]}`:                    "limits.unreadable",
		`{"version":1,"data_bytes":-1}`:                           "limits.data",
		`{"version":1,"up_kbps":-1}`:                              "limits.rate",
		`{"version":1,"time_seconds":999999999}`:                  "limits.time",
		`{"version":1,"valid_seconds":-5}`:                        "limits.time",
		`{"version":1,"devices":5000}`:                            "limits.devices",
		`{"version":1,"hours":[{"days":[]}]}`:                     "limits.hours",
		`{"version":1,"hours":[{"days":[1],"from_minute":1440}]}`: "limits.hours",
		`{"version":1,"time_seconds":18446744074}`:                "limits.time", // times 10^9 it wraps to 0.3 s
	}
	for text, key := range tests {
		if l, err := DecodeLimits([]byte(text)); fault.KeyOf(err) != key {
			t.Errorf("%s: %+v, %v, want %s", text, l, err, key)
		}
	}
}

func TestStacks(t *testing.T) {
	hour := Limits{DownKbps: 2048, Time: time.Hour, Devices: 1}
	capped := Limits{DownKbps: 2048, Time: time.Hour, DataBytes: 100, Devices: 1}
	faster := Limits{DownKbps: 4096, Time: time.Hour, Devices: 1}
	longer := Limits{DownKbps: 2048, Time: 3 * time.Hour, TimeKind: Calendar}
	tests := []struct {
		name      string
		have, add Limits
		want      bool
	}{
		{"the same", hour, hour, true},
		{"other sums", hour, longer, true},
		{"a cap on no cap", hour, capped, false},
		{"no cap on a cap", capped, hour, false},
		{"another speed", hour, faster, false},
		{"another kind of time", hour, Limits{DownKbps: 2048, Time: time.Hour, TimeKind: Online}, false},
	}
	for _, tt := range tests {
		if got := tt.have.stacks(tt.add); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
	if sum := capped.plus(capped); sum.Time != 2*time.Hour || sum.DataBytes != 200 || sum.DownKbps != 2048 {
		t.Errorf("twice is %+v", sum)
	}
}

func FuzzDecodeLimits(f *testing.F) {
	f.Add(EncodeLimits(fullLimits()))
	f.Add([]byte(`{"version":1}`))
	f.Add([]byte(`{"version":1,"hours":[{"days":[0,6],"from_minute":60,"to_minute":30}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		l, err := DecodeLimits(text)
		if err != nil {
			return
		}
		again, err := DecodeLimits(EncodeLimits(l))
		if err != nil || !reflect.DeepEqual(l, again) {
			t.Fatalf("%s: %+v became %+v, %v", text, l, again, err)
		}
	})
}
