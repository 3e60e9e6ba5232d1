#!/usr/bin/env bash
# Installs what building Ostraka needs, and says what it does. Safe to run again: what is there is left alone.
#
#   scripts/setup.sh [--check] [--tool] [--test] [--apps] [--experiments] [--zombienet] [--monitoring]
#                    [--packages]
#
#   1. system packages (Debian, Ubuntu), by apt: a C compiler; for the node also protoc and OpenSSL's headers;
#   2. the Rust toolchain that rust-toolchain.toml names, by rustup;
#   3. its `wasm32v1-none` standard library, which the runtime is built for: by rustup where rustup can
#      install it, else compiled from Debian's `rust-src` package of the same version.
#
# --tool         only what the command line tool needs: a C compiler and the toolchain
# --test         also what the tests need: jq, curl, m4, python3 with PyYAML, and by cargo: cargo-machete, cargo-deny
# --apps         also what the tests with polkadot.js need: Node, npm, Chromium
# --experiments  also what the comparisons need: m4, which GMP is built with
# --zombienet    also what the multi-node tests need: zstd, python3
# --monitoring   also what the test of rules and dashboard needs: prometheus, jq, curl, python3
# --packages     also what a release and the test of its packages need: debootstrap, dpkg-dev, binutils, systemd, zstd, python3
#                with PyYAML, and by cargo: cargo-deb, cargo-cyclonedx
# --check        says what would be installed and changes nothing; exit code 1 if something is missing
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '[setup] %s\n' "$*"; }
die() { printf '[setup] error: %s\n' "$*" >&2; exit 1; }
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

PACKAGES=(gcc libc6-dev make)
NODE_PACKAGES=(g++ protobuf-compiler libprotobuf-dev pkg-config libssl-dev)
CARGO_TOOLS=() # name and version, for the tests and releases
WASM_TARGET=wasm32v1-none
LEAST_NODE=18
SUITE=trixie-backports # the Debian suite whose rust-src is tried where rustup cannot install

system_packages() {
	command -v apt-get >/dev/null || {
		say "no apt-get here: install the equivalents of: ${PACKAGES[*]}"
		return
	}
	local missing=()
	for package in "${PACKAGES[@]}"; do
		dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
	done
	[ ${#missing[@]} = 0 ] && { say "system packages: all there"; return; }
	if would "system packages, by apt: ${missing[*]}"; then return; fi
	say "system packages: installing ${missing[*]} (a minute or two)"
	as_root apt-get update -qq
	as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# With --check: says what would be installed, and is true.
would() {
	[ $CHECK = yes ] || return 1
	say "would install $*"
	MISSING=yes
}

cargo_tools() {
	local tool name version
	for tool in "${CARGO_TOOLS[@]}"; do
		name=${tool%@*} version=${tool#*@}
		# some tell their version as cargo's subcommand alone
		if command -v "$name" >/dev/null && [[ "$({ "$name" --version || cargo "${name#cargo-}" --version; } 2>/dev/null)" == *"$version"* ]]; then
			say "$name: there"
			continue
		fi
		if would "$name $version, by cargo"; then continue; fi
		say "$name: compiling $version (some minutes)"
		env -u CARGO_TARGET_DIR RUSTC_WORKSPACE_WRAPPER= cargo install --quiet --locked "$name" --version "$version"
	done
}

# Node may be there from elsewhere than Debian, with an npm of its own that Debian's would clash with.
apps_packages() {
	PACKAGES+=(chromium)
	command -v node >/dev/null || PACKAGES+=(nodejs)
	command -v npm >/dev/null || PACKAGES+=(npm)
}

node_is_new_enough() {
	local major
	if [ $CHECK = yes ] && ! command -v node >/dev/null; then return; fi
	command -v node >/dev/null || die "node is not on the PATH: the tests with polkadot.js need Node $LEAST_NODE or newer"
	major=$(node --version | sed 's/^v//; s/\..*//')
	[ "$major" -ge "$LEAST_NODE" ] || die "node is $(node --version): the tests with polkadot.js need $LEAST_NODE or newer"
	say "node: $(node --version), npm $(npm --version 2>/dev/null)"
}

toolchain() {
	command -v cargo >/dev/null || die "cargo is not on the PATH: install rustup first (https://rustup.rs), then run this again"
	local channel
	channel=$(sed -n 's/^channel *= *"\(.*\)"/\1/p' rust-toolchain.toml)
	if ! rustc --version 2>/dev/null | grep -q "rustc $channel "; then
		if would "Rust $channel, by rustup"; then return; fi
		say "toolchain: installing Rust $channel by rustup (a minute or two)"
		rustup toolchain install "$channel" --profile minimal --component clippy --component rustfmt
	fi
	[[ "$(rustc --version)" == "rustc $channel "* ]] || die "rustc is not $channel, which rust-toolchain.toml asks for"
	say "toolchain: $(rustc --version)"
}

wasm_lib_dir() { echo "$(rustc --print sysroot)/lib/rustlib/$WASM_TARGET/lib"; }
have_wasm() { compgen -G "$(wasm_lib_dir)/libcore-*.rlib" >/dev/null; }

wasm_by_rustup() {
	[ "${RUSTUP_AUTO_INSTALL:-1}" != 0 ] || return 1
	command -v rustup >/dev/null || return 1
	say "wasm target: asking rustup for $WASM_TARGET and rust-src (under a minute; ten at most where nothing answers)"
	timeout 300 rustup target add "$WASM_TARGET" && timeout 300 rustup component add rust-src
}

# Debian's mirror as this machine's own package sources name it.
debian_mirror() {
	apt-get indextargets --format '$(ORIGIN) $(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
		awk '$1 == "Debian" && $2 !~ /security/ { print $2; exit }'
}

rust_src_from_debian() {
	local into=$1 version=$2 work=$3 mirror
	mirror=$(debian_mirror)
	[ -n "$mirror" ] || die "no Debian mirror among this machine's package sources, and rustup cannot install: install the $WASM_TARGET target by hand"
	mkdir -p "$work"/apt/lists/partial "$work"/apt/cache/archives/partial "$work"/deb
	printf 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s %s main\n' "$mirror" "$SUITE" >"$work/apt/sources.list"
	# a lists folder of its own: the system's package sources stay as they are
	local options=(-o "Dir::Etc::sourcelist=$work/apt/sources.list" -o "Dir::Etc::sourceparts=-"
		-o "Dir::State::lists=$work/apt/lists" -o "Dir::Cache=$work/apt/cache" -o "APT::Sandbox::User=root")
	apt-get "${options[@]}" update -qq
	local deb_version
	deb_version=$(apt-cache "${options[@]}" madison rust-src | awk -v v="$version" '$3 ~ "^" v { print $3; exit }')
	[ -n "$deb_version" ] || die "Debian's $SUITE has no rust-src $version"
	(cd "$work/deb" && apt-get "${options[@]}" download -qq "rust-src=$deb_version")
	dpkg-deb -x "$work"/deb/rust-src_*.deb "$work/deb/root"
	local library
	library=$(dirname "$(find "$work/deb/root" -path '*/library/Cargo.lock' -print -quit)")
	[ -f "$library/core/src/lib.rs" ] || die "the rust-src package does not hold the standard library's source"
	mkdir -p "$into"
	rm -rf "$into/library"
	cp -r "$library" "$into/library"
}

wasm_from_source() {
	local work version sysroot
	version=$(rustc --version | awk '{ print $2 }')
	sysroot=$(rustc --print sysroot)
	work=$SCRATCH
	if [ ! -f "$sysroot/lib/rustlib/src/rust/library/Cargo.lock" ]; then
		say "wasm target: rustup cannot install here; taking the standard library's source, $version, from Debian ($SUITE; a minute or two)"
		rust_src_from_debian "$sysroot/lib/rustlib/src/rust" "$version" "$work"
	fi
	say "wasm target: compiling core and alloc for $WASM_TARGET (under a minute)"
	mkdir -p "$work/scratch/src"
	printf '[package]\nname = "scratch"\nversion = "0.0.0"\nedition = "2021"\n[workspace]\n' >"$work/scratch/Cargo.toml"
	printf '#![no_std]\n' >"$work/scratch/src/lib.rs"
	(cd "$work/scratch" && env -u CARGO_TARGET_DIR RUSTC_BOOTSTRAP=1 RUSTFLAGS="-Cembed-bitcode=yes -Ccodegen-units=1" \
		cargo "+$(rustup show active-toolchain 2>/dev/null | awk '{ print $1 }')" build --quiet --release --target "$WASM_TARGET" \
		-Zbuild-std=core,alloc,compiler_builtins -Zbuild-std-features=compiler-builtins-mem)
	mkdir -p "$(wasm_lib_dir)"
	for name in core alloc compiler_builtins; do
		cp "$work"/scratch/target/"$WASM_TARGET"/release/deps/lib$name-*.rlib "$(wasm_lib_dir)/"
	done
	# artefacts of another standard library would clash with this one
	rm -rf "${CARGO_TARGET_DIR:-target}"/*/wbuild
}

wasm_target() {
	if have_wasm; then say "wasm target: there"; return; fi
	if would "the $WASM_TARGET standard library, by rustup or from Debian's rust-src"; then return; fi
	wasm_by_rustup || wasm_from_source
	have_wasm || die "the $WASM_TARGET standard library is still missing in $(wasm_lib_dir)"
	say "wasm target: installed"
}

CHECK=no TOOL=no APPS=no MISSING=no
for argument in "$@"; do
	case "$argument" in
	--check) CHECK=yes ;;
	--tool) TOOL=yes ;;
	--test) PACKAGES+=(jq curl m4 python3 python3-yaml) CARGO_TOOLS+=(cargo-machete@0.9.2 cargo-deny@0.20.2) ;;
	--apps) APPS=yes ;;
	--experiments) PACKAGES+=(m4) ;;
	--zombienet) PACKAGES+=(zstd python3) ;;
	--monitoring) PACKAGES+=(prometheus jq curl python3) ;;
	--packages)
		PACKAGES+=(binutils debootstrap dpkg-dev python3 python3-yaml systemd util-linux zstd)
		CARGO_TOOLS+=(cargo-deb@3.8.0 cargo-cyclonedx@0.5.9)
		;;
	--help | -h) sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "$0"; exit ;;
	*) die "unknown argument: $argument (there are --check, --tool, --test, --apps, --experiments, --zombienet, --monitoring, --packages)" ;;
	esac
done
# looking at a toolchain would install it
[ $CHECK = no ] || export RUSTUP_AUTO_INSTALL=0
[ $TOOL = yes ] || PACKAGES+=("${NODE_PACKAGES[@]}")

SCRATCH=$(mktemp -d)
trap 'rm -rf "$SCRATCH"' EXIT
if [ $APPS = yes ]; then apps_packages; fi
system_packages
if [ $APPS = yes ]; then node_is_new_enough; fi
toolchain
[ $TOOL = yes ] || wasm_target
cargo_tools
if [ $MISSING = yes ]; then exit 1; fi
say "ready"
