#!/usr/bin/env bash
# Shows the state of the processes that `make run` started from this folder.
set -euo pipefail
cd "$(dirname "$0")/.."
exec .venv/bin/python ops/start.py --status
