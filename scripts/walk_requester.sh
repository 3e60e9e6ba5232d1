#!/usr/bin/env bash
# The path of somebody who asks for the first time, from a task file to a verified result, by the installed programs alone:
# docs/REQUESTER.md, "The whole path, walked". The chain is a development chain, which the walk starts and ends.
#
#   scripts/walk_requester.sh [--bin FOLDER]
#
# FOLDER holds `ostraka` and `ostraka-node`, /usr/bin unless given. It takes less than three minutes.
set -euo pipefail
# shellcheck source=scripts/walk.sh
. "$(dirname "$0")/walk.sh"

bin=/usr/bin
while [ $# -gt 0 ]; do
	case "$1" in
		--bin) bin=${2:?--bin takes a folder}; shift 2 ;;
		*) echo "usage: $0 [--bin FOLDER]" >&2; exit 2 ;;
	esac
done
prepare REQUESTER.md

# rows of seven clinics, of which three take part; the accounts are known to everybody
rows=$HERE/examples/clinics.csv
[ -f "$rows" ] || rows=/usr/share/doc/ostraka/examples/clinics.csv
[ -f "$rows" ] || fail "there is no clinics.csv, neither in examples/ nor as the package has it"
cp "$rows" "$HOME/clinics.csv"
printf '//Bob\n//Charlie\n//Dave\n' >"$HOME/cohort.txt"

say "the programs"
walk 'ostraka --version'
RPC=$(port)
export OSTRAKA_URL="ws://127.0.0.1:$RPC"
chain "$bin"

say "what is asked, in a file"
walk 'ostraka task init mean.toml --data clinics.csv --split-by clinic --statistic mean --columns response --range response=0:100 --decimals response=2 --class standard --dealers-file cohort.txt'
says "mean of response"
[ -s "$HOME/mean.toml" ] || fail "there is no task file"
walk 'ostraka simulate --task-file mean.toml'

say "published"
walk 'ostraka task submit mean.toml --suri //Alice'
says "mean of response"
says "3 dealers are invited"
TASK=$(sed -n 's/^task \([0-9]*\): .*/\1/p' "$work/said")
[ -n "$TASK" ] || fail "it prints no number of a task"
walk 'ostraka task show "$TASK"'
says "inviting"

say "three clinics accept, and each deals its own rows"
for dealer in Bob Charlie Dave; do
	walk "ostraka accept \"\$TASK\" --suri //$dealer --yes --no-policy"
	says "accepted task $TASK, in block"
done
# a dealing is sent by its own clinic: these are not waited for by each other
while read -r dealer clinic; do
	walk "ostraka deal \"\$TASK\" --suri //$dealer --data clinics.csv --only clinic=$clinic --yes --no-policy"
	says "dealt to task $TASK, in block"
done <<'END'
Bob Aberdeen
Charlie Bergen
Dave Cork
END

say "the result"
walk 'ostraka task watch "$TASK"'
says "54.4645"
walk 'ostraka result "$TASK" --verify'
says "54.4645"
says_line '^verified$'
walk 'ostraka result "$TASK" --export transcript.json'

say "whoever has the file checks it, without a chain"
end "$CHAIN_ID"
walk 'ostraka verify transcript.json'
says "54.4645"
says_line '^consistent$'

say "and a file with another number is found"
# the sum is 435716 hundredths: a scalar, as 32 bytes in hexadecimal, of which here the last digit that counts is another
sed 's/06a604"/06a605"/; s/"0x04a60600/"0x05a60600/' "$HOME/transcript.json" >"$HOME/changed.json"
! cmp -s "$HOME/transcript.json" "$HOME/changed.json" || fail "the transcript does not have the sum 435716"
walk_to 1 'ostraka verify changed.json'
says "NOT VERIFIED"

walked
