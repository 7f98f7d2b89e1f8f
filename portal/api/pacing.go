package api

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"mtandao/internal/fault"
)

// count counts a call of a key, and says in the answer's header how many are left (draft-ietf-httpapi-ratelimit-headers).
func (q *call) count() time.Duration {
	name := strconv.FormatInt(q.key.ID, 10)
	wait := q.api.calls.Wait(name)
	left := q.api.calls.Left(name)
	window := callsAtOnce * callEvery
	q.Set("RateLimit-Policy", fmt.Sprintf(`"key";q=%d;w=%d`, callsAtOnce, int(window.Seconds())))
	q.Set("RateLimit", fmt.Sprintf(`"key";r=%d;t=%d`, max(left, 0), seconds(time.Duration(callsAtOnce-left)*callEvery)))
	return wait
}

func seconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }

// slow tells a program how long to wait.
func (q *call) slow(wait time.Duration) (int, error) {
	q.Set(fiber.HeaderRetryAfter, strconv.Itoa(max(seconds(wait), 1)))
	return http.StatusTooManyRequests, fault.New(fault.TooMany, "api.too_many")
}
