package portal

import (
	"testing"

	"github.com/valyala/fasthttp"
)

func TestOnlyStaffsFormsWithFilesHaveMoreRoom(t *testing.T) {
	for _, c := range []struct {
		address, kind string
		most          int
	}{
		{"/office/brands/1/edit", "multipart/form-data; boundary=x", maxUpload}, {"/office/plans/1/edit", "application/x-www-form-urlencoded", 0},
		{"/h/kasarani/buy", "multipart/form-data; boundary=x", 0}, {"/in/p/0", "application/json", 0}, {"/officer/x", "multipart/form-data", 0},
	} {
		var h fasthttp.RequestHeader
		h.SetRequestURI(c.address)
		h.SetContentType(c.kind)
		if got := room(&h).MaxRequestBodySize; got != c.most {
			t.Errorf("%s %s: %d", c.address, c.kind, got)
		}
	}
}
