#!/usr/bin/env bash
# Holds monitoring/ against a real Prometheus that scrapes a dev chain under the soak, and the tool that watches it: the rules
# and their unit tests, and every expression of every panel of the dashboard, which must give a series within so many minutes
# (10 unless given). With a folder as a second argument it goes on until the minutes are over, and draws the panels into it.
#
# A panel whose description says "May be empty" need not give one; these are listed. The soak is a load here: `make soak` says
# whether it holds. Everything listens on the loopback interface, and is ended by its number. Takes Debian's `prometheus`, `jq`,
# `curl`, and $OSTRAKA_NODE and $CARGO_TARGET_DIR/release as the soak does.
set -euo pipefail
cd "$(dirname "$0")/.."

export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/target}"
export OSTRAKA_NODE="${OSTRAKA_NODE:-$CARGO_TARGET_DIR/release/ostraka-node}"
bin="$CARGO_TARGET_DIR/release"
minutes=${1:-10}
pictures=${2:-}
dashboard=monitoring/dashboards/ostraka.json

for program in prometheus promtool jq curl python3; do
	command -v "$program" >/dev/null || { echo "no \`$program\`: apt-get install prometheus jq curl python3" >&2; exit 2; }
done

promtool check rules monitoring/alerts.yml
promtool check config monitoring/prometheus.yml
promtool test rules monitoring/alerts_test.yml

work=$(mktemp -d)
# what the soak keeps at its end goes with the rest
export TMPDIR="$work"
ids=()
# ends a program by its number, and waits for that
end() {
	kill "-$1" "$2" 2>/dev/null || return 0
	for _ in $(seq 60); do kill -0 "$2" 2>/dev/null || return 0; sleep 0.5; done
	kill -KILL "$2" 2>/dev/null || true
}
finish() {
	for id in "${ids[@]:1}"; do end TERM "$id"; done
	# the soak ends its node when it is interrupted; if it cannot, somebody has to
	[ -z "${ids[0]:-}" ] || end INT "${ids[0]}"
	[ ! -s "$work/node.id" ] || end TERM "$(cat "$work/node.id")"
	rm -rf "$work"
}
trap finish EXIT

fail() {
	echo "monitoring FAILED: $*" >&2
	for log in soak metrics prometheus; do [ ! -s "$work/$log.log" ] || { echo "--- $log" >&2; tail -15 "$work/$log.log" >&2; }; done
	exit 1
}

# waits for a command to succeed, for so many seconds
await() {
	local what=$1 seconds=$2
	shift 2
	for _ in $(seq "$seconds"); do "$@" >/dev/null 2>&1 && return; sleep 1; done
	fail "$what: not within $seconds s"
}

# four ports that are free
mapfile -t ports < <(python3 -c '
import socket
held = [socket.create_server(("127.0.0.1", 0)) for _ in range(4)]
print(*(one.getsockname()[1] for one in held), sep="\n")')
rpc=${ports[0]} node=${ports[1]} metrics=${ports[2]} web=${ports[3]}
url="ws://127.0.0.1:$rpc"
api="http://127.0.0.1:$web/api/v1"

# the soak's node, with the SDK's metrics on
cat >"$work/node" <<END
#!/usr/bin/env bash
flags=()
for flag in "\$@"; do [ "\$flag" = --no-prometheus ] || flags+=("\$flag"); done
echo \$\$ >"$work/node.id"
exec "$OSTRAKA_NODE" "\${flags[@]}" --prometheus-port $node
END
chmod +x "$work/node"
"$bin/ostraka-adversary" --json soak --minutes $((minutes + 5)) --rpc-port "$rpc" --lanes 2 --node "$work/node" \
	>"$work/soak.log" 2>&1 &
ids+=($!)
await "the chain" 180 curl -sf "http://127.0.0.1:$rpc/health"
await "the node's metrics" 30 curl -sf "http://127.0.0.1:$node/metrics"

who=(--account //Soak//requester//1 --account //Soak//1//1 --account //Dave)
for number in 1 2 3 8; do who+=(--operator "//Ostraka//operator//$number"); done
"$bin/ostraka" node metrics --url "$url" --listen "127.0.0.1:$metrics" "${who[@]}" >"$work/metrics.log" 2>&1 &
ids+=($!)
await "the tool's metrics" 60 curl -sf "http://127.0.0.1:$metrics/health"

# a quota, of a dealer whom the soak does not ask
cat >"$work/policy.toml" <<'END'
[dataset.watched]
file = "rows.csv"
rows = 10
floor = 1
clip = true
[dataset.watched.columns.x]
decimals = 0
range = [0, 9]
[allow]
classes = ["standard"]
requesters = ["any"]
statistics = ["any"]
per_period = 4
period_blocks = 5000
END
"$bin/ostraka" policy publish --url "$url" --suri //Dave --policy "$work/policy.toml" </dev/null >"$work/policy.log" 2>&1 \
	|| fail "no policy is published: $(cat "$work/policy.log")"

cp monitoring/alerts.yml "$work/alerts.yml"
sed -e "s/:9617/:$metrics/; s/:9615/:$node/; s/15s/2s/" monitoring/prometheus.yml >"$work/prometheus.yml"
promtool check config "$work/prometheus.yml" >/dev/null
began=$(date +%s)
prometheus --config.file="$work/prometheus.yml" --storage.tsdb.path="$work/data" --web.listen-address="127.0.0.1:$web" \
	--log.level=warn >"$work/prometheus.log" 2>&1 &
ids+=($!)
await "Prometheus" 60 curl -sf "http://127.0.0.1:$web/-/ready"

# the state of an expression from the beginning on: `series`, `nothing`, or its error
state() {
	curl -s --data-urlencode "query=$1" -d "start=$began" -d "end=$(date +%s)" -d step=2 "$api/query_range" \
		| jq -r 'if .status != "success" then .error elif (.data.result | length) > 0 then "series" else "nothing" end'
}

# names of metrics in an expression that no target tells of
unknown() {
	local name
	for name in $(grep -oE '\b(ostraka|substrate)_[a-z0-9_]+' <<<"$1" | sort -u); do
		grep -qxE "$name|${name%_total}|${name%_sum}|${name%_count}|${name%_bucket}" "$work/names" || echo "$name"
	done
}

read_names() { curl -sf "$api/metadata" | jq -r '.data | keys[]' >"$work/names" && grep -q ^ostraka_up "$work/names" && grep -q ^substrate_ "$work/names"; }
await "both targets" 60 read_names

# the checks can fail
[ "$(state ostraka_nothing)" = nothing ] && [ "$(unknown 'sum(ostraka_nothing)')" = ostraka_nothing ] || fail "a metric that is none is taken for one"
case "$(state 'sum(')" in series | nothing) fail "no expression is one" ;; esac

# each expression with its panel, and whether it may be empty
panels() { jq -r '.panels[] | select(.targets) | .title as $title | ((.description // "") | test("May be empty")) as $may | .targets[] | [$title, $may, .expr] | @tsv' "$dashboard"; }
[ "$(panels | wc -l)" -gt 20 ] || fail "no panels"

# panels that have nothing to show yet
empty() {
	local title may expression is
	while IFS=$'\t' read -r title may expression; do
		# as jq writes it
		expression=${expression//\\\\/\\}
		is=$(state "$expression")
		case "$is:$may" in
			series:*) ;;
			nothing:true) echo "may $title: $expression" ;;
			nothing:false) echo "must $title: $expression" ;;
			*) echo "wrong $title: $expression: $is" ;;
		esac
	done < <(panels)
}

until=$((began + 60 * minutes))
while :; do
	sleep 10
	for id in "${ids[@]}"; do kill -0 "$id" 2>/dev/null || fail "one of the programs has ended"; done
	empty >"$work/empty"
	! grep '^wrong ' "$work/empty" || fail "an expression is not understood"
	if ! grep -q '^must ' "$work/empty" && [ -z "$pictures" ]; then break; fi
	[ "$(date +%s)" -lt "$until" ] || break
done
! grep '^must ' "$work/empty" || fail "these panels show nothing after $minutes minutes"
sed -n 's/^may /empty, as it may be: /p' "$work/empty"

read_names
mapfile -t expressions < <(panels | cut -f3; curl -sf "$api/rules" | jq -r '.data.groups[].rules[].query')
for expression in "${expressions[@]}"; do
	names=$(unknown "$expression")
	[ -z "$names" ] || fail "nobody tells of" $names "in: $expression"
done
curl -sf "$api/rules" | jq -e '[.data.groups[].rules[] | select(.health != "ok")] | length == 0' >/dev/null || fail "a rule cannot be evaluated"
curl -sf "$api/targets" | jq -e '[.data.activeTargets[].health] == ["up", "up"]' >/dev/null || fail "a target is down"
rules=$(grep -c -- '- alert:' monitoring/alerts.yml)
[ "$(curl -sf "$api/rules" | jq '[.data.groups[].rules[]] | length')" -eq "$rules" ] || fail "not all rules are loaded"
for rule in $(sed -n 's/.*- alert: //p' monitoring/alerts.yml); do
	grep -q "alertname: $rule\$" monitoring/alerts_test.yml || fail "$rule has no test in monitoring/alerts_test.yml"
done

if [ -n "$pictures" ]; then
	python3 scripts/draw_panels.py --url "http://127.0.0.1:$web" --dashboard "$dashboard" --start "$began" --end "$(date +%s)" --out "$pictures"
fi
echo "monitoring held: $(panels | wc -l) expressions of panels, $rules rules, after $((($(date +%s) - began) / 60)) minutes"
