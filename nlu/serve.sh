#!/bin/sh
# Starts the Rasa server in its own environment. What must be set before Python starts is set here.
set -eu
cd "$(dirname "$0")"

# One request at a time is computed: more threads and more memory arenas only cost memory.
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MALLOC_ARENA_MAX=2 MALLOC_TRIM_THRESHOLD_=131072 PYTHONUNBUFFERED=1

exec .venv/bin/python serve.py
