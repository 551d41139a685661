# make help lists what there is. Everything works without a terminal, as root
# and as an ordinary user; nothing is written outside this folder but Go's and
# npm's caches, and what tests/setup.sh says that it installs.

GO      ?= go
PREFIX  ?= /usr/local
DESTDIR ?=
SHARE   := $(DESTDIR)$(PREFIX)/share
STSX    := stsx

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
TAGS    := urfave_cli_no_docs
COMMIT  := $(shell git rev-parse HEAD 2>/dev/null)
DATE    := $(shell TZ=UTC git log -1 --date=format-local:%Y-%m-%dT%H:%M:%SZ --format=%cd 2>/dev/null)
BUILD   := $(GO) build -trimpath -tags $(TAGS) -ldflags '-s -w -X main.version=$(VERSION) -X main.commit=$(COMMIT) -X main.date=$(DATE)'

STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.1
SHFMT       := mvdan.cc/sh/v3/cmd/shfmt@v3.13.1
GOVULNCHECK := golang.org/x/vuln/cmd/govulncheck@v1.7.0
ACTIONLINT  := github.com/rhysd/actionlint/cmd/actionlint@v1.7.12
GOLANGCI    := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.6.1
NFPM        := github.com/goreleaser/nfpm/v2/cmd/nfpm@v2.48.0
CYCLONEDX   := github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.9.0

# Programs that tests/setup.sh had to install where the system's own Python
# takes none. They come last: whatever the machine has is used first.
export PATH := $(PATH):$(CURDIR)/tests/.venv/bin:$(CURDIR)/tests/.pwsh/pwsh

WIDGET  := tests/okta/node_modules/.package-lock.json
SHELLS  := tests/shells/node_modules/.package-lock.json
PRUNE   := -name node_modules -prune -o -name .venv -prune -o -name .idps -prune -o -name .pwsh -prune -o -name .git -prune -o
TIMEOUT := 60m

# How long make fuzz takes for each target, and how many processes make soak starts.
FUZZTIME := 10m
SOAK     := 200

# What make faults takes: engines (classic, gen2, gen3), faults (reset, 429, 502, cut), or all.
FAULTS   := all

# Packages whose own tests make windows runs; without any, those that are quick there.
PACKAGES :=

# The version comes from git describe; without this a checkout that belongs to
# another user would not build.
export GOFLAGS := $(GOFLAGS) -buildvcs=false

.NOTPARALLEL:
.PHONY: help build demo picture test check check-systems lint unit windows languages vuln widget widget-matrix widget-newest widget-new shells cross fuzz fuzz-short soak faults sbom reproducible release release-check bench install uninstall build/stsx.1 clean setup-demo setup-test setup-release

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' Makefile

build: ## ./stsx for this machine
	@$(SHELL) tests/setup.sh build
	CGO_ENABLED=0 $(BUILD) -o stsx .
	@$(MAKE) -s build/stsx.1

build/stsx.1:
	@mkdir -p build
	@GOOS= GOARCH= $(GO) run -tags $(TAGS) ./docs/man '$(VERSION)' >$@

demo: setup-demo widget build ## see stsx work against a simulated Okta and AWS, all on this machine
	@CGO_ENABLED=0 $(GO) build -o build/demo ./tests/demo
	@exec build/demo -stsx ./stsx

picture: setup-demo widget build ## docs/demo.svg, from a run of the demo
	@CGO_ENABLED=0 $(GO) build -o build/demo ./tests/demo
	@exec build/demo -stsx ./stsx -record docs/demo.svg

test: setup-test check unit windows fuzz-short widget-newest cross ## everything that a change has to pass

check: ## format, modules, vet, staticcheck, shell scripts, workflow files
	@test -z "$$(find . $(PRUNE) -name '*.go' -print | xargs gofmt -l | tee /dev/stderr)" || { echo 'run gofmt -w on these'; exit 1; }
	@$(GO) mod verify && $(GO) mod tidy -diff
	@for os in linux darwin windows; do \
		echo "vet for $$os"; GOOS=$$os CGO_ENABLED=0 $(GO) vet -tags $(TAGS) ./... || exit 1; done
	@echo staticcheck
	@$(GO) run $(STATICCHECK) -tags $(TAGS) ./...
	@echo 'shell scripts'
	@scripts=$$($(GO) run $(SHFMT) -f . | grep -v -e '/node_modules/' -e '^tests/.venv/' -e '^tests/.idps/' -e '^tests/.pwsh/'); \
		shellcheck $$(printf '%s\n' $$scripts | grep -v '\.zsh$$') && $(GO) run $(SHFMT) -d $$scripts
	@echo 'workflow files'
	@$(GO) run $(ACTIONLINT)
	@if command -v dash >/dev/null; then dash -n shellinit/scripts/sh.sh; else echo 'no dash: sh.sh is not checked with it'; fi
	@if command -v zsh >/dev/null; then \
		find . $(PRUNE) -name '*.zsh' -print | while read -r f; do zsh -n "$$f" || exit 1; done; \
		else echo 'no zsh: its scripts are not checked'; fi
	@if command -v fish_indent >/dev/null; then \
		find . $(PRUNE) -name '*.fish' -print | while read -r f; do fish --no-execute "$$f" && fish_indent --check "$$f" || exit 1; done; \
		else echo 'no fish: its scripts are not checked'; fi

check-systems: ## staticcheck of what is built for macOS and Windows alone; check has their vet
	@GOBIN='$(CURDIR)/build' $(GO) install $(STATICCHECK)
	@for os in darwin windows; do \
		echo "staticcheck for $$os"; GOOS=$$os CGO_ENABLED=0 build/staticcheck -tags $(TAGS) ./... || exit 1; done

lint: ## the further linters of .golangci.yml; the first run builds golangci-lint, which takes minutes
	$(GO) run $(GOLANGCI) run ./...

unit: widget shells ## every test, with the race detector; those that need a missing part are skipped
	@# ./tests comes last, alone: beside the others its browsers would have too little of the machine. Three of its tests
	@# at once for two cores: each waits for seconds at a time. ./tests/windows is make windows.
	$(GO) test -race -timeout $(TIMEOUT) $$($(GO) list ./... | grep -v -e '^stsx/tests$$' -e '^stsx/tests/windows$$')
	$(GO) test -race -timeout $(TIMEOUT) -parallel $$(($$(getconf _NPROCESSORS_ONLN) * 3 / 2)) ./tests

windows: ## the Windows build under wine, from outside and by its packages' tests (PACKAGES=./session/vault for others): docs/dev/windows.md
	STSX_PACKAGES='$(PACKAGES)' $(GO) test -timeout $(TIMEOUT) ./tests/windows -count=1

fuzz: ## every fuzz target, each for FUZZTIME=10m; what it finds is kept below testdata/fuzz
	@tests/fuzz.sh $(FUZZTIME)

fuzz-short: ## some seconds of each fuzz target of the packages that the last commit changed
	@tests/fuzz.sh 5s --changed

soak: widget ## SOAK=200 processes of all kinds at once, some of them killed; prints the figures
	STSX_SOAK=$(SOAK) $(GO) test -timeout $(TIMEOUT) ./tests -run '^TestSoak$$' -count=1 -v

faults: widget ## each request of a sign-in fails once, in each way, with each engine (FAULTS='gen2 429'): docs/reliability.md
	STSX_FAULTS='$(FAULTS)' STSX_WRITE=1 $(GO) test -timeout $(TIMEOUT) ./tests -run '^TestFaults$$' -count=1 -v

sbom: ## build/stsx.cdx.json: what is linked into stsx, as CycloneDX
	@mkdir -p build
	$(GO) run $(CYCLONEDX) app -json -licenses -noserial -output build/stsx.cdx.json .

reproducible: ## builds twice, in two folders and with two caches, and compares the sums
	@tests/reproducible.sh

release: cross build/stsx.1 sbom ## dist/release: archives, deb, rpm, apk, SBOM, install.sh, manifests and their sums, of what is checked in
	@packaging/release.sh $(NFPM)

release-check: setup-release widget ## the dry run: make release twice, the same sums, and every package tried in a root of its own
	@packaging/check.sh $(NFPM)

languages: widget ## every page in English, in German and in Japanese; make test mixes them
	@for language in en de ja; do echo "pages in $$language"; \
		STSX_TEST_LANGUAGE=$$language $(GO) test -timeout $(TIMEOUT) ./tests -run '^TestPages$$' || exit 1; done

vuln: ## known vulnerabilities in what stsx is built from
	@echo 'govulncheck reads a database over the network; without a way to it this fails.'
	$(GO) run $(GOVULNCHECK) ./...

widget: $(WIDGET) ## the Okta Sign-In Widget for the simulated org

$(WIDGET): tests/okta/package.json tests/okta/package-lock.json
	@echo 'installing the Okta Sign-In Widget from npm into tests/okta/node_modules'
	cd tests/okta && npm ci --ignore-scripts --no-audit --no-fund --no-update-notifier
	@touch $@

widget-matrix: setup-test widget ## every sign-in with older versions of the widget, and the newest (MATRIX='-only 6.9.0', '-write')
	$(GO) run ./tests/matrix $(MATRIX)

widget-newest: widget ## a few sign-ins with the newest version of the widget, if that is not the pinned one
	@$(GO) run ./tests/matrix -newest

widget-new: widget ## what stsx looks for and the newest widget does not have, before a browser is started (MATRIX='-only 7.39.2,7.49.0')
	@$(GO) run ./tests/matrix -marks $(MATRIX)

shells: $(SHELLS) ## the shells that Debian does not package, for the tests

$(SHELLS): tests/shells/package.json tests/shells/package-lock.json
	@echo 'installing Nushell from npm into tests/shells/node_modules'
	cd tests/shells && npm ci --ignore-scripts --no-audit --no-fund --no-update-notifier
	@touch $@

cross: ## dist/: linux, darwin and windows on amd64 and arm64
	@mkdir -p dist
	@for os in linux darwin windows; do for arch in amd64 arm64; do \
		exe=; test $$os = windows && exe=.exe; \
		echo "dist/stsx-$$os-$$arch$$exe"; \
		GOOS=$$os GOARCH=$$arch CGO_ENABLED=0 $(BUILD) -o dist/stsx-$$os-$$arch$$exe . || exit 1; done; done

bench: widget ## benchmarks, and what they are held against: docs/performance.md
	$(GO) test -run '^$$' -bench . -benchmem ./...

install: ## what make build made: stsx to $(PREFIX)/bin, its manual page and completion to $(PREFIX)/share
	@test -x '$(STSX)' && test -s build/stsx.1 || { echo 'run make build first, as yourself: make install only copies'; exit 1; }
	install -d '$(DESTDIR)$(PREFIX)/bin' '$(SHARE)/man/man1' '$(SHARE)/bash-completion/completions' \
		'$(SHARE)/zsh/site-functions' '$(SHARE)/fish/vendor_completions.d'
	install -m 755 '$(STSX)' '$(DESTDIR)$(PREFIX)/bin/stsx'
	install -m 644 build/stsx.1 '$(SHARE)/man/man1/stsx.1'
	install -m 644 completions/scripts/stsx.bash '$(SHARE)/bash-completion/completions/stsx'
	install -m 644 completions/scripts/stsx.zsh '$(SHARE)/zsh/site-functions/_stsx'
	install -m 644 completions/scripts/stsx.fish '$(SHARE)/fish/vendor_completions.d/stsx.fish'

uninstall: ## removes what make install put there
	rm -f '$(DESTDIR)$(PREFIX)/bin/stsx' '$(SHARE)/man/man1/stsx.1' '$(SHARE)/bash-completion/completions/stsx' \
		'$(SHARE)/zsh/site-functions/_stsx' '$(SHARE)/fish/vendor_completions.d/stsx.fish'

clean: ## what make made here, what npm, pip and apt brought here included
	rm -rf stsx build dist tests/okta/node_modules tests/okta/widgets tests/shells/node_modules tests/.venv tests/.idps tests/.pwsh

setup-demo:
	@$(SHELL) tests/setup.sh demo

setup-test:
	@$(SHELL) tests/setup.sh test

setup-release:
	@$(SHELL) tests/setup.sh release
