package portal

import (
	"errors"
	"strconv"

	"github.com/gofiber/fiber/v2"
	"github.com/prometheus/client_golang/prometheus"

	"mtandao/internal/clock"
	"mtandao/portal/web"
)

// meter counts and times requests by route, never by path: paths hold tokens.
type meter struct {
	seconds *prometheus.HistogramVec
	panics  prometheus.Counter
}

func newMeter(registry *prometheus.Registry) *meter {
	m := &meter{
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "mtandao_http_request_seconds",
			Help:    "Time to answer a request, by route and status.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10}}, []string{"route", "status"}),
		panics: prometheus.NewCounter(prometheus.CounterOpts{Name: "mtandao_http_panics_total",
			Help: "Panics of request handlers."}),
	}
	registry.MustRegister(m.seconds, m.panics)
	return m
}

func (m *meter) measure(c *fiber.Ctx) error {
	elapsed := clock.Stopwatch()
	err := c.Next()
	m.seconds.WithLabelValues(route(c, err), strconv.Itoa(status(c, err))).Observe(elapsed().Seconds())
	return err
}

// route is the template that matched. What matched none is one label, whatever was asked for.
func route(c *fiber.Ctx, err error) string {
	var answer *fiber.Error
	if errors.As(err, &answer) && answer.Code == fiber.StatusNotFound || c.Route().Path == "/" {
		return "none"
	}
	return c.Route().Path
}

func status(c *fiber.Ctx, err error) int {
	if err != nil {
		return web.Status(err)
	}
	return c.Response().StatusCode()
}
