package api

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"mtandao/internal/webhooks"
)

// webhooks tells what is sent for each kind of event.
func (d describer) webhooks(all []occurrence) node {
	told := node{}
	for _, one := range all {
		event := node{"type": "object", "required": []string{"id", "type", "created", "api_version", "data"}, "additionalProperties": false, "properties": node{
			"id":          node{"type": "string", "description": "The same in each attempt: who has seen it drops it."},
			"type":        node{"type": "string", "enum": []string{string(one.kind)}},
			"created":     node{"type": "string", "format": "date-time", "description": "When it happened."},
			"api_version": node{"type": "string", "enum": []string{webhooks.Version}},
			"data":        d.inPlace(reflect.TypeOf(one.data)),
		}}
		told[string(one.kind)] = node{"post": node{"operationId": "on" + eventName(one.kind), "summary": one.summary, "tags": []string{"webhooks"}, "security": []any{},
			"description": "Sent to each endpoint that wants it. Check the signature before anything else.",
			"parameters": []any{header(webhooks.HeaderSignature, "t= the Unix seconds of the attempt, then a v1= of each secret that signs: the hexadecimal HMAC-SHA256 of t, a full stop and the body."),
				header(webhooks.HeaderEvent, "The id of the event.")},
			"requestBody": node{"required": true, "content": node{"application/json": node{"schema": event}}},
			"responses":   node{"2XX": node{"description": "It is taken."}, "default": node{"description": "It is not taken, and sent again later."}}}}
	}
	return told
}

// inPlace is the schema of a type where no address tells of it: generators look at addresses, and leave out a component that only a webhook names.
func (d describer) inPlace(t reflect.Type) node {
	if d.schemas[schemaName(t)] == nil {
		return d.object(t)
	}
	return d.schema(t)
}

func header(name, text string) node {
	return node{"name": name, "in": "header", "required": true, "description": text, "schema": node{"type": "string"}}
}

// eventName is InvoicePaid of invoice.paid.
func eventName(k webhooks.Kind) string {
	name := ""
	for _, word := range strings.FieldsFunc(string(k), func(r rune) bool { return r == '.' || r == '_' }) {
		name += strings.ToUpper(word[:1]) + word[1:]
	}
	return name
}

// referenceEvent is a kind of event in the page for people.
type referenceEvent struct{ Kind, Summary, Schema string }

func (a *API) toldEvents() (all []referenceEvent) {
	for _, one := range a.occurrences() {
		all = append(all, referenceEvent{string(one.kind), one.summary, schemaName(reflect.TypeOf(one.data))})
	}
	return all
}

// toldPauses are how long after each failed attempt the next one follows, as people say it.
func toldPauses() string {
	var all []string
	for _, p := range webhooks.Pauses() {
		switch {
		case p < time.Minute:
			all = append(all, fmt.Sprintf("%d s", p/time.Second))
		case p < time.Hour:
			all = append(all, fmt.Sprintf("%d min", p/time.Minute))
		default:
			all = append(all, fmt.Sprintf("%d h", p/time.Hour))
		}
	}
	return strings.Join(all, ", ")
}
