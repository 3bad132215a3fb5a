#!/usr/bin/env bash
# Docker Compose, which checks and resolves compose files; no Docker engine is needed for that. `compose.sh env` prints COMPOSE, the program.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
[ "${1:-}" = env ] || lab_die "usage: compose.sh env"
if docker compose version >/dev/null 2>&1; then
  mkdir -p "$LAB/bin/compose"
  printf '#!/bin/sh\nexec docker compose "$@"\n' > "$LAB/bin/compose/docker-compose"
  chmod +x "$LAB/bin/compose/docker-compose"
else
  root=$(lab_root compose "${CDCLAKE_COMPOSE_SUITE:-sid}" docker-compose)
  lab_wrap "$root" usr/libexec/docker/cli-plugins/docker-compose "$LAB/bin/compose/docker-compose"
fi
printf 'COMPOSE=%s\n' "$LAB/bin/compose/docker-compose"
