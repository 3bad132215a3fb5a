#!/usr/bin/env bash
# A private MySQL server (Debian sid's mysql-server 9.7), any number of instances by name.
#   mysql.sh install             fetch and unpack once; programs in $LAB/bin/mysql/
#   mysql.sh start NAME          initialise once, start, print the port
#   mysql.sh stop NAME | destroy NAME
#   mysql.sh sql NAME ARG...     the mysql client as root over the socket
#   mysql.sh env NAME            shell assignments MYSQL_HOST MYSQL_PORT MYSQL_SOCKET MYSQL_USER MYSQL_PASSWORD MYSQL_CA
#                                MYSQL_DATADIR MYSQLBINLOG
# For a start: CDCLAKE_MYSQLD_OPTS="--x=1 --y" CDCLAKE_MYSQL_SERVER_ID CDCLAKE_MYSQL_PORT (each instance keeps its port).
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
unset MYSQL_HOST # the client obeys it and would leave the socket
command=${1:-}; name=${2:-a}
[[ $name =~ ^[a-z0-9-]+$ ]] || lab_die "instance names are lower-case letters, digits and dashes"
B=$LAB/bin/mysql; I=$LAB/mysql-$name

install() {
  R=$(lab_root mysql "${CDCLAKE_MYSQL_SUITE:-sid}" mysql-server mysql-client)
  local p; for p in sbin/mysqld bin/mysql bin/mysqladmin bin/mysqldump bin/mysqlbinlog; do
    [ -x "$B/${p##*/}" ] || lab_wrap "$R" "usr/$p" "$B/${p##*/}"; done
}
client() { "$B/mysql" --no-defaults -uroot -S "$I/run/s" "$@"; }
# 9.7 opens the socket before it is ready to serve
settle() { lab_await "$I/run/pid" "$I/run/error.log" "mysqld $name" 300 client -e 'DO 0'; }
# A new data folder takes mysqld seconds, and a copy of one that is kept nearly none.
initialise() {
  local kept names=()
  mapfile -t names < <(grep -oE -- '--lower[-_]case[-_]table[-_]names=[0-9]' <<< "${CDCLAKE_MYSQLD_OPTS:-}") # decided here, once and for all
  kept=$LAB/mysql-initialised${names[0]:+-names-${names[0]##*=}}
  if [ ! -e "$kept/ready" ]; then
    rm -rf "$kept"; mkdir -p "$kept/data"; [ ${#user[@]} = 0 ] || chown -R "$LAB_UID:$LAB_UID" "$kept"
    "${user[@]}" "$B/mysqld" "${options[@]}" --datadir="$kept/data" "${names[@]}" --initialize-insecure --log-error="$I/run/init.log" ||
      { cat "$I/run/init.log" >&2; lab_die "mysqld --initialize failed"; }
    rm -f "$kept/data/auto.cnf" # each server is to have a UUID of its own
    : > "$kept/ready"
  fi
  cp -a --sparse=always "$kept/data" "$I/data"
}
start() {
  install; lab_lock
  if lab_running "$I/run/pid" "$I/data"; then settle; cat "$I/run/port"; return; fi
  local user port options; mapfile -t user < <(lab_user)
  options=(--no-defaults --basedir="$R/usr" --lc-messages-dir="$R/usr/share/mysql"
    --character-sets-dir="$R/usr/share/mysql/charsets" --plugin-dir="$R/usr/lib/mysql/plugin" --tmpdir="$I/tmp"
    --secure-file-priv="$I/tmp" --innodb-redo-log-capacity=128M)
  if [ ! -e "$I/run/ready" ]; then
    rm -rf "$I"; mkdir -p "$I"/{tmp,run}; [ ${#user[@]} = 0 ] || chown -R "$LAB_UID:$LAB_UID" "$I"
    initialise
  fi
  options+=(--datadir="$I/data")
  port=$(lab_port "${CDCLAKE_MYSQL_PORT:-$(cat "$I/run/port" 2>/dev/null || true)}")
  rm -f "$I"/run/s "$I"/run/s.lock # of a server that was killed; its pid may be another program's now
  # Throw-away data: no need to sync each commit. CDCLAKE_MYSQLD_OPTS comes last and wins.
  # shellcheck disable=SC2086
  lab_spawn "$I/run/pid" "$I/run/out.log" "${user[@]}" "$B/mysqld" "${options[@]}" --bind-address="$LAB_HOST" --port="$port" \
    --socket="$I/run/s" --pid-file="$I/run/mysqld.pid" --log-error="$I/run/error.log" --mysqlx=OFF \
    --server-id="${CDCLAKE_MYSQL_SERVER_ID:-1001}" --log-bin=binlog --binlog-format=ROW --binlog-row-image=FULL \
    --binlog-row-metadata=FULL --gtid-mode=ON --enforce-gtid-consistency=ON --sync-binlog=0 \
    --innodb-flush-log-at-trx-commit=2 --innodb-buffer-pool-size=256M --performance-schema=OFF ${CDCLAKE_MYSQLD_OPTS:-}
  settle
  if [ ! -e "$I/run/ready" ]; then
    client <<'SQL'
SET sql_log_bin = 0; -- the set-up stays out of the binary log: instances may replicate from each other
CREATE USER 'cdc'@'%' IDENTIFIED WITH caching_sha2_password BY 'cdc-pass';
GRANT ALL ON *.* TO 'cdc'@'%' WITH GRANT OPTION;
RESET BINARY LOGS AND GTIDS;
SQL
    : > "$I/run/ready"
  fi
  printf '%s\n' "$port" > "$I/run/port"; printf '%s\n' "$port"
}
case $command in
  install) install;;
  start) start;;
  stop) lab_stop "$I/run/pid" "$I/data";;
  destroy) lab_stop "$I/run/pid" "$I/data"; rm -rf "$I";;
  sql) shift 2; client "$@";;
  env)
    [ -e "$I/run/port" ] || lab_die "instance $name was never started"
    printf '%s\n' "MYSQL_HOST=$LAB_HOST" "MYSQL_PORT=$(cat "$I/run/port")" "MYSQL_SOCKET=$I/run/s" MYSQL_USER=cdc \
      MYSQL_PASSWORD=cdc-pass "MYSQL_CA=$I/data/ca.pem" "MYSQL_DATADIR=$I/data" "MYSQLBINLOG=$B/mysqlbinlog";;
  *) lab_die "usage: mysql.sh install|start|stop|destroy|sql|env [NAME]";;
esac
