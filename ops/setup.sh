#!/usr/bin/env bash
# Installs both environments from their lock files: .venv (Python ≥ 3.11) and nlu/.venv (Python 3.10, for Rasa).
# Usage: ops/setup.sh [--runtime]     --runtime leaves out what only the tests need
set -euo pipefail
cd "$(dirname "$0")/.."

UV_VERSION=0.13.8
groups=()
[ "${1:-}" = "--runtime" ] && groups=(--no-dev --inexact)

say() { printf '%s\n' "$*" >&2; }

# A child of its own, so that a signal stops the step at once instead of waiting for it.
step() {
    "$@" &
    local child=$!
    trap 'kill -TERM $child 2>/dev/null; wait $child 2>/dev/null; exit 143' TERM INT
    wait $child
    local code=$?
    trap - TERM INT
    return $code
}

find_python() {
    local name
    for name in python3.13 python3.12 python3.11 python3 python; do
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$name"
            return
        fi
    done
    say "Il faut Python 3.11 ou plus récent (« python3 --version » pour voir le tien)."
    say "  Debian, Ubuntu : sudo apt-get install python3 python3-venv"
    say "  macOS          : brew install python@3.12"
    exit 1
}

# `uv` on the PATH may be a version manager's shim that answers in one folder and not in another: it is tried in both.
find_uv() {
    if uv --version >/dev/null 2>&1 && (cd nlu && uv --version >/dev/null 2>&1); then
        UV=$(command -v uv)
    elif [ -x .tools/bin/uv ]; then
        UV=$PWD/.tools/bin/uv
    else
        say "Installation de uv (l'installateur de paquets)…"
        local python
        python=$(find_python)
        rm -rf .tools
        "$python" -m venv .tools || { say "Le module venv manque : sudo apt-get install python3-venv"; exit 1; }
        step .tools/bin/python -m pip install --quiet --disable-pip-version-check "uv==$UV_VERSION"
        UV=$PWD/.tools/bin/uv
    fi
}

# uv finds an installed 3.10 (pyenv's too) or, where it may, downloads one.
find_python310() {
    (cd nlu && "$UV" python find 3.10 >/dev/null 2>&1) && return
    say "Python 3.10 n'est pas installé : j'essaie de le télécharger…"
    (cd nlu && step "$UV" python install 3.10 >/dev/null 2>&1) && return
    say "Il manque Python 3.10. Rasa, le moteur de dialogue, ne fonctionne qu'avec cette version ; elle s'installe à côté de la tienne :"
    say "  avec uv    : uv python install 3.10"
    say "  avec pyenv : pyenv install 3.10"
    say "  Ubuntu     : sudo add-apt-repository ppa:deadsnakes/ppa && sudo apt-get install python3.10 python3.10-venv"
    say "  macOS      : brew install python@3.10"
    say "Puis relance la même commande."
    exit 1
}

export UV_LINK_MODE=${UV_LINK_MODE:-hardlink} UV_NO_PROGRESS=1
find_uv
find_python310
[ -d .venv ] || say "Installation de l'environnement principal (Python ≥ 3.11)…"
step "$UV" sync --quiet --frozen "${groups[@]}"
[ -d nlu/.venv ] || say "Installation de l'environnement de Rasa (Python 3.10, environ 0,7 Go)…"
(cd nlu && step "$UV" sync --quiet --frozen)
