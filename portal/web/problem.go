package web

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/gofiber/fiber/v2"

	"mtandao/internal/fault"
	"mtandao/internal/words"
)

// ProblemBody is what a program is told of a call that failed: RFC 9457. Type is stable; Detail is for whoever reads the program's log.
type ProblemBody struct {
	Type   string `json:"type" doc:"What kind of problem it is; the same kind has always the same type."`
	Title  string `json:"title" doc:"The kind in words."`
	Status int    `json:"status" doc:"The HTTP status."`
	Detail string `json:"detail" doc:"What went wrong, in plain words."`
	Code   string `json:"code" doc:"The name of the sentence in detail."`
	ID     string `json:"request_id" doc:"The name of this call in the provider's log."`

	Errors []FieldProblem `json:"errors" doc:"What is wrong with which fields of what was sent; empty when it is no field."`
}

// FieldProblem is what is wrong with one field of what a program sent.
type FieldProblem struct {
	Field  string `json:"field" doc:"Where it stands, such as contacts[0].value."`
	Detail string `json:"detail" doc:"What is wrong with it, in plain words."`
	Code   string `json:"code" doc:"The name of the sentence in detail."`
}

// AtField is what a fault says of a field.
func AtField(field string, err error) FieldProblem {
	return FieldProblem{field, words.Fault(words.English, err), fault.KeyOf(err)}
}

const problemType = "urn:mtandao:problem:"

// Problem answers a program with a problem. The cause of an error is never told.
func Problem(c *fiber.Ctx, status int, err error) error {
	body, failed := ProblemText(c, status, err)
	if failed != nil {
		return failed
	}
	return SendProblem(c, status, body)
}

// ProblemText is the body of a problem.
func ProblemText(c *fiber.Ctx, status int, err error, at ...FieldProblem) ([]byte, error) {
	err = Fault(err)
	title := http.StatusText(status)
	return json.Marshal(ProblemBody{Type: problemType + strings.ToLower(strings.ReplaceAll(title, " ", "-")), Title: title, Status: status,
		Detail: words.Fault(words.English, err), Code: fault.KeyOf(err), ID: RequestID(c), Errors: append([]FieldProblem{}, at...)})
}

// SendProblem answers with the body of a problem.
func SendProblem(c *fiber.Ctx, status int, body []byte) error {
	c.Set(fiber.HeaderContentType, "application/problem+json")
	return c.Status(status).Send(body)
}
