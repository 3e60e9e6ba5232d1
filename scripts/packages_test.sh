#!/usr/bin/env bash
# Installs both packages into a Debian of their own, uses them there, and removes them: run it by `make packages-test`. Root alone
# can: it makes a root folder by debootstrap, and enters it by chroot, in namespaces of its own for mounts and processes.
#
#   scripts/packages_test.sh [FOLDER]
#
# FOLDER holds the packages, `release-files` in the target folder unless given. What debootstrap made is kept in the target folder.
set -euo pipefail
cd "$(dirname "$0")/.."

SUITE=bookworm
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
for tool in debootstrap unshare chroot systemd-analyze; do
	command -v $tool >/dev/null || die "$tool is not there: scripts/setup.sh --packages installs it"
done
node_deb=$(compgen -G "$DEBS/ostraka-node_*.deb") && tool_deb=$(compgen -G "$DEBS/ostraka_*.deb") || die "no packages in $DEBS: scripts/release.sh makes them"
[ "$(wc -l <<<"$node_deb")$(wc -l <<<"$tool_deb")" = 11 ] || die "more than one version in $DEBS"

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
		cp "$node_deb" "$tool_deb" "$ROOT/srv/" &&
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

# One task on a dev chain that the tool starts.
chain() {
	inside 'cd /tmp; export HOME=/tmp
		runuser -u nobody -- ostraka demo --node /usr/bin/ostraka-node --json --data /usr/share/doc/ostraka/examples/clinics.csv \
			--split-by clinic --statistic mean --columns dose >/tmp/demo.json
		grep -q "\"verified\": *true" /tmp/demo.json || { cat /tmp/demo.json; exit 1; }
		! grep -q "\"exact\": *false" /tmp/demo.json || { cat /tmp/demo.json; exit 1; }'
}

# A newcomer's paths, by what the packages have installed, and Prometheus as Debian has it.
walk_operator() {
	inside 'apt-get install -y -qq --no-install-recommends curl prometheus >/tmp/said 2>&1 || { cat /tmp/said; exit 1; }
		cd /tmp
		runuser -u nobody -- /srv/walk/scripts/walk_operator.sh'
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
ROOT=$(mktemp --directory --tmpdir="$CACHE")
trap 'rm -rf --one-file-system "$ROOT"' EXIT

step "base system" base
step "root folder" root_folder
step "install" install_both
step "man pages, completions, licences" documents
step "units: verify, security" units
step "simulate" simulate
step "a task on a dev chain" chain
step "a new operator's path" walk_operator
step "a new requester's path" walk_requester
step "the service's start script" start_script
step "remove and purge" remove

say "times:"
printf '%s\n' "${TIMES[@]}"
say "the packages held"
