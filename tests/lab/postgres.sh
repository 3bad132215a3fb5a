#!/usr/bin/env bash
# A private PostgreSQL server, of the Debian release that this machine is.
#   postgres.sh install | start | stop | destroy | env      env prints PG_CONNECTION, a connection string for Npgsql
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
I=$LAB/postgres

install() { # run with the machine's own loader, since PostgreSQL finds its files from the path of its programs
  R=$(lab_root postgres "$(. /etc/os-release && printf '%s' "${VERSION_CODENAME:?}")" postgresql)
  B=$(ls -d "$R"/usr/lib/postgresql/*/bin | sort -V | tail -n1); local lib; lib=$(ls -d "$R"/usr/lib/*-linux-gnu)
  mapfile -t USERS < <(lab_user)
  RUN=(${USERS[@]+"${USERS[@]}"} env LD_LIBRARY_PATH="$lib")
}
start() {
  install; lab_lock
  local port; port=$(cat "$I/port" 2>/dev/null || true)
  if ! lab_running "$I/pid" "$I/data"; then
    if [ ! -e "$I/data/PG_VERSION" ]; then
      rm -rf "$I"; mkdir -p "$I"/{data,run}; printf 'cdc-pass\n' > "$I/password"; [ ${#USERS[@]} = 0 ] || chown -R "$LAB_UID:$LAB_UID" "$I"
      "${RUN[@]}" "$B/initdb" -D "$I/data" -U cdc --pwfile="$I/password" -A scram-sha-256 -E UTF8 --no-locale --no-sync \
        -L "$R/usr/share/postgresql/$(basename "$(dirname "$B")")" > "$I/run/init.log" 2>&1 || { cat "$I/run/init.log" >&2; lab_die "initdb failed"; }
    fi
    port=$(lab_port "$port"); printf '%s\n' "$port" > "$I/port"
    lab_spawn "$I/pid" "$I/run/log" "${RUN[@]}" "$B/postgres" -D "$I/data" -h "$LAB_HOST" -p "$port" -k "$I/run" -c fsync=off
  fi
  lab_await "$I/pid" "$I/run/log" PostgreSQL 300 "${RUN[@]}" "$B/pg_isready" -q -h "$LAB_HOST" -p "$port"; printf '%s\n' "$port"
}
case ${1:-} in
  install) install;;
  start) start;;
  stop) lab_stop "$I/pid" "$I/data";;
  destroy) lab_stop "$I/pid" "$I/data"; rm -rf "$I";;
  env) [ -e "$I/port" ] || lab_die "never started"
    printf 'PG_CONNECTION=%q\n' "Host=$LAB_HOST;Port=$(cat "$I/port");Username=cdc;Password=cdc-pass;Database=postgres";;
  *) lab_die "unknown: ${1:-}";;
esac
