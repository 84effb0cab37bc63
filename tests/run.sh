#!/usr/bin/env bash
# What `make test` runs. `tests/run.sh check` stops after lint, types and architecture.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=.venv/bin
say() { printf '\n== %s\n' "$*"; }

say "lint (ruff), types (mypy), architecture (import-linter)"
"$bin/ruff" check .
"$bin/ruff" format --check .
"$bin/mypy"
"$bin/lint-imports"
[ "${1:-}" = check ] && exit 0

say "services: PostgreSQL with PostGIS, chromium, fonts (installed when missing, started on loopback)"
trap 'tests/services.sh down' EXIT
tests/services.sh up
set -a; . .services/env; set +a

say "map modules (node)"
if command -v node >/dev/null; then
    node --test maps/tests/
elif [ -n "${CI:-}" ]; then
    echo "node is missing and CI needs it" >&2; exit 1
else
    echo "SKIPPED LOUDLY: node is missing, so the map modules' own tests did not run" >&2
fi

say "tests (pytest, two workers)"
"$bin/python" -m pytest -n 2 --dist worksteal

say "notebooks"
"$bin/python" -m pytest -p no:cacheprovider -n 2 --nbmake --nbmake-timeout=600 -o testpaths=notebooks notebooks
