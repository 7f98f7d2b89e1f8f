package backoffice

// todayPage is the first page: money, people, what needs somebody.
type todayPage struct {
	frame
	Figures []figure
	Hours   []hourBar
	Total   string
	Queues  []queueLine
	Alarms  []alarmLine
}

type figure struct{ Label, Value, Detail, Address string }

// hourBar is the money of one hour, drawn in a box of 24 columns, 100 high.
type hourBar struct {
	Hour, Amount string
	X, Y, Height int
	Later        bool // the hour has not come yet
}

type queueLine struct {
	Name, Oldest, Waits, Address string
	Count                        int
	State                        stateView
}

type alarmLine struct {
	Text, Since, Address string
	State                stateView
}

// bars draws amounts by hour; the tallest fills the box.
func bars(cents [24]int64, now int, say func(cents int64) string) []hourBar {
	var most int64 = 1
	for _, c := range cents {
		most = max(most, c)
	}
	all := make([]hourBar, 0, len(cents))
	for hour, c := range cents {
		height := int(c * 96 / most)
		if c > 0 {
			height = max(height, 2)
		}
		all = append(all, hourBar{Hour: twoDigits(hour), Amount: say(c), X: hour * 10, Y: 100 - height, Height: height, Later: hour > now})
	}
	return all
}

func twoDigits(n int) string { return string([]byte{byte('0' + n/10), byte('0' + n%10)}) }
