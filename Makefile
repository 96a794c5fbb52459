# The few verbs a person types. `make` alone lists them.
#   make demo    everything from nothing: packages, build, keys, zones, gateway, devices
#   make test    everything that must pass

SWIFT        ?= swift
SWIFT_FLAGS  := --explicit-target-dependency-import-check error
SLUICE       := .build/release/sluice

BUILD_PACKAGES := pkg-config libssl-dev libldns-dev libsqlite3-dev
DEMO_PACKAGES  := openssl nsd mosquitto-clients libnss-wrapper
TEST_PACKAGES  := mosquitto python3-paho-mqtt python3-venv prometheus chromium chromium-driver
BENCH_PACKAGES := haproxy mosquitto gcc libc6-dev

.PHONY: help
help: ## list the verbs
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 18

.PHONY: setup
setup: ## install the Debian packages that build, demo and tests need
	@.ci/setup $(BUILD_PACKAGES) $(DEMO_PACKAGES) $(TEST_PACKAGES)

.PHONY: build
build: ## release build of the executable, .build/release/sluice
	@.ci/setup $(BUILD_PACKAGES)
	$(SWIFT) build -c release --product sluice $(SWIFT_FLAGS)

.PHONY: man
man: build ## manual pages, .build/man/man1: try man -l .build/man/man1/sluice.1
	$(SLUICE) manual .build/man/man1

.PHONY: demo
demo: ## the main job, shown: gateway, custom domain, DNS check, devices by mutual TLS, one refused
	@.ci/setup $(BUILD_PACKAGES) $(DEMO_PACKAGES)
	$(SWIFT) build -c release --product sluice $(SWIFT_FLAGS)
	SLUICE=$(SLUICE) examples/quickstart/run.sh

.PHONY: test
test: setup ## all tests; FILTER=Name runs some of them
	@.ci/foreign-clients
	$(SWIFT) build --build-tests $(SWIFT_FLAGS)
	$(SWIFT) test --skip-build --no-parallel $(if $(FILTER),--filter $(FILTER))

.PHONY: contract
contract: setup ## the admin API against its OpenAPI document; CONTRACT_SECONDS=600 for longer
	$(SWIFT) build -c release --product sluice $(SWIFT_FLAGS)
	SLUICE=$(SLUICE) Tests/Contract/run $(or $(CONTRACT_SECONDS),60)

.PHONY: bench
bench: ## CPU per message and per handshake beside Mosquitto and HAProxy in the same run
	@.ci/setup $(BUILD_PACKAGES) $(BENCH_PACKAGES)
	$(SWIFT) build -c release --product sluice $(SWIFT_FLAGS)
	$(SWIFT) build -c release --product sluice-bench $(SWIFT_FLAGS)
	.build/release/sluice-bench --sluice $(SLUICE) $(BENCH)

.PHONY: fuzz
fuzz: ## fuzz the parsers of foreign bytes, and whole sessions; SECONDS_EACH=600 for longer
	@.ci/setup $(BUILD_PACKAGES)
	Tests/Fuzz/run MQTTDecoderFuzz mqtt $(or $(SECONDS_EACH),60) MQTTCodec
	Tests/Fuzz/run ACLFuzz acl $(or $(SECONDS_EACH),60) MQTTCodec Reactors MQTTBroker
	Tests/Fuzz/run BrokerSessionFuzz sessions $(or $(SECONDS_EACH),60) MQTTCodec Reactors MQTTBroker
	Tests/Fuzz/run WebSocketFuzz websocket $(or $(SECONDS_EACH),60) WebSocket
	Tests/Fuzz/run ClientHelloFuzz client-hello $(or $(SECONDS_EACH),60) OpenSSL Registry
	Tests/Fuzz/run RevocationFuzz revocation $(or $(SECONDS_EACH),60) OpenSSL
	Tests/Fuzz/run TokenFuzz token $(or $(SECONDS_EACH),60) OpenSSL Registry Credentials
	Tests/Fuzz/run DNSPreScanFuzz dns $(or $(SECONDS_EACH),60) LDNS

.PHONY: sanitize
sanitize: setup ## the data plane's tests under ThreadSanitizer
	.ci/sanitize

.PHONY: lint
lint: ## format lint and the checks of the house
	.ci/lint

.PHONY: format
format: ## format all Swift sources in place
	$(SWIFT) format -i -r Package.swift Sources Tests

.PHONY: clean
clean: ## remove what was built
	rm -rf .build .build-* .demo .bench
