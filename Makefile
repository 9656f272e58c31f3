# make alone prints this list.
.DEFAULT_GOAL := help
SHELL := bash -euo pipefail

T     ?= 60s
BASE  ?= main
BIN   := $(CURDIR)/bin
RACE  := ./cmd/... ./filter/... ./internal/dialog/... ./mailauth/... ./relay/... ./smtpd/... ./store/... ./web/...
PLAIN  = $(filter-out $(shell go list $(RACE)),$(shell go list ./...))

.PHONY: help run test check golden gen fuzz bench load eval model deb nightly build lint setup

help:
	@sed -n 's/^## //p' Makefile

## make run            builds, starts the gate on loopback, sends sample messages, prints verdicts; until interrupted
run: build
	go build -o $(BIN)/demo ./internal/demo
	$(BIN)/demo -postern $(BIN)/postern

## make test           everything: unit, golden, fuzz seeds, race where goroutines are, integration with real servers
test: setup $(BIN)/gotestsum build
	@rm -f $(BIN)/test-*.json
	$(BIN)/gotestsum --format pkgname --jsonfile $(BIN)/test-plain.json -- -timeout 10m $(PLAIN)
	$(BIN)/gotestsum --format pkgname --jsonfile $(BIN)/test-race.json -- -timeout 45m -race $(RACE)
	POSTERN_BIN=$(BIN)/postern $(BIN)/gotestsum --format testname --jsonfile $(BIN)/test-integration.json -- \
		-timeout 25m -tags integration -count 1 ./internal/integration/... ./internal/postfix ./relay
	@internal/tools/skips $(BIN)/test-*.json

## make check          format, lint and fast tests: before every commit
check: lint
	go test -short ./...

## make golden         fills in what golden files expect; review them as prose
golden:
	UPDATE=1 go test ./...

## make gen            generated documents
gen:
	UPDATE=1 go test ./signals ./detect ./policy ./internal/house

## make fuzz T=60s     every fuzz target for T
fuzz:
	internal/tools/fuzz $(T)

## make bench BASE=R   this tree against revision R, interleaved, with benchstat
bench: $(BIN)/benchstat
	internal/tools/bench $(BASE) $(BIN)/benchstat

## make load           throughput and latency beside the direct path (docs/performance.md)
load: build
	POSTERN_BIN=$(BIN)/postern go run ./internal/load

## make eval CORPUS=D  detection quality on labelled mail, as D/CLASS/SOURCE/*.eml; postern eval --help says more
eval: build
	@test -n "$(CORPUS)" || { echo "say where the mail is: make eval CORPUS=DIR" >&2; exit 64; }
	$(BIN)/postern eval $(CORPUS)

## make model CORPUS=D trains the embedded model on labelled mail; CLEAN=1: without non-commercial and unlicensed sources
model: build
	@test -n "$(CORPUS)" || { echo "say where the mail is: make model CORPUS=DIR" >&2; exit 64; }
	$(BIN)/postern train $(if $(CLEAN),--clean) --output $(or $(MODEL),$(if $(CLEAN),$(BIN)/clean.model,model/shipped/files/postern.model)) \
		--report $(BIN)/$(if $(CLEAN),clean,model).md $(CORPUS)

## make deb            the Debian package, in bin/
deb: build
	packaging/deb $(BIN)

## make nightly        what takes longer: every fuzz target for 5 minutes, everything under race
nightly:
	$(MAKE) fuzz T=5m
	go test -race -timeout 60m ./...

build:
	go build -trimpath -o $(BIN)/postern ./cmd/postern

setup:
	internal/tools/setup

lint: $(BIN)/golangci-lint
	@test -z "$$($(BIN)/golangci-lint fmt --diff ./... | tee /dev/stderr)"
	$(BIN)/golangci-lint run ./...

$(BIN)/golangci-lint $(BIN)/gotestsum $(BIN)/benchstat: internal/tools/go.mod internal/tools/go.sum
	cd internal/tools && go build -o $(BIN)/ $$(go list tool | grep '/$(notdir $@)$$')
	@touch $@
