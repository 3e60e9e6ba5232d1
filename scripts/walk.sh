# What the two walks share; walk_operator.sh and walk_requester.sh source it.
#
# A walk takes a newcomer's path from the installed programs on, on a development chain of its own. Its steps are the commands that a
# page of docs/ prints, letter for letter: a step that its page does not have is an error, and so is one that ends otherwise than it
# must. What others do meanwhile (the chain, its nodes, other parties) is done behind the scenes, and printed as that. Everything listens on
# the loopback interface, and is ended by its number.

WALK=$(basename "$0" .sh)
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export LC_ALL=C

say() { printf '\n[%s] %s\n' "$WALK" "$*"; }

# Ends the walk: what was to be, what the last step printed, and the ends of the logs.
fail() {
	{
		printf '\n[%s] FAILED: %s\n' "$WALK" "$*"
		[ -z "${STEP:-}" ] || printf '  the last step: %s\n' "$STEP"
		[ -z "${work:-}" ] || for log in "$work"/said "$work"/behind "$work"/logs/*; do
			[ ! -s "$log" ] || { printf -- '--- the end of %s\n' "${log##*/}"; tail -n 15 "$log"; }
		done
	} >&2
	exit 1
}

# The programs' folder is FOLDER, /usr/bin unless given. `prepare PAGE NEEDED…` makes the folders and looks for what is needed.
prepare() {
	local page=$1 program
	shift
	bin=$(cd "$bin" 2>/dev/null && pwd) || { echo "--bin: there is no such folder" >&2; exit 2; }
	for program in ostraka ostraka-node; do
		[ -x "$bin/$program" ] || { echo "$bin has no \`$program\`: name the folder of both programs by --bin" >&2; exit 2; }
	done
	for program in "$@"; do
		command -v "$program" >/dev/null || { echo "no \`$program\`: apt-get install $program" >&2; exit 2; }
	done
	PAGE=
	for program in "$HERE/docs/$page" "/usr/share/doc/ostraka-node/$page" "/usr/share/doc/ostraka/$page"; do
		[ ! -f "$program" ] || { PAGE=$program; break; }
	done
	[ -n "$PAGE" ] || say "there is no $page here: the steps are not held against it"
	work=$(mktemp -d)
	mkdir "$work/home" "$work/logs"
	trap finish EXIT
	trap 'exit 130' INT TERM
	export HOME="$work/home" XDG_CONFIG_HOME="$work/config" OSTRAKA_LOG="$work/log.jsonl" PATH="$bin:$PATH"
	unset OSTRAKA_SURI OSTRAKA_POLICY OSTRAKA_PROFILE OSTRAKA_CONFIG OSTRAKA_WORKER_SURI OSTRAKA_NODE OSTRAKA_RUNTIME OSTRAKA_WEBHOOK
	BEGAN=$SECONDS TIMES=() IDS=()
}

finish() {
	local id
	for id in "${IDS[@]:-}"; do [ -z "$id" ] || end "$id"; done
	rm -rf "$work"
}

# Ends a program by its number, and waits for that.
end() {
	local id kept=()
	for id in "${IDS[@]}"; do [ "$id" = "$1" ] || kept+=("$id"); done
	IDS=("${kept[@]}")
	kill -TERM "$1" 2>/dev/null || return 0
	for _ in $(seq 120); do kill -0 "$1" 2>/dev/null || return 0; sleep 0.25; done
	kill -KILL "$1" 2>/dev/null || true
}

millis() { date +%s%3N; }

# The step must stand on the page as it is.
on_page() {
	[ -z "$PAGE" ] || grep -qF -- "$1" "$PAGE" || fail "${PAGE##*/} has no line \`$1\`: page and walk say the same"
}

# walk COMMAND: a step. What it prints is in $work/said.
walk() { walk_to 0 "$1"; }

# walk_to CODE COMMAND: a step that ends with that code.
walk_to() {
	local code=$1 began ended=0 took
	STEP=$2
	on_page "$STEP"
	printf '\n$ %s\n' "$STEP"
	began=$(millis)
	(cd "$HOME" && eval "$STEP") >"$work/said" 2>&1 </dev/null || ended=$?
	took=$(($(millis) - began))
	sed 's/^/    /' "$work/said"
	[ "$ended" -eq "$code" ] || fail "the step ended with $ended, not $code"
	TIMES+=("$(printf '%5d.%d s  %s' $((took / 1000)) $((took % 1000 / 100)) "$STEP")")
	printf '    [%d.%d s]\n' $((took / 1000)) $((took % 1000 / 100))
}

# walk_on NAME COMMAND: a step that goes on until it is ended. Its log is in $work/logs/NAME.
walk_on() {
	STEP=$2
	on_page "$STEP"
	printf '\n$ %s &\n' "$STEP"
	(cd "$HOME" && eval "exec $STEP") >"$work/logs/$1" 2>&1 </dev/null &
	IDS+=($!)
}

# The step must have printed a text; or a line of a form.
says() { grep -qF -- "$1" "$work/said" || fail "it does not say \`$1\`"; }
says_line() { grep -qE -- "$1" "$work/said" || fail "no line is as \`$1\`"; }

# behind COMMAND…: what somebody else does. It must end well; what it prints is in $work/behind.
behind() {
	printf '    (behind the scenes: %s)\n' "$*"
	(cd "$HOME" && "$@") >"$work/behind" 2>&1 </dev/null || fail "behind the scenes: $* ended with $?"
}

# all_behind PREFIX… -- ONE…: the same for each at the same time, as its last word.
all_behind() {
	local command=() one id ids=()
	while [ "$1" != -- ]; do command+=("$1"); shift; done
	shift
	printf '    (behind the scenes: %s, each of %s)\n' "${command[*]}" "$*"
	for one in "$@"; do
		(cd "$HOME" && "${command[@]}" "$one") >"$work/logs/behind-${one//\//-}" 2>&1 </dev/null &
		ids+=($!)
	done
	for id in "${ids[@]}"; do wait "$id" || fail "behind the scenes: ${command[*]}, of one of $*"; done
}

# await SECONDS WHAT COMMAND…: waits until the command ends well.
await() {
	local seconds=$1 what=$2 until=$((SECONDS + $1))
	shift 2
	until "$@" >/dev/null 2>&1; do
		[ "$SECONDS" -lt "$until" ] || fail "$what: not within $seconds s"
		sleep 0.3
	done
}

# A port that nobody listens on.
port() {
	local port
	for _ in $(seq 50); do
		port=$((20000 + RANDOM))
		(exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
	done
	fail "no port is free"
}

# The value of a name in JSON on the standard input: of an object itself, not of what is in it.
field() { sed -n "s/^  \"$1\": \"\\{0,1\\}\\([^\",]*\\)\"\\{0,1\\},\\{0,1\\}\$/\\1/p" | head -n 1; }

get() { curl -sf --noproxy '*' --max-time 10 "$@"; }

# chain FLAG…: starts a development chain of the programs in a folder, with these flags of the node; its number is in CHAIN_ID.
chain() {
	local from=$1
	shift
	printf '    (behind the scenes: ostraka dev --node %s/ostraka-node -- %s)\n' "$from" "$*"
	: >"$work/dev.json"
	"$from/ostraka" --json dev --node "$from/ostraka-node" -- --rpc-port "$RPC" "$@" >"$work/dev.json" 2>>"$work/logs/chain" </dev/null &
	CHAIN_ID=$!
	IDS+=("$CHAIN_ID")
	for _ in $(seq 600); do
		! grep -q '"url"' "$work/dev.json" || return 0
		kill -0 "$CHAIN_ID" 2>/dev/null || fail "the development chain ended"
		sleep 0.5
	done
	fail "the development chain does not begin within five minutes"
}

# The times of all steps.
walked() {
	say "walked in $((SECONDS - BEGAN)) s:"
	printf '%s\n' "${TIMES[@]}"
}
