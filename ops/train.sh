#!/usr/bin/env bash
# Trains Rasa's model if its training data changed since the last time.
set -euo pipefail
cd "$(dirname "$0")/.."
exec .venv/bin/python ops/start.py --train-only
