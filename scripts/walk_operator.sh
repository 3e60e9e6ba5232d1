#!/usr/bin/env bash
# A new operator's path by the installed programs alone: key, registration, dashboard, a reveal that is missed on purpose and its alert,
# another key, an upgrade, leaving. docs/OPERATOR.md, "The whole path, walked".
#
#   scripts/walk_operator.sh [--bin FOLDER] [--next-bin FOLDER] [--upgrade COMMAND] [--without-prometheus]
#
# FOLDER holds `ostraka` and `ostraka-node`, /usr/bin unless given; that of --next-bin the programs that the upgrade brings, the same unless
# given. COMMAND, if given, puts other programs into that folder, while the node is down. It takes less than three minutes, and `curl` and `prometheus` of Debian; without the latter the metrics alone tell of the missed
# reveal, and no alert is seen.
#
# A development chain is one process, so the operator's node is the chain's: the chain's other nodes work in it too, and when it stops the
# chain stops. So the key is what is taken away to miss a reveal, not the node. Without it the node attests to nothing either, and
# verification takes its whole window.
set -euo pipefail
# shellcheck source=scripts/walk.sh
. "$(dirname "$0")/walk.sh"

bin=/usr/bin next= upgrade= prometheus=yes
while [ $# -gt 0 ]; do
	case "$1" in
		--bin) bin=${2:?--bin takes a folder}; shift 2 ;;
		--next-bin) next=${2:?--next-bin takes a folder}; shift 2 ;;
		--upgrade) upgrade=${2:?--upgrade takes a command}; shift 2 ;;
		--without-prometheus) prometheus=; shift ;;
		*) echo "usage: $0 [--bin FOLDER] [--next-bin FOLDER] [--upgrade COMMAND] [--without-prometheus]" >&2; exit 2 ;;
	esac
done
prepare OPERATOR.md curl ${prometheus:+prometheus}
next=$(cd "${next:-$bin}" 2>/dev/null && pwd) || { echo "--next-bin: there is no such folder" >&2; exit 2; }
[ -x "$next/ostraka" ] && [ -x "$next/ostraka-node" ] || { echo "$next does not have both programs" >&2; exit 2; }

# what the page says in words: here a development chain, and an account that it gives tokens
CHAIN=dev
BASE=$work/node
KEYSTORE=$BASE/chains/ostraka_dev/keystore
RPC=$(port) METRICS=127.0.0.1:$(port)
export OSTRAKA_URL="ws://127.0.0.1:$RPC"
(umask 077 && printf '//Eve\n' >"$HOME/operator.key")

say "the programs"
walk 'ostraka --version'
walk 'ostraka-node --version'

say "a worker key, in the node's keystore"
walk '(umask 077; ostraka-node key generate --scheme ed25519 | sed -n "s/^Secret phrase: *//p" >worker.key)'
[ "$(wc -w <"$HOME/worker.key")" -eq 12 ] || fail "worker.key has no phrase of twelve words"
walk 'ostraka-node key insert --base-path "$BASE" --chain "$CHAIN" --key-type ostr --scheme ed25519 --suri worker.key'
compgen -G "$KEYSTORE/6f737472*" >/dev/null || fail "no worker key is in $KEYSTORE"

say "the node, and its registration"
chain "$bin" --base-path "$BASE" --keystore-path "$KEYSTORE"
walk 'ostraka node register --key-file operator.key --worker-key-file worker.key --stake 5000 --capacity 12 --role compute'
says "Registry.register is in block"
says "in selection"
walk 'ostraka node show --key-file operator.key'
ACCOUNT=$(sed -n 's/^account *//p' "$work/said")
WORKER=$(sed -n 's/^worker key *//p' "$work/said")
[ -n "$ACCOUNT" ] && [ -n "$WORKER" ] || fail "it does not say account and worker key"
walk 'ostraka node check --key-file operator.key --worker-key-file worker.key --solo'

say "the dashboard"
walk_on metrics 'ostraka node metrics --listen "$METRICS" --operator "$ACCOUNT"'
await 60 "the metrics" get "http://$METRICS/health"
# what a metric of the operator's node says
metric() { get "http://$METRICS/metrics" | sed -n "s/^ostraka_$1{[^}]*account=\"$ACCOUNT\"[^}]*} //p" | head -n 1; }
is() { [ "$(metric "$1" | cut -d . -f 1)" = "$2" ]; }
walk 'curl -s --noproxy "*" "http://$METRICS/metrics" | grep "^ostraka_node_"'
is node_registered 1 || fail "the metrics do not have the node"
is node_stake_tokens 5000 || fail "the metrics do not have its stake"
if [ -n "$prometheus" ]; then
	monitoring=$HERE/monitoring
	[ -d "$monitoring" ] || monitoring=/usr/share/doc/ostraka-node/monitoring
	[ -f "$monitoring/alerts.yml" ] || fail "there are no rules, neither in monitoring/ nor as the package has them"
	web=127.0.0.1:$(port)
	cp "$monitoring/alerts.yml" "$work/alerts.yml"
	# looked at every second: a development chain has a block a second
	sed -e "s/127\.0\.0\.1:9617/$METRICS/; s/15s/1s/" "$monitoring/prometheus.yml" >"$work/prometheus.yml"
	printf '    (behind the scenes: Prometheus with monitoring/alerts.yml)\n'
	prometheus --config.file="$work/prometheus.yml" --storage.tsdb.path="$work/data" --web.listen-address="$web" --log.level=warn \
		>"$work/logs/prometheus" 2>&1 </dev/null &
	IDS+=($!)
	await 60 "Prometheus" get "http://$web/-/ready"
	# whether an expression has a series now
	has() { get --data-urlencode "query=$1" "http://$web/api/v1/query" | grep -q '"metric":'; }
	await 60 "Prometheus' first look at the metrics" has "ostraka_node_registered{account=\"$ACCOUNT\"} == 1"
	dashboard=$monitoring/dashboards/ostraka.json
	[ -f "$dashboard" ] || dashboard=$monitoring/ostraka.json
	shown=0 all=0
	while IFS= read -r expression; do
		all=$((all + 1))
		! has "$expression" || shown=$((shown + 1))
	done < <(grep -oE '"expr": *"([^"\\]|\\.)*"' "$dashboard" | sed 's/^"expr": *"//; s/"$//; s/\\"/"/g; s/\\\\/\\/g' | grep ostraka_node_)
	say "of $all expressions of the dashboard about nodes $shown have something to show now"
	[ "$shown" -ge 5 ] || fail "the dashboard shows too little"
	! has 'ALERTS{alertname="OstrakaAbsent"}' || fail "an alert fires before anything was missed"
fi

say "a task that the node has a seat in: with two others in selection, all three are drawn"
all_behind ostraka node chill --suri -- //Ostraka//operator//{1..5}
printf 'x\n1\n2\n3\n4\n' >"$HOME/rows.csv"
behind ostraka --json task submit --suri //Alice --class standard --statistic mean --columns x --range x=0:9 \
	--dealer //Bob --dealer //Charlie --dealer //Dave
N=$(field task <"$work/behind")
[ -n "$N" ] || fail "the task has no number"
all_behind ostraka accept "$N" --yes --no-policy --suri -- //Bob //Charlie //Dave
drawn() { ostraka --json task show "$N" >"$work/task.json" && [ "$(field state <"$work/task.json")" = collecting ]; }
await 60 "the draw of task $N" drawn
grep -q "\"$ACCOUNT\"" "$work/task.json" || fail "task $N has no seat for $ACCOUNT"

say "a reveal that is missed on purpose: the key goes away while the dealers deal"
walk 'mv "$KEYSTORE/6f737472${WORKER#0x}" aside.key'
all_behind ostraka deal "$N" --data rows.csv --yes --no-policy --suri -- //Bob //Charlie //Dave

say "the alert"
walk_to 1 'ostraka node check --key-file operator.key --worker-key-file worker.key --solo'
says_line '^failed +worker key'
behind timeout 180 ostraka task watch "$N"
await 60 "the absence in the metrics" is node_absences_total 1
if [ -n "$prometheus" ]; then
	await 60 "the alert OstrakaAbsent" has 'ALERTS{alertname="OstrakaAbsent",alertstate="firing"}'
	say "OstrakaAbsent fires; its runbook: $(sed -n '/alert: OstrakaAbsent/,/runbook:/s/^ *runbook: //p' "$work/alerts.yml")"
	for alert in OstrakaRevealUrgent OstrakaDutyMissed; do
		! has "max_over_time(ALERTS{alertname=\"$alert\",alertstate=\"firing\"}[5m])" || say "$alert has fired too"
	done
fi
walk 'ostraka node show "$ACCOUNT"'
says_line '^absences +1$'
walk 'mv aside.key "$KEYSTORE/6f737472${WORKER#0x}"'
walk 'ostraka node check --key-file operator.key --worker-key-file worker.key --solo'

say "another worker key"
walk '(umask 077; ostraka-node key generate --scheme ed25519 | sed -n "s/^Secret phrase: *//p" >worker-2.key)'
walk 'ostraka-node key insert --base-path "$BASE" --chain "$CHAIN" --key-type ostr --scheme ed25519 --suri worker-2.key'
walk 'ostraka node rotate --key-file operator.key --worker-key-file worker-2.key'
says "Registry.rotate_key is in block"
! grep -qF "$WORKER" "$work/said" || fail "the node still has its former key"
settled() { [ "$(ostraka --json task show "$N" | field state)" = settled ]; }
await 60 "the end of task $N" settled
walk 'ostraka node show "$ACCOUNT"'
says_line '^tasks +0 of 12$'
walk 'rm "$KEYSTORE/6f737472${WORKER#0x}"'
walk 'ostraka node check --key-file operator.key --worker-key-file worker-2.key --solo'
block=$(sed -n 's/.* at block \([0-9]*\).*/\1/p' "$work/said" | head -n 1)
[ -n "$block" ] || fail "the check does not say at which block the node is"

say "an upgrade: what the packages' installation does, the new program on the same folder"
end "$CHAIN_ID"
[ -z "$upgrade" ] || behind bash -c "$upgrade"
bin=$next
export PATH="$bin:$PATH"
chain "$bin" --base-path "$BASE" --keystore-path "$KEYSTORE"
walk 'ostraka node check --key-file operator.key --worker-key-file worker-2.key --solo'
now=$(sed -n 's/.* at block \([0-9]*\).*/\1/p' "$work/said" | head -n 1)
[ "${now:-0}" -ge "$block" ] || fail "the chain is at block ${now:-0}, and was at $block before the upgrade"
await 120 "the metrics, once the node is back" is node_registered 1

say "leaving"
walk 'ostraka node chill --key-file operator.key'
says "not in selection"
STAKE=$(sed -n 's/^stake *\([0-9.]*\) .*/\1/p' "$work/said")
[ -n "$STAKE" ] || fail "it does not say the stake"
walk 'ostraka node unbond "$STAKE" --key-file operator.key'
says_line '^stake +0 '
says "from block"
walk_to 4 'ostraka node withdraw --key-file operator.key'
says "can be withdrawn from block"

walked
