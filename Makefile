# Everything is pure Go; only the race detector needs C.
export CGO_ENABLED := 0

# Debian keeps mariadbd there, where not everybody looks.
export PATH := $(PATH):/usr/sbin

# Packages where goroutines meet over money, access and packets, the longest first: their tests run with the race detector, once.
RACED := ./billing ./radius ./internal/money ./internal/seal ./internal/spool ./internal/jobs ./billing/ledger ./billing/mpesa ./billing/accounts ./billing/subscriptions ./billing/invoices \
	./radius/access ./radius/routers ./radius/mikrotik ./radius/pools ./radius/tunnel ./vouchers ./vouchers/resellers ./billing/partners ./internal/approval ./internal/pin ./internal/staff ./internal/audit ./internal/notify ./portal/callbacks ./portal/web

# With C on, GORM's SQLite dialect brings in a C SQLite that we never open. Unoptimised it compiles in seconds instead of
# over a minute; the tag that would leave it out wants the headers of the system's SQLite. What does one thing after the
# other for minutes (tampering with each row, sums against an oracle, what a grant weighs, processes that are killed) is
# left out: nothing races there, and the step before tells it.
ALONE := ^Test(WhateverIsTamperedWith|AnyTampered|TotalsEqualAnOracle|EveryBillEqualsTheOracle|MemoryOfAGrant|ReplayDoesNotAskWhenItWasWritten|AMillionSplits|KilledWhileABatch)
# SQLite itself, which is C made into Go, and its library of C work on memory outside Go's heap, which the race detector does not watch: looking there took two
# thirds of the processor and can find nothing. Its driver, which is Go, is looked at like all else.
ONLYC := -race=false -d=checkptr=0
RACE := CGO_ENABLED=1 CGO_CFLAGS=-O0 go test -race -gcflags='modernc.org/sqlite/lib=$(ONLYC)' -gcflags='modernc.org/libc/...=$(ONLYC)' -vet=off -p 2 -skip '$(ALONE)'

SEED ?= $(shell date +%s)
FUZZTIME ?= 10s

.PHONY: build demo test quick long bench fuzz screens format

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
	@.ci/step test env ALONE='$(ALONE)' .ci/test $(RACED)
	@.ci/step race env $(RACE) -timeout 20m $(RACED)

# What needs no database server and no browser: under a minute.
quick: format
	go vet ./...
	go test $$(go list -f '{{.ImportPath}} {{.TestImports}} {{.XTestImports}}' ./... | grep -vE 'internal/testdb|chromedp' | cut -d ' ' -f 1)

# Hours: ten thousand stories and every crash point, by seed (internal/app/LONG.md keeps what came of it), the race detector
# on every package, and the fuzzers. DB=mysql:… tells the stories on that server too.
long: test
	.ci/long $(SEED)
	$(if $(DB),go run ./cmd/mtandao schedules --seed $(SEED) --count 10000 --db '$(DB)')
	$(RACE) -timeout 2h ./...
	.ci/fuzz 5m

bench:
	go test -run '^$$' -bench . -benchmem -timeout 2h ./...

fuzz:
	.ci/fuzz $(FUZZTIME)

# Every guest page at three widths, in both languages and three themes, and the stories of the demo with the simulated phone
# and router. README's pictures are five of them.
screens:
	@.ci/install
	rm -rf screens
	mkdir -p screens
	MTANDAO_SCREENS=$(CURDIR)/screens go test -count 1 -run '^TestScreens$$' ./portal/guest ./vouchers/sheets ./billing/pdf
	MTANDAO_SCREENS=$(CURDIR)/screens go test -count 1 -run 'InABrowser|ByTheLink|TestScreensOf' -timeout 40m ./internal/app
	for page in landing wait online; do cp screens/baraka/$$page-en-390.png themes/pictures/$$page.png; done
	MTANDAO_SCREENS=$(CURDIR)/screens go test -count 1 -run '^TestScreens$$' ./themes
	@echo "$$(find screens -name '*.png' | wc -l) pictures in screens"

format:
	@out=$$(gofmt -l .); test -z "$$out" || { echo "run gofmt -w on:"; echo "$$out"; exit 1; }
