#!/usr/bin/env bash
# `make run`: installs what is missing, then hands over to ops/start.py, which becomes the process manager.
set -euo pipefail
cd "$(dirname "$0")/.."
ops/setup.sh --runtime &
setup=$!
trap 'kill -TERM $setup 2>/dev/null; wait $setup 2>/dev/null; exit 143' TERM INT
wait $setup
trap - TERM INT
exec .venv/bin/python ops/start.py
