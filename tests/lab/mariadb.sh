#!/usr/bin/env bash
# A private MariaDB server (Debian's mariadb-server), any number of instances by name.
#   mariadb.sh install             fetch and unpack once; programs in $LAB/bin/mariadb-SUITE/
#   mariadb.sh start NAME          initialise once, start, print the port
#   mariadb.sh stop NAME | destroy NAME
#   mariadb.sh sql NAME ARG...     the mariadb client as root over the socket
#   mariadb.sh env NAME            shell assignments MARIADB_HOST MARIADB_PORT MARIADB_SOCKET MARIADB_USER MARIADB_PASSWORD MARIADB_CA
#                                  MARIADB_DATADIR
# For a start: CDCLAKE_MARIADB_SUITE (the version: sid 11.8, bookworm 10.11, bullseye 10.5; an instance keeps its suite),
# CDCLAKE_MARIADBD_OPTS="--x=1 --y" CDCLAKE_MARIADB_SERVER_ID CDCLAKE_MARIADB_PORT (each instance keeps its port).
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
unset MYSQL_HOST MARIADB_HOST # the client obeys them and would leave the socket
command=${1:-}; name=${2:-a}
[[ $name =~ ^[a-z0-9-]+$ ]] || lab_die "instance names are lower-case letters, digits and dashes"
I=$LAB/mariadb-$name
SUITE=${CDCLAKE_MARIADB_SUITE:-$(cat "$I/run/suite" 2>/dev/null || echo sid)}
B=$LAB/bin/mariadb-$SUITE

install() {
  local packages=(mariadb-server mariadb-client) p
  [ "$SUITE" != bullseye ] || packages=(mariadb-server-10.5 mariadb-client-10.5)
  R=$(lab_root "mariadb-$SUITE" "$SUITE" "${packages[@]}")
  for p in sbin/mariadbd bin/mariadb bin/mariadb-binlog; do
    [ -x "$B/${p##*/}" ] || lab_wrap "$R" "usr/$p" "$B/${p##*/}"; done
  for SHARE in "$R"/usr/share/{mariadb,mysql}; do [ ! -d "$SHARE/charsets" ] || break; done
  for PLUGINS in "$R"/usr/lib/*-linux-gnu/libmariadb*/plugin "$R"/usr/lib/mysql/plugin; do [ ! -e "$PLUGINS/auth_ed25519.so" ] || break; done
}
client() { "$B/mariadb" --no-defaults -uroot -S "$I/run/s" "$@"; }
settle() { lab_await "$I/run/pid" "$I/run/error.log" "mariadbd $name" 300 client -e 'DO 0'; }
initialise() { # what mariadb-install-db does, without its search for paths: the system tables by --bootstrap
  local scripts prefix file
  for scripts in "$R"/usr/share/{mariadb,mysql}; do
    for prefix in mariadb mysql; do [ ! -e "$scripts/${prefix}_system_tables.sql" ] || break 2; done
  done
  rm -rf "$I"; mkdir -p "$I"/{data/mysql,tmp,run}; [ ${#user[@]} = 0 ] || chown -R "$LAB_UID:$LAB_UID" "$I"
  { printf 'CREATE DATABASE IF NOT EXISTS mysql;\nUSE mysql;\nSET @auth_root_socket=NULL;\nSET @skip_auth_anonymous=1;\n'
    for file in "${prefix}"_{system_tables,performance_tables,system_tables_data} fill_help_tables maria_add_gis_sp_bootstrap "${prefix}_sys_schema"; do
      [ ! -e "$scripts/$file.sql" ] || cat "$scripts/$file.sql"; done
  } | "${user[@]}" "$B/mariadbd" "${options[@]}" --bootstrap --log-warnings=0 --max-allowed-packet=8M --net-buffer-length=16K >"$I/run/init.log" 2>&1 ||
    { tail -n 20 "$I/run/init.log" >&2; lab_die "mariadbd --bootstrap failed"; }
}
certify() { # servers before 11.4 make no certificates themselves
  ( cd "$I/run"
    openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj "/CN=cdclake-lab" -keyout ca.key -out ca.pem
    openssl req -newkey rsa:2048 -nodes -subj "/CN=localhost" -keyout server.key -out server.csr
    printf 'subjectAltName=DNS:localhost,IP:%s\n' "$LAB_HOST" > extensions
    openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 3650 -extfile extensions -out server.pem ) \
    >"$I/run/certify.log" 2>&1 || { tail -n 5 "$I/run/certify.log" >&2; lab_die "openssl"; }
  [ ${#user[@]} = 0 ] || chown -R "$LAB_UID:$LAB_UID" "$I/run"
}
start() {
  install; lab_lock
  if lab_running "$I/run/pid" "$I/data"; then settle; cat "$I/run/port"; return; fi
  local user port options; mapfile -t user < <(lab_user)
  options=(--no-defaults --basedir="$R/usr" --datadir="$I/data" --tmpdir="$I/tmp" --lc-messages-dir="$SHARE"
    --character-sets-dir="$SHARE/charsets" --plugin-dir="$PLUGINS")
  [ -e "$I/run/ready" ] || { initialise; certify; }
  port=$(lab_port "${CDCLAKE_MARIADB_PORT:-$(cat "$I/run/port" 2>/dev/null || true)}")
  rm -f "$I"/run/s
  # Throw-away data: no need to sync each commit. CDCLAKE_MARIADBD_OPTS comes last and wins.
  # shellcheck disable=SC2086
  lab_spawn "$I/run/pid" "$I/run/out.log" "${user[@]}" "$B/mariadbd" "${options[@]}" --bind-address="$LAB_HOST" --port="$port" \
    --socket="$I/run/s" --pid-file="$I/run/mariadbd.pid" --log-error="$I/run/error.log" --secure-file-priv="$I/tmp" \
    --ssl-ca="$I/run/ca.pem" --ssl-cert="$I/run/server.pem" --ssl-key="$I/run/server.key" \
    --server-id="${CDCLAKE_MARIADB_SERVER_ID:-2001}" --log-bin=binlog --binlog-format=ROW --binlog-row-image=FULL \
    --binlog-row-metadata=FULL --gtid-strict-mode=ON --log-slave-updates=ON --sync-binlog=0 --innodb-flush-log-at-trx-commit=2 \
    --innodb-buffer-pool-size=256M --character-set-server=utf8mb4 ${CDCLAKE_MARIADBD_OPTS:-}
  settle
  if [ ! -e "$I/run/ready" ]; then
    client <<'SQL'
SET sql_log_bin = 0; -- the set-up stays out of the binary log: instances may replicate from each other
CREATE USER 'cdc'@'%' IDENTIFIED BY 'cdc-pass';
GRANT ALL ON *.* TO 'cdc'@'%' WITH GRANT OPTION;
RESET MASTER;
SQL
    : > "$I/run/ready"
  fi
  printf '%s\n' "$SUITE" > "$I/run/suite"
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
    printf '%s\n' "MARIADB_HOST=$LAB_HOST" "MARIADB_PORT=$(cat "$I/run/port")" "MARIADB_SOCKET=$I/run/s" MARIADB_USER=cdc \
      MARIADB_PASSWORD=cdc-pass "MARIADB_CA=$I/run/ca.pem" "MARIADB_DATADIR=$I/data";;
  *) lab_die "usage: mariadb.sh install|start|stop|destroy|sql|env [NAME]";;
esac
