#!/usr/bin/env bash
# Installs and starts all that the test suite needs and prints `export NAME=value` lines: eval "$(tests/lab/up.sh)".
# What is set already is kept and not started. What cannot be had is left unset, with the reason on standard error.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
lab_lock
touch "$LAB/up.env"
line() { printf 'export %s=%s\n' "$1" "${2@Q}"; }
given() { grep -qxF -- "$(line "$1" "$2")" "$LAB/up.env"; } # by this script, in some earlier run
give() { given "$1" "$2" || line "$1" "$2" >> "$LAB/up.env"; line "$1" "$2"; }
keep() { local n; for n in "$@"; do [ -z "${!n:-}" ] || line "$n" "${!n}"; done; }
for name in "${!CDCLAKE_TEST_@}"; do # what we have set ourselves does not name somebody else's server
  ! given "$name" "${!name}" || unset "$name"
done
connection() { printf '%s' "Server=$MYSQL_HOST;Port=$MYSQL_PORT;User ID=$MYSQL_USER;Password=$MYSQL_PASSWORD"; }
instance() { # NAME SERVER_ID : sets MYSQL_*, false when it cannot be had
  local settings
  CDCLAKE_MYSQL_SERVER_ID=$2 "$LAB_HERE/mysql.sh" start "$1" >/dev/null && settings=$("$LAB_HERE/mysql.sh" env "$1") ||
    { lab_log "no MySQL instance $1: see above"; return 1; }
  eval "$settings"
}

if [ -n "${CDCLAKE_TEST_MYSQL:-}" ]; then
  keep CDCLAKE_TEST_MYSQL{,_CA,_SOCKET,_DATADIR,BINLOG}
elif instance a 1001; then
  give CDCLAKE_TEST_MYSQL "$(connection)"
  give CDCLAKE_TEST_MYSQL_CA "$MYSQL_CA"
  give CDCLAKE_TEST_MYSQL_SOCKET "$MYSQL_SOCKET"
  give CDCLAKE_TEST_MYSQL_DATADIR "$MYSQL_DATADIR"
  give CDCLAKE_TEST_MYSQLBINLOG "$MYSQLBINLOG"
fi
if [ -n "${CDCLAKE_TEST_MYSQL_B:-}" ]; then keep CDCLAKE_TEST_MYSQL_B
elif instance b 1002; then give CDCLAKE_TEST_MYSQL_B "$(connection)"; fi

for kind in "" old; do # Debian's current version, and the oldest that is supported
  name=CDCLAKE_TEST_MARIADB${kind:+_OLD}
  if [ -n "${!name:-}" ]; then keep "$name"
  elif CDCLAKE_MARIADB_SUITE=$([ -z "$kind" ] && echo sid || echo bullseye) CDCLAKE_MARIADB_SERVER_ID=$([ -z "$kind" ] && echo 2001 || echo 2002) \
      "$LAB_HERE/mariadb.sh" start "${kind:-a}" >/dev/null && found=$("$LAB_HERE/mariadb.sh" env "${kind:-a}"); then
    eval "$found"; give "$name" "Server=$MARIADB_HOST;Port=$MARIADB_PORT;User ID=$MARIADB_USER;Password=$MARIADB_PASSWORD"
  else lab_log "no MariaDB ${kind:-a}: see above"; fi
done

if [ -n "${CDCLAKE_TEST_CHDB:-}" ]; then keep CDCLAKE_TEST_CHDB
elif found=$("$LAB_HERE/clickhouse.sh" env); then give CDCLAKE_TEST_CHDB "${found#*=}"
else lab_log "no ClickHouse: see above"; fi

if [ -n "${CDCLAKE_TEST_ICEBERG_JAVA:-}" ]; then keep CDCLAKE_TEST_ICEBERG_JAVA
elif "$LAB_HERE/iceberg-java.sh" start >/dev/null; then
  found=$("$LAB_HERE/iceberg-java.sh" env); give CDCLAKE_TEST_ICEBERG_JAVA "${found#*=}"
else lab_log "no Iceberg Java: see above"; fi

for kind in ceph moto; do
  name=CDCLAKE_TEST_S3_${kind^^}
  if [ -n "${!name:-}" ]; then keep "$name"
  elif "$LAB_HERE/s3.sh" start $kind >/dev/null; then found=$("$LAB_HERE/s3.sh" env $kind); give "$name" "${found#*=}"
  else lab_log "no S3 server $kind: see above"; fi
done

if [ -n "${CDCLAKE_TEST_ICEBERG_REST:-}" ]; then keep CDCLAKE_TEST_ICEBERG_REST
elif "$LAB_HERE/rest-catalog.sh" start >/dev/null; then
  found=$("$LAB_HERE/rest-catalog.sh" env); give CDCLAKE_TEST_ICEBERG_REST "${found#*=}"
else lab_log "no Iceberg REST catalog: see above"; fi

if [ -n "${CDCLAKE_TEST_POSTGRES:-}" ]; then keep CDCLAKE_TEST_POSTGRES
elif "$LAB_HERE/postgres.sh" start >/dev/null; then
  eval "$("$LAB_HERE/postgres.sh" env)"; give CDCLAKE_TEST_POSTGRES "$PG_CONNECTION"
else lab_log "no PostgreSQL: see above"; fi

if [ -n "${CDCLAKE_TEST_CHROMIUM:-}" ]; then keep CDCLAKE_TEST_CHROMIUM
elif found=$("$LAB_HERE/chromium.sh" env); then give CDCLAKE_TEST_CHROMIUM "${found#*=}"
else lab_log "no Chromium: see above"; fi

if [ -n "${CDCLAKE_STARROCKS_SDK:-}" ] && [ -n "${CDCLAKE_STARROCKS_FLINK:-}" ]; then keep CDCLAKE_STARROCKS_{SDK,FLINK}
elif found=$("$LAB_HERE/starrocks-sdk.sh" env); then
  eval "$found"
  give CDCLAKE_STARROCKS_SDK "$SDK_CLASSPATH"
  give CDCLAKE_STARROCKS_FLINK "$FLINK_CLASSPATH"
else lab_log "no StarRocks client: see above"; fi

if [ -n "${CDCLAKE_TEST_COMPOSE:-}" ]; then keep CDCLAKE_TEST_COMPOSE
elif found=$("$LAB_HERE/compose.sh" env); then give CDCLAKE_TEST_COMPOSE "${found#*=}"
else lab_log "no Docker Compose: see above"; fi
