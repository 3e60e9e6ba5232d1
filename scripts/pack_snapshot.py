#!/usr/bin/env python3
"""Packs a snapshot of a chain's state for the tests: without the runtime's code, which they do not run, in the order of keys, and
by gzip, so that the same state makes the same file.

    scripts/pack_snapshot.py STATE INTO        e.g. scripts/pack_snapshot.py state.json runtime/tests/snapshots/soak.json.gz

STATE is what `ostraka-adversary soak --snapshot STATE` wrote; what reads INTO is runtime/tests/checked."""
import gzip
import json
import sys
from pathlib import Path

CODE = b":code".hex()


def main():
    if len(sys.argv) != 3:
        raise SystemExit("usage: scripts/pack_snapshot.py STATE INTO")
    state, into = map(Path, sys.argv[1:])
    snapshot = json.loads(state.read_text(encoding="utf-8"))
    snapshot["pairs"] = sorted(pair for pair in snapshot["pairs"] if pair[0].removeprefix("0x") != CODE)
    if not snapshot["pairs"]:
        raise SystemExit(f"{state} holds no state")
    text = json.dumps(snapshot, separators=(",", ":"), sort_keys=True)
    into.parent.mkdir(parents=True, exist_ok=True)
    into.write_bytes(gzip.compress(text.encode(), compresslevel=9, mtime=0))
    print(f"{into}: {len(snapshot['pairs'])} keys of block {snapshot.get('block')}, {into.stat().st_size} bytes")


if __name__ == "__main__":
    main()
