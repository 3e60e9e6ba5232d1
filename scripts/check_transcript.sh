#!/usr/bin/env bash
# Checks the example transcript, and tests that checker: it has to refuse every change of a good transcript. Needs python3.
set -euo pipefail
cd "$(dirname "$0")/.."
export PYTHONDONTWRITEBYTECODE=1
python3 -m checker examples/transcript.json
python3 -m unittest checker.self_test checker.validity_test checker.points_test checker.consistency_test checker.hostile_test
