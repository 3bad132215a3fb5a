#!/usr/bin/env bash
# ClickHouse as a library (chdb), from npm: reads Iceberg tables independently of us.
#   clickhouse.sh install | env            env prints CHDB_LIB=path of libchdb.so (C API: chdb_connect, chdb_query, …)
#   clickhouse.sh sql QUERY [DIR]          one query with DIR as working folder: icebergLocal('…') reads only below it
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
VERSION=3.4.0; N=$LAB/npm/chdb-$VERSION

install() {
  [ ! -e "$N/.complete" ] || return 0
  lab_need npm node; lab_lock
  mkdir -p "$N" && printf '{"private":true}\n' > "$N/package.json"
  lab_log "fetching chdb $VERSION with npm"
  (cd "$N" && npm install --no-audit --no-fund --ignore-scripts --save-exact "chdb@$VERSION" >.log 2>&1) ||
    { tail -n 20 "$N/.log" >&2; lab_die "npm cannot install chdb@$VERSION"; }
  compgen -G "$N/node_modules/@chdb/lib-*/libchdb.so" >/dev/null || lab_die "chdb $VERSION has no library for this platform"
  : > "$N/.complete"
}
case ${1:-} in
  install) install;;
  env) install; printf 'CHDB_LIB=%s\n' "$N"/node_modules/@chdb/lib-*/libchdb.so;;
  sql) install; cd "${3:-.}" || lab_die "no folder ${3:-}"; exec node -e '
    const chdb = require("module").createRequire(process.argv[1] + "/x.js")("chdb");
    process.stdout.write(chdb.query(process.argv[2], "TSVWithNames"));' "$N" "$2";;
  *) lab_die "usage: clickhouse.sh install | env | sql QUERY [DIR]";;
esac
