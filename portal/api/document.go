package api

import (
	"fmt"
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"mtandao/portal/web"
)

// node is a piece of the document.
type node = map[string]any

// failures are the statuses with which every address may answer, besides its answer.
var failures = map[int]string{
	http.StatusBadRequest: "The call is not right; detail says what is wrong.", http.StatusUnauthorized: "There is no key, or it is unknown, revoked or over.",
	http.StatusForbidden: "The key does not open this.", http.StatusTooManyRequests: "Too many calls; Retry-After says for how long to wait.",
	http.StatusInternalServerError: "Something broke; request_id names it.", http.StatusServiceUnavailable: "The provider's database does not answer; try again.",
}

const about = "Other programs read the provider here, and change it. A key goes with each call as a bearer token; each deed has an idempotency key, so that it is done once however often it is sent. Lists are paged by a cursor. Money is in whole cents with its currency; times are RFC 3339 in UTC; ids are texts. " +
	"What a key's sites do not cover does not exist for it. Each key may call 120 times at once, and four times a second on; the RateLimit fields of the answer say how many calls are left."

// describe is the OpenAPI document of the table of operations.
func (a *API) describe() node {
	d := describer{schemas: node{}}
	paths := node{"/openapi.json": node{"get": node{"operationId": "getDocument", "summary": "Read this document", "description": "It needs no key.", "tags": []string{"document"}, "security": []any{},
		"responses": node{"200": node{"description": "This document.", "content": node{"application/json": node{"schema": node{"type": "object"}}}},
			"400": d.problem("The call is not right.")}}}}
	tags := []any{node{"name": "document", "description": "What this API can do."}}
	seen := map[string]bool{}
	for _, o := range a.operations() {
		there, _ := paths[o.path].(node)
		if there == nil {
			there = node{}
			paths[o.path] = there
		}
		there[strings.ToLower(o.method)] = d.operation(o)
		if !seen[o.tag] {
			seen[o.tag] = true
			tags = append(tags, node{"name": o.tag, "description": strings.ToUpper(o.tag[:1]) + o.tag[1:] + " of the provider."})
		}
	}
	return node{"openapi": "3.1.0", "info": node{"title": "Mtandao API", "version": "1.0.0", "description": about, "license": node{"name": "For the provider's own use", "identifier": "LicenseRef-Provider"},
		"contact": node{"name": "The provider", "url": a.PublicURL}},
		"servers": []any{node{"url": strings.TrimSuffix(a.PublicURL, "/") + Base, "description": "The provider"}}, "tags": append(tags, node{"name": "webhooks", "description": "What is sent to the provider's endpoints."}), "paths": paths, "webhooks": d.webhooks(a.occurrences()), "security": []any{node{"key": []any{}}},
		"components": node{"schemas": d.schemas, "securitySchemes": node{"key": node{"type": "http", "scheme": "bearer", "description": "A key that the provider made under Settings, API keys."}}}}
}

type describer struct{ schemas node }

func (d describer) operation(o operation) node {
	params := []any{}
	if strings.Contains(o.path, "{id}") {
		params = append(params, node{"name": "id", "in": "path", "required": true, "description": "Its id.", "schema": node{"type": "string"}})
	}
	for _, p := range o.params {
		schema := node{"type": p.Kind}
		if p.Format != "" {
			schema["format"] = p.Format
		}
		if len(p.Enum) > 0 {
			schema["enum"] = p.Enum
		}
		if p.Name == "limit" {
			schema["minimum"], schema["maximum"], schema["default"] = 1, mostListed, usualListed
		}
		params = append(params, node{"name": p.Name, "in": "query", "required": false, "description": p.Text, "schema": schema})
	}
	status, said := http.StatusOK, "What was asked for."
	told := node{"operationId": o.id, "summary": o.summary, "description": fmt.Sprintf("Needs the scope %s.", o.scope), "tags": []string{o.tag}}
	if o.deed != nil {
		status, said = o.deed.status, "It is done."
		params = append(params, onceParam)
		if o.deed.asks != nil {
			told["requestBody"] = node{"required": true, "content": node{"application/json": node{"schema": d.schema(reflect.TypeOf(o.deed.asks))}}}
		}
	}
	answers := node{strconv.Itoa(status): node{"description": said, "content": node{"application/json": node{"schema": d.schema(reflect.TypeOf(o.answer))}}}}
	for status, why := range failures {
		answers[strconv.Itoa(status)] = d.problem(why)
	}
	if strings.Contains(o.path, "{id}") {
		answers["404"] = d.problem("There is none, or the key does not reach it.")
	}
	if o.deed != nil {
		answers["409"] = d.problem("Something else stands in the way: what is there now, or another deed by this idempotency key. While one by it is being done, Retry-After says for how long to wait.")
	}
	told["parameters"], told["responses"] = params, answers
	return told
}

var onceParam = node{"name": onceHeader, "in": "header", "required": true, "schema": node{"type": "string", "minLength": 1, "maxLength": longestOnce},
	"description": "Your name for this deed, new for each. The same name with the same body is done once, and answered the same for 24 hours; with another body it is refused."}

func (d describer) problem(why string) node {
	return node{"description": why, "content": node{"application/problem+json": node{"schema": d.schema(reflect.TypeOf(web.ProblemBody{}))}}}
}

// schema is the schema of a type; one with a name is told once, and pointed to.
func (d describer) schema(t reflect.Type) node {
	switch t.Kind() {
	case reflect.String:
		return node{"type": "string"}
	case reflect.Bool:
		return node{"type": "boolean"}
	case reflect.Int, reflect.Int64:
		return node{"type": "integer", "format": "int64"}
	case reflect.Pointer:
		return d.schema(t.Elem())
	case reflect.Slice:
		return node{"type": "array", "items": d.schema(t.Elem())}
	case reflect.Struct:
		name := schemaName(t)
		if d.schemas[name] == nil {
			d.schemas[name] = d.object(t)
		}
		return node{"$ref": "#/components/schemas/" + name}
	}
	panic("api: no schema for " + t.String())
}

// schemaName is Customer of customerView, and CustomerList of a list of them.
func schemaName(t reflect.Type) string {
	name := t.Name()
	tail := ""
	if at := strings.Index(name, "["); at >= 0 {
		name, tail = t.Field(0).Type.Elem().Name(), "List"
	}
	name = strings.TrimSuffix(strings.TrimSuffix(name, "View"), "Body") + tail
	return strings.ToUpper(name[:1]) + name[1:]
}

// object tells a struct, and that it holds nothing else. In an answer every field is always there; in what is sent only what must be.
func (d describer) object(t reflect.Type) node {
	properties, must := node{}, []string{}
	sent := strings.HasSuffix(t.Name(), "Wish")
	for _, f := range reflect.VisibleFields(t) {
		name := f.Tag.Get("json")
		if name == "" {
			continue // what is embedded tells its own fields
		}
		schema := d.schema(f.Type)
		if format := f.Tag.Get("format"); format != "" {
			schema["format"] = format
		}
		if doc := f.Tag.Get("doc"); doc != "" {
			schema["description"] = doc
		}
		if all := strings.Fields(f.Tag.Get("enum")); len(all) > 0 {
			schema["enum"] = all
		}
		properties[name] = schema
		if !sent || f.Tag.Get("must") != "" {
			must = append(must, name)
		}
	}
	return node{"type": "object", "properties": properties, "required": must, "additionalProperties": false}
}
