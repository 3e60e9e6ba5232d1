#!/usr/bin/env python3
"""Writes the chain specifications beside this file, as a node has them: chain-specs/make.py target/release/ostraka-node

What is left out is the runtime's code, which is megabytes and another one after each change."""

import json
import subprocess
import sys
from pathlib import Path

NAMES = ("dev", "local", "production")


def main() -> None:
	if len(sys.argv) != 2:
		sys.exit("usage: chain-specs/make.py PATH-OF-OSTRAKA-NODE")
	for name in NAMES:
		command = [sys.argv[1], "export-chain-spec", "--chain", name]
		specification = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
		# empty, and not left out: chain-spec-builder puts code only where some is
		specification["genesis"]["runtimeGenesis"]["code"] = "0x"
		file = Path(__file__).with_name(f"{name}.json")
		file.write_text(json.dumps(specification, indent=2) + "\n")


main()
