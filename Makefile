# Everything is pure Go; only the race detector needs C.
export CGO_ENABLED := 0

# Packages where goroutines meet over money, access and packets.
RACED := ./internal/money ./internal/spool ./internal/jobs ./billing ./billing/ledger ./radius ./radius/access ./radius/tunnel

# With C on, GORM's SQLite dialect brings in a C SQLite that we never open. Unoptimised it compiles in seconds instead of
# over a minute; the tag that would leave it out wants the headers of the system's SQLite.
RACE := CGO_ENABLED=1 CGO_CFLAGS=-O0 go test -race -vet=off -p 2

SEED ?= $(shell date +%s)
FUZZTIME ?= 10s

.PHONY: build demo test quick long bench fuzz format

build:
	go build -trimpath -o bin/mtandao ./cmd/mtandao

demo:
	go run ./cmd/mtandao demo

# All that must hold. Installs what is missing; a missing tool or database fails.
test:
	@.ci/install
	@.ci/step format $(MAKE) -s format
	@.ci/step vet go vet ./...
	@.ci/step staticcheck go tool staticcheck ./...
	@.ci/step test go test -p 2 ./...
	@.ci/step race env $(RACE) $(RACED)

# What needs no database server and no browser: under a minute.
quick: format
	go vet ./...
	go test $$(go list -f '{{.ImportPath}} {{.TestImports}} {{.XTestImports}}' ./... | grep -vE 'internal/testdb|chromedp' | cut -d ' ' -f 1)

# Hours: the race detector on every package, ten thousand stories (DB=mysql:… tells them on that server), and the fuzzers.
long: test
	$(RACE) -timeout 2h ./...
	go run ./cmd/mtandao schedules --seed $(SEED) --count 10000 $(if $(DB),--db '$(DB)')
	.ci/fuzz 5m

bench:
	go test -run '^$$' -bench . -benchmem -timeout 2h ./...

fuzz:
	.ci/fuzz $(FUZZTIME)

format:
	@out=$$(gofmt -l .); test -z "$$out" || { echo "run gofmt -w on:"; echo "$$out"; exit 1; }
