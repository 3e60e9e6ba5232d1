#!/usr/bin/env bash
# Looks at the files of a release, installs both packages into a Debian of their own, uses them there, upgrades them, and removes
# them: run it by `make packages-test`. Root alone can: it makes a root folder by debootstrap, and enters it by chroot, in namespaces
# of its own for mounts and processes.
#
#   scripts/packages_test.sh [FOLDER]
#
# FOLDER holds the release, `release-files` in the target folder unless given. What debootstrap made is kept in the target folder.
set -euo pipefail
cd "$(dirname "$0")/.."

SUITE=bookworm
RUNTIME=ostraka_runtime.compact.compressed.wasm
NEXT=+next # what the version of the packages that are upgraded to ends with
THRESHOLD=20 # of ten times what `systemd-analyze security` says; 0 is best, 100 worst

say() { printf '[packages] %s\n' "$*"; }
die() { printf '[packages] error: %s\n' "$*" >&2; exit 1; }

export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/target}"
DEBS=${1:-$CARGO_TARGET_DIR/release-files}
CACHE=$CARGO_TARGET_DIR/packages-test
BASE=$CACHE/$SUITE.tar
export LC_ALL=C
TIMES=()
step() {
	local name=$1 began=$SECONDS
	shift
	say "$name"
	"$@" || die "$name FAILED after $((SECONDS - began)) s"
	TIMES+=("$(printf '%6d s  %s' $((SECONDS - began)) "$name")")
}

[ "$(id -u)" = 0 ] || die "root alone can make a root folder and enter it"
for tool in debootstrap unshare chroot systemd-analyze dpkg-deb b2sum sha256sum zstd python3; do
	command -v $tool >/dev/null || die "$tool is not there: scripts/setup.sh --packages installs it"
done
node_deb=$(compgen -G "$DEBS/ostraka-node_*.deb") && tool_deb=$(compgen -G "$DEBS/ostraka_*.deb") || die "no packages in $DEBS: scripts/release.sh makes them"
[ "$(wc -l <<<"$node_deb")$(wc -l <<<"$tool_deb")" = 11 ] || die "more than one version in $DEBS"
tarball=$(compgen -G "$DEBS/ostraka-*.tar.gz") || die "no tarball in $DEBS: scripts/release.sh makes it"

# Held without a toolchain: that runtime and specifications are there, the same everywhere, and what the checksums say; and that the
# tarball is all that an image is made of. The specifications are those of this checkout.
release_files() {
	local into=$SCRATCH/release share chain file
	mkdir -p "$into/deb" &&
		tar --extract --gzip --file "$tarball" --directory "$into" && mv "$into"/ostraka-* "$into/tarball" &&
		dpkg-deb --extract "$node_deb" "$into/deb" &&
		(cd "$DEBS" && sha256sum --quiet --check SHA256SUMS) || return 1
	for share in "$into/tarball/share/ostraka" "$into/deb/usr/share/ostraka"; do
		cmp "$share/$RUNTIME" "$DEBS/$RUNTIME" && cmp "$share/B2SUMS" "$DEBS/B2SUMS" || return 1
		(cd "$share" && sha256sum --quiet --check --ignore-missing "$DEBS/SHA256SUMS" && b2sum --quiet --check --ignore-missing B2SUMS) || return 1
		for chain in dev local production; do
			cmp "chain-specs/$chain.json" "$share/chain-specs/$chain.json" || return 1
		done
	done
	# as docs/UPGRADING.md has it
	tail -c +9 "$DEBS/$RUNTIME" | zstd -q -d | b2sum -l 256 | cut -d ' ' -f 1 >"$into/hash" &&
		grep -qx "$(cat "$into/hash")  ostraka_runtime.wasm" "$DEBS/B2SUMS" ||
		{ echo "B2SUMS does not have the hash of the blob that was compressed"; return 1; }
	for file in Dockerfile compose.yaml; do cmp $file "$into/tarball/$file" || return 1; done
	diff -r monitoring "$into/tarball/monitoring" &&
		scripts/check_container.py --release "$into/tarball"
}

# The same packages by a higher version.
next_packages() {
	local deb made=$SCRATCH/next
	for deb in "$tool_deb" "$node_deb"; do
		rm -rf "$made" && mkdir -p "$ROOT/srv/next" && dpkg-deb --raw-extract "$deb" "$made" &&
			sed -i "s/^Version: .*/&$NEXT/" "$made/DEBIAN/control" &&
			dpkg-deb --root-owner-group -Zgzip -z1 --build "$made" "$ROOT/srv/next/" >/dev/null || return 1
	done
	rm -rf "$made"
}

# Debian's mirror as this machine's own package sources name it.
debian_mirror() {
	apt-get indextargets --format '$(ORIGIN) $(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
		awk '$1 == "Debian" && $2 !~ /security/ { print $2; exit }'
}

# systemd is there for its user database and to judge the units; it does not run.
base() {
	if [ -f "$BASE" ]; then say "  there: $BASE"; return; fi
	local mirror made
	mirror=$(debian_mirror)
	made=$(mktemp --directory --tmpdir="$CACHE") &&
		debootstrap --variant=minbase --include=systemd,man-db,groff-base "$SUITE" "$made" ${mirror:+"$mirror"} >"$CACHE/debootstrap.log" 2>&1 &&
		tar --create --file "$BASE.new" --directory "$made" --exclude './var/cache/apt/archives/*.deb' . &&
		mv "$BASE.new" "$BASE" &&
		rm -rf "$made"
}

root_folder() {
	tar --extract --file "$BASE" --directory "$ROOT" && chmod 755 "$ROOT" &&
		cp "$node_deb" "$tool_deb" "$DEBS/SHA256SUMS" "$ROOT/srv/" &&
		mkdir -p "$ROOT/srv/walk/scripts" "$ROOT/srv/walk/docs" &&
		cp scripts/walk.sh scripts/walk_operator.sh scripts/walk_requester.sh "$ROOT/srv/walk/scripts/" &&
		cp docs/OPERATOR.md docs/REQUESTER.md "$ROOT/srv/walk/docs/" &&
		printf '#!/bin/sh\nexit 101\n' >"$ROOT/usr/sbin/policy-rc.d" && chmod 755 "$ROOT/usr/sbin/policy-rc.d" &&
		{ [ ! -e /etc/resolv.conf ] || cp --dereference /etc/resolv.conf "$ROOT/etc/resolv.conf"; } &&
		{ apt-config dump 2>/dev/null | grep -E '^Acquire::(http|https)::Proxy |^Acquire::http::Proxy "' >"$ROOT/etc/apt/apt.conf.d/90proxy" || true; } &&
		inside '( cd / && find . -xdev \( -path ./proc -o -path ./sys -o -path ./dev -o -path ./srv -o -path ./tmp \) -prune -o ! -type d -print | sort ) >/srv/before'
}

# Runs a script in the root folder. Its processes end with it, and its mounts.
inside() {
	unshare --mount --pid --ipc --uts --fork --kill-child --propagation private bash -euc '
		root=$1 script=$2
		mount -t proc proc "$root/proc"
		mount --rbind /dev "$root/dev"
		mount -t tmpfs tmpfs "$root/tmp"
		exec chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/srv LC_ALL=C.UTF-8 TERM=dumb DEBIAN_FRONTEND=noninteractive \
			${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} /bin/bash -euo pipefail -c "$script"
	' inside "$ROOT" "$1"
}

# For scripts that run inside: the processes of the node.
NODES='nodes() { for each in /proc/[0-9]*; do [ "$(readlink "$each/exe")" != /usr/bin/ostraka-node ] || echo "${each#/proc/}"; done; }
'

# By apt, which brings what the packages depend on.
install_both() {
	inside "$NODES"'apt-get update -qq
		apt-get install -y -qq --no-install-recommends /srv/ostraka_*.deb /srv/ostraka-node_*.deb >/srv/install.log 2>&1 || { cat /srv/install.log; exit 1; }
		grep -q "ostraka-node: not started" /srv/install.log || { echo "the installation does not say that it started nothing"; exit 1; }
		dpkg --verify ostraka ostraka-node
		getent passwd ostraka-node
		! compgen -G "/etc/systemd/system/*.wants/ostraka*" || { echo "a unit is enabled unasked"; exit 1; }
		[ -z "$(nodes)" ] || { echo "a node runs unasked"; exit 1; }'
}

documents() {
	inside 'for page in ostraka.1 ostraka-task-submit.1 ostraka-node-metrics.1 ostraka-node.8; do
			section=${page##*.}
			file=$(ls /usr/share/man/man$section/$page*) || { echo "no page $page"; exit 1; }
			MANWIDTH=80 man --warnings -l "$file" >/tmp/page 2>/tmp/warnings
			grep -q SYNOPSIS /tmp/page || { echo "$page shows nothing"; exit 1; }
		done
		for package in ostraka ostraka-node; do
			for file in copyright LICENSE sbom.cdx.json; do
				compgen -G "/usr/share/doc/$package/$file*" >/dev/null || { echo "$package lacks $file"; exit 1; }
			done
		done
		grep -q "^License: GPL-3" /usr/share/doc/ostraka-node/copyright
		bash -n /usr/share/bash-completion/completions/ostraka
		ostraka --version
		ostraka-node --version'
}

units() {
	inside 'for unit in ostraka-node ostraka-node-metrics; do
			systemd-analyze verify /usr/lib/systemd/system/$unit.service 2>&1 | tee /tmp/said
			[ ! -s /tmp/said ] || exit 1
			systemd-analyze security --no-pager --offline=yes --threshold='"$THRESHOLD"' /usr/lib/systemd/system/$unit.service | tail -1
		done'
}

simulate() {
	inside 'runuser -u nobody -- ostraka simulate --data /usr/share/doc/ostraka/examples/clinics.csv --split-by clinic \
			--statistic mean --columns dose'
}

# One task on a dev chain that the tool starts, founded on the runtime that the package brings.
chain() {
	inside 'cd /tmp; export HOME=/tmp OSTRAKA_RUNTIME=/usr/share/ostraka/'$RUNTIME'
		runuser -u nobody -- ostraka demo --node /usr/bin/ostraka-node --json --data /usr/share/doc/ostraka/examples/clinics.csv \
			--split-by clinic --statistic mean --columns dose >/tmp/demo.json
		grep -q "\"verified\": *true" /tmp/demo.json || { cat /tmp/demo.json; exit 1; }
		! grep -q "\"exact\": *false" /tmp/demo.json || { cat /tmp/demo.json; exit 1; }'
}

# A chain of one's own is founded by what the package brings: the node's tool for it is the stock node's.
founded() {
	inside 'cd /usr/share/ostraka
		sha256sum --check --ignore-missing /srv/SHA256SUMS
		b2sum --check --ignore-missing B2SUMS
		for chain in dev local; do
			ostraka-node chain-spec-builder --chain-spec-path /tmp/$chain.json update-code chain-specs/$chain.json '$RUNTIME' >/tmp/said 2>&1 &&
				ostraka-node chain-spec-builder --chain-spec-path /tmp/verified.json verify /tmp/$chain.json >>/tmp/said 2>&1 ||
				{ cat /tmp/said; exit 1; }
		done'
}

# A newcomer's paths, by what the packages have installed, and Prometheus as Debian has it. The upgrade of the operator's is that to
# packages of a higher version, in the middle of it: what stands for systemd notes what it is told, since it does not run here.
walk_operator() {
	inside 'apt-get install -y -qq --no-install-recommends curl prometheus >/tmp/said 2>&1 || { cat /tmp/said; exit 1; }
		kept() { ( cd / && find var/lib/ostraka-node etc/default/ostraka-node -type f -exec sha256sum {} + -exec stat --format "%n %U %a" {} + | sort ); }
		sed -i "s/^OSTRAKA_CHAIN=\$/OSTRAKA_CHAIN=dev/" /etc/default/ostraka-node
		grep -qx OSTRAKA_CHAIN=dev /etc/default/ostraka-node
		kept >/tmp/kept
		grep -q /chains/ /tmp/kept || { echo "the service has left no state to keep"; exit 1; }
		mkdir -p /srv/stub /run/systemd/system
		printf "#!/bin/sh\necho \"\$*\" >>/srv/systemctl.log\n" >/srv/stub/systemctl; chmod 755 /srv/stub/systemctl

		cd /tmp
		runuser -u nobody -- /srv/walk/scripts/walk_operator.sh \
			--upgrade "touch /tmp/upgrade; until [ -e /tmp/upgraded ]; do sleep 0.3; done" &
		walk=$!
		until [ -e /tmp/upgrade ]; do
			kill -0 $walk 2>/dev/null || { wait $walk || true; echo "the walk ended before its upgrade"; exit 1; }
			sleep 0.5
		done
		apt-get install -y -qq --no-install-recommends -o "DPkg::Path=/srv/stub:$PATH" /srv/next/ostraka_*.deb /srv/next/ostraka-node_*.deb \
			>/tmp/said 2>&1 || { cat /tmp/said; kill $walk; exit 1; }
		touch /tmp/upgraded
		wait $walk

		for package in ostraka ostraka-node; do
			version=$(dpkg-query --show --showformat="\${Version}" $package)
			[ "${version%'$NEXT'}" != "$version" ] || { echo "$package is at $version after the upgrade"; exit 1; }
		done
		differ=$(dpkg --verify ostraka ostraka-node | grep -v " c /etc/default/ostraka-node\$" || true)
		[ -z "$differ" ] || { echo "$differ"; echo "these differ from their package"; exit 1; }
		kept | diff /tmp/kept - || { echo "the upgrade has changed state or settings"; exit 1; }
		! grep -q "not started" /tmp/said || { echo "an upgrade says what an installation says"; exit 1; }
		grep -qx daemon-reload /srv/systemctl.log
		grep -qx "try-restart ostraka-node.service ostraka-node-metrics.service" /srv/systemctl.log ||
			{ cat /srv/systemctl.log; echo "a node that runs is not started again"; exit 1; }
		! grep -E "enable|disable|^(re)?start|^stop" /srv/systemctl.log || { echo "the upgrade starts or stops something unasked"; exit 1; }
		! compgen -G "/etc/systemd/system/*.wants/ostraka*" || { echo "a unit is enabled unasked"; exit 1; }
		rm -r /run/systemd/system'
}
walk_requester() {
	inside 'cd /tmp
		runuser -u nobody -- /srv/walk/scripts/walk_requester.sh'
}

# What the unit starts, as its user and with the folders and keys that systemd would give it.
start_script() {
	inside "$NODES"'start() { runuser -u ostraka-node -- env STATE_DIRECTORY=/var/lib/ostraka-node RUNTIME_DIRECTORY=/run/ostraka-node "$@" /usr/lib/ostraka-node/start; }
		install -d -o ostraka-node -g ostraka-node -m 700 /var/lib/ostraka-node /run/ostraka-node
		ended=0; start >/tmp/said 2>&1 || ended=$?
		[ $ended = 78 ] && grep -q OSTRAKA_CHAIN /tmp/said || { cat /tmp/said; echo "without a chain it ends with $ended"; exit 1; }

		install -d -o ostraka-node -m 700 /tmp/credentials
		printf "//Worker\n" >/tmp/credentials/ostraka-node.worker-key
		printf "not a key\n" >/tmp/credentials/ostraka-node.worker-key-before
		chown ostraka-node /tmp/credentials/*
		ended=0; start CREDENTIALS_DIRECTORY=/tmp/credentials OSTRAKA_CHAIN=dev >/tmp/said 2>&1 || ended=$?
		[ $ended = 78 ] && grep -q worker-key-before /tmp/said || { cat /tmp/said; echo "with a wrong key it ends with $ended"; exit 1; }

		rm /tmp/credentials/ostraka-node.worker-key-before
		rm -rf /run/ostraka-node/keystore
		ostraka-node key generate-node-key --chain dev --file /tmp/credentials/ostraka-node.node-key 2>/tmp/identity || { cat /tmp/identity; exit 1; }
		chown ostraka-node /tmp/credentials/*
		start CREDENTIALS_DIRECTORY=/tmp/credentials OSTRAKA_CHAIN=dev \
			OSTRAKA_NODE_ARGS="--dev-block-time 1000 --listen-addr /ip4/127.0.0.1/tcp/0 --no-mdns --no-prometheus --no-telemetry --rpc-port 0" >/tmp/said 2>&1 &
		node=$!
		for second in $(seq 60); do
			grep -q "Imported #2" /tmp/said && break
			sleep 1
		done
		kill -INT $(nodes) || true
		wait $node || true
		grep -q "Imported #2" /tmp/said || { tail -30 /tmp/said; echo "no block in a minute"; exit 1; }
		grep -q "$(tail -1 /tmp/identity)" /tmp/said || { echo "the node key is not the credential"; exit 1; }
		compgen -G "/run/ostraka-node/keystore/6f737472*" >/dev/null || { echo "the worker key is not in the keystore"; exit 1; }
		! find /var/lib/ostraka-node -path "*keystore/6f737472*" | grep . || { echo "the worker key lies on the disk"; exit 1; }'
}

# Removed, they leave settings and state; purged, the state alone, and nothing once that is gone.
remove() {
	inside 'left() { ( cd / && find . -xdev \( -path ./proc -o -path ./sys -o -path ./dev -o -path ./srv -o -path ./tmp -o -path ./run \) -prune -o ! -type d -print | sort ) | comm -13 /srv/before - | grep -E "ostraka" || true; }
		apt-get remove -y -qq ostraka ostraka-node >/dev/null
		[ -f /etc/default/ostraka-node ] || { echo "the settings are gone"; exit 1; }
		[ -d /var/lib/ostraka-node/chains ] || { echo "the state is gone"; exit 1; }
		apt-get purge -y -qq ostraka ostraka-node >/tmp/said
		grep -q "/var/lib/ostraka-node is left" /tmp/said || { cat /tmp/said; echo "the purge does not say that the state is left"; exit 1; }
		[ -z "$(left | grep -v "^./var/lib/ostraka-node/" || true)" ] || { left | grep -v "^./var/lib/ostraka-node/"; echo "this is left after the purge"; exit 1; }
		rm -r /var/lib/ostraka-node
		deluser --quiet --system ostraka-node
		! getent passwd ostraka-node

		apt-get install -y -qq --no-install-recommends /srv/ostraka_*.deb /srv/ostraka-node_*.deb >/dev/null 2>&1
		apt-get purge -y -qq ostraka ostraka-node >/dev/null
		! getent passwd ostraka-node || { echo "the user is left"; exit 1; }
		[ -z "$(left)" ] || { left; echo "this is left after the purge of packages that never ran"; exit 1; }'
}

mkdir -p "$CACHE"
ROOT=$(mktemp --directory --tmpdir="$CACHE") SCRATCH=$(mktemp --directory --tmpdir="$CACHE")
trap 'rm -rf --one-file-system "$ROOT" "$SCRATCH"' EXIT
DEBS=$(realpath "$DEBS")

step "what the release holds" release_files
step "base system" base
step "root folder" root_folder
step "packages of a higher version" next_packages
step "install" install_both
step "man pages, completions, licences" documents
step "units: verify, security" units
step "simulate" simulate
step "a chain is founded" founded
step "a task on a dev chain" chain
step "the service's start script" start_script
step "a new operator's path, and an upgrade" walk_operator
step "a new requester's path" walk_requester
step "remove and purge" remove

say "times:"
printf '%s\n' "${TIMES[@]}"
say "the packages held"
