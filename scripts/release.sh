#!/usr/bin/env bash
# Builds what a release consists of, and says what each step took: run it by `make release`, which sets up first.
#
#   scripts/release.sh [--check] [--profile PROFILE] [--no-build] [--out FOLDER]
#
#   1. programs      the node and the tool
#   2. runtime       the blob, compressed as a chain takes it, as scripts/compare_builds.sh makes it of two builds that must be one; and
#                    B2SUMS, the hash that a chain is told of it and that of what it is compressed of (docs/UPGRADING.md)
#   3. man pages     one for each command of the tool; completions for bash, zsh and fish
#   4. SBOM          every crate that is linked, with version and licence, in CycloneDX's form, by cargo-cyclonedx
#   5. packages      ostraka_VERSION_ARCH.deb and ostraka-node_VERSION_ARCH.deb, by cargo-deb; the latter with the runtime and the
#                    chains' specifications, for a stock node
#   6. tarball       ostraka-VERSION-TARGET.tar.gz: all of it, for where there is no dpkg, and what a container is made of
#   7. checksums     SHA256SUMS
#
# --profile   `production` unless given. It shares nothing with `release`, so all dependencies are compiled anew. Of another one the
#             runtime is the one that the node's build has left: for tests, as its hash is nobody else's
# --no-build  takes the programs and the runtime of that profile as they are
# --out       where it puts them, `release-files` in the target folder unless given; what it holds is replaced
# --check     says what would be done and whether the tools for it are there; exit code 1 if one is missing
#
# Times in the archives are those of the last commit, unless SOURCE_DATE_EPOCH says another; names are sorted, the owner is 0.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '[release] %s\n' "$*"; }
die() { printf '[release] error: %s\n' "$*" >&2; exit 1; }

CHECK=no BUILD=yes PROFILE=production OUT=
while [ $# -gt 0 ]; do
	case "$1" in
	--check) CHECK=yes ;;
	--no-build) BUILD=no ;;
	--profile) PROFILE=${2:?--profile takes a name}; shift ;;
	--out) OUT=${2:?--out takes a folder}; shift ;;
	--help | -h) sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "$0"; exit ;;
	*) die "unknown argument: $1 (there are --check, --profile, --no-build, --out)" ;;
	esac
	shift
done

export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/target}"
OUT=${OUT:-$CARGO_TARGET_DIR/release-files}
BUILT=$CARGO_TARGET_DIR/$PROFILE
PARTS=$BUILT/packaging
VERSION=$(awk '/^\[workspace.package\]/ { on = 1 } on && /^version/ { print $3; exit }' Cargo.toml | tr -d '"')
TARGET=$(rustc -vV | sed -n 's/^host: //p')
NAME=ostraka-$VERSION-$TARGET
RUNTIME=ostraka_runtime.compact.compressed.wasm
SBOM=ostraka-release-sbom # the files of this name beside manifests are this script's
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 0)}
export SOURCE_DATE_EPOCH LC_ALL=C TZ=UTC
umask 022

# What a step calls is joined by &&: under || bash looks at no exit code but the last.
TIMES=()
step() {
	local name=$1 began=$SECONDS
	shift
	say "$name"
	"$@" || die "$name failed after $((SECONDS - began)) s"
	TIMES+=("$(printf '%6d s  %s' $((SECONDS - began)) "$name")")
}

tools_are_there() {
	local tool missing=()
	for tool in cargo-cyclonedx cargo-deb dpkg-shlibdeps strip tar gzip sha256sum b2sum zstd; do
		command -v "$tool" >/dev/null || missing+=("$tool")
	done
	[ ${#missing[@]} = 0 ] || { say "missing: ${missing[*]} (scripts/setup.sh --packages installs them)"; return 1; }
	say "tools: all there"
}

programs() {
	local home rust paths=
	# A release tells nothing of the folders that it was built in. Other flags would compile everything anew, so that what a test
	# makes of the profile `release` is left as it is.
	if [ "$PROFILE" = production ]; then
		home=$(realpath -m "${CARGO_HOME:-$HOME/.cargo}") rust=$(rustc --print sysroot)
		paths="--remap-path-prefix=$PWD=/ostraka --remap-path-prefix=$home=/cargo --remap-path-prefix=$rust=/rust"
	fi
	scripts/shims.sh &&
		env ${paths:+RUSTFLAGS="${RUSTFLAGS:+$RUSTFLAGS }$paths" WASM_BUILD_RUSTFLAGS="$paths"} \
			cargo build --locked --profile "$PROFILE" --bin ostraka-node --bin ostraka
}

# Two builds in new folders, apart from the node's own: what whoever compares makes too.
compared() { scripts/compare_builds.sh "$BUILT/$RUNTIME"; }

# Eight bytes before the compressed ones say that they are.
runtime() {
	local blob=$BUILT/$RUNTIME
	[ -f "$blob" ] && [ "$PROFILE" = production ] || blob=$BUILT/wbuild/ostraka-runtime/$RUNTIME
	[ -f "$blob" ] || die "there is no $blob: leave out --no-build"
	rm -rf "$PARTS" &&
		mkdir -p "$PARTS/share/chain-specs" &&
		cp "$blob" "$PARTS/share/$RUNTIME" &&
		cp chain-specs/dev.json chain-specs/local.json chain-specs/production.json chain-specs/README.md "$PARTS/share/chain-specs/" &&
		tail -c +9 "$blob" | zstd -q -d >"$SCRATCH/ostraka_runtime.wasm" &&
		{ (cd "$PARTS/share" && b2sum -l 256 -- "$RUNTIME") && (cd "$SCRATCH" && b2sum -l 256 -- ostraka_runtime.wasm); } >"$PARTS/share/B2SUMS" &&
		cp "$PARTS/share/$RUNTIME" "$PARTS/share/B2SUMS" "$OUT/" &&
		cat "$PARTS/share/B2SUMS"
}

man_pages_and_completions() {
	rm -rf "$PARTS/man" "$PARTS/completions" &&
		mkdir -p "$PARTS/completions" "$PARTS/node" "$PARTS/tool" &&
		"$BUILT/ostraka" man --out "$PARTS/man" &&
		"$BUILT/ostraka" completions bash >"$PARTS/completions/ostraka.bash" &&
		"$BUILT/ostraka" completions zsh >"$PARTS/completions/_ostraka" &&
		"$BUILT/ostraka" completions fish >"$PARTS/completions/ostraka.fish"
}

# It writes beside the manifest of every member: they are taken, or removed.
sboms() {
	remove_sboms
	cargo cyclonedx --quiet --manifest-path node/Cargo.toml --format json --spec-version 1.5 --override-filename $SBOM &&
		mv node/$SBOM.json "$PARTS/node/sbom.cdx.json" &&
		remove_sboms &&
		cargo cyclonedx --quiet --manifest-path client/Cargo.toml --format json --spec-version 1.5 --override-filename $SBOM &&
		mv client/$SBOM.json "$PARTS/tool/sbom.cdx.json"
}

remove_sboms() { find . -path ./target -prune -o -name $SBOM.json -type f -exec rm {} +; }

packages() {
	local package
	for package in ostraka-client ostraka-node; do
		cargo deb --no-build --locked --profile "$PROFILE" --package "$package" --output "$OUT/" || return 1
	done
}

tarball() {
	local into=$SCRATCH/$NAME
	mkdir -p "$into/bin" "$into/systemd" "$into/man/man1" "$into/man/man8" "$into/share" &&
		strip -o "$into/bin/ostraka" "$BUILT/ostraka" &&
		strip -o "$into/bin/ostraka-node" "$BUILT/ostraka-node" &&
		cp "$PARTS"/man/*.1 "$into/man/man1/" &&
		cp packaging/node/ostraka-node.8 "$into/man/man8/" &&
		cp -r "$PARTS/completions" "$into/" &&
		cp -r "$PARTS/share" "$into/share/ostraka" &&
		cp -r Dockerfile compose.yaml monitoring "$into/" &&
		cp packaging/node/*.service packaging/node/ostraka-node.default packaging/node/start "$into/systemd/" &&
		cp "$PARTS/node/sbom.cdx.json" "$into/ostraka-node.cdx.json" &&
		cp "$PARTS/tool/sbom.cdx.json" "$into/ostraka.cdx.json" &&
		cp packaging/node/copyright "$into/COPYRIGHT.node" &&
		cp packaging/tool/copyright "$into/COPYRIGHT.tool" &&
		cp LICENSE README.md CHANGELOG.md "$into/" &&
		tar --create --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner --mode=u+rwX,go+rX,go-w \
			--format=gnu --directory "$SCRATCH" "$NAME" | gzip --no-name -9 >"$OUT/$NAME.tar.gz"
}

checksums() { (cd "$OUT" && sha256sum -- *.deb *.tar.gz "$RUNTIME" B2SUMS >SHA256SUMS && cat SHA256SUMS); }

if [ $CHECK = yes ]; then
	say "version $VERSION for $TARGET, profile $PROFILE, times of $(date -d "@$SOURCE_DATE_EPOCH" +%F)"
	if [ $BUILD = yes ]; then say "would compile node and tool into $BUILT"; else say "would take node and tool from $BUILT"; fi
	if [ $BUILD = yes ] && [ "$PROFILE" = production ]; then say "would compile the runtime twice, in new folders, and compare"; fi
	say "would write into $OUT: two .deb, $NAME.tar.gz, $RUNTIME, B2SUMS, SHA256SUMS"
	tools_are_there
	exit
fi

tools_are_there || exit 1
[ "$(git status --porcelain 2>/dev/null | head -c 1)" = "" ] || say "the folder holds changes that no commit has: this is no release to hand out"
SCRATCH=$(mktemp -d)
trap 'rm -rf "$SCRATCH"; remove_sboms' EXIT
mkdir -p "$OUT"
rm -f "$OUT"/*.deb "$OUT"/*.tar.gz "$OUT/$RUNTIME" "$OUT/B2SUMS" "$OUT/SHA256SUMS"

if [ $BUILD = yes ]; then step "programs ($PROFILE)" programs; fi
[ -x "$BUILT/ostraka" ] && [ -x "$BUILT/ostraka-node" ] || die "no programs in $BUILT: leave out --no-build"
if [ $BUILD = yes ] && [ "$PROFILE" = production ]; then step "runtime, twice" compared; fi
step "runtime" runtime
step "man pages and completions" man_pages_and_completions
step "SBOM" sboms
step "packages" packages
step "tarball" tarball
step "checksums" checksums

say "times:"
printf '%s\n' "${TIMES[@]}"
say "all is in $OUT"
