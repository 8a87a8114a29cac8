# What a newcomer needs: `make run` and `make test`. Both use one build profile, so that Bevy is compiled once.

# On CI the build directory lies outside of the checkout, so that a machine that is used again does not rebuild Bevy.
ifdef CI
export CARGO_TARGET_DIR ?= $(HOME)/.cache/mirante-target
endif
TARGET := $(or $(CARGO_TARGET_DIR),target)
MIRANTE := $(TARGET)/release/mirante
export XDG_RUNTIME_DIR ?= $(or $(TMPDIR),/tmp)
SCENE ?=
CARGO ?= cargo

.PHONY: run test packages build check-format lint core view wasm picture fuzz

## Installs what is missing, builds, opens the demo (or SCENE=...).
run: packages build
	@if [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ]; then \
	  $(MIRANTE) run $(SCENE); \
	else \
	  echo "There is no display here, so no window can be opened (neither DISPLAY nor WAYLAND_DISPLAY is set)."; \
	  echo "Mirante draws without one; making a picture instead:"; \
	  $(MAKE) --no-print-directory picture; \
	fi

## A picture of the demo (or SCENE=...) without a window.
picture: packages build
	$(MIRANTE) render $(or $(SCENE),demo) --out mirante.png
	@echo "Look at mirante.png"

## Everything that CI checks.
test: packages check-format core build view lint wasm
	@echo "all checks passed"

build:
	$(CARGO) build --release

check-format:
	$(CARGO) fmt --check

# The pure core knows no Bevy and tests in seconds.
core:
	$(CARGO) test --release --no-default-features --lib --test core

lint:
	$(CARGO) clippy --release --lib --bins -- -D warnings

# The app without a window: pictures are compared with tests/cases/view.
view:
	$(CARGO) test --release --test view

# The library as the browser will have it, view included; skipped where the target can't be had.
wasm:
	@if rustup target add wasm32-unknown-unknown >/dev/null 2>&1; then \
	  RUSTFLAGS='--cfg getrandom_backend="wasm_js"' $(CARGO) clippy --release --lib --no-default-features --features web \
	    --target wasm32-unknown-unknown -- -D warnings; \
	else \
	  echo "skipped: the wasm32-unknown-unknown target can't be installed here"; \
	fi

# Every reader of bytes from outside, fed with broken ones (needs a nightly toolchain and cargo-fuzz).
FUZZ_SECS ?= 60
fuzz:
	@for target in $(basename $(notdir $(wildcard fuzz/fuzz_targets/*.rs))); do \
	  echo "== $$target"; $(CARGO) +nightly fuzz run --fuzz-dir fuzz $$target -- -max_total_time=$(FUZZ_SECS) || exit 1; \
	done

# A C compiler for ring, the libraries that windows are opened with, and a Vulkan driver that also draws without a
# graphics card. Installed only where something is missing and where it may be.
PACKAGES := build-essential libvulkan1 mesa-vulkan-drivers libx11-6 libx11-xcb1 libxcb1 libxcursor1 libxi6 libxrandr2 \
  libxkbcommon0 libxkbcommon-x11-0
packages:
	@command -v dpkg-query >/dev/null || exit 0; \
	missing=""; \
	for p in $(PACKAGES); do \
	  dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q "ok installed" || missing="$$missing $$p"; \
	done; \
	[ -z "$$missing" ] && exit 0; \
	sudo=""; [ "$$(id -u)" = 0 ] || sudo="sudo"; \
	if [ -n "$$sudo" ] && ! command -v sudo >/dev/null; then \
	  echo "Please install:$$missing"; exit 0; \
	fi; \
	echo "Installing:$$missing"; \
	$$sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -qq --no-install-recommends $$missing >/dev/null
