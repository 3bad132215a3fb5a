#!/usr/bin/env bash
# The Iceberg project's own REST catalog server (of its tests), with faults on demand; tables lie in a local folder, names in an H2 file.
#   rest-catalog.sh start | stop | env | destroy  [NAME]      env prints REST_URI; a NAME is a server of its own
# CDCLAKE_REST_WAREHOUSE=s3://bucket/path puts the tables into S3 (S3_ENDPOINT, S3_KEY, S3_SECRET); CDCLAKE_REST_OPTS=--vend hands these keys to clients.
# Faults: POST $REST_URI/_lab/fault {"match":"POST .*/tables/t","status":503,"after":true,"times":1} (a regular expression on
# "METHOD /path"; "after": carried out, its answer lost; "drop": the connection is closed; "delay-ms"); DELETE clears them.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
I=$LAB/rest-catalog${2:+-$2}; W=$I/warehouse

start() {
  "$LAB_HERE/iceberg-java.sh" install; lab_lock
  local port; port=$(cat "$I/port" 2>/dev/null || true)
  if ! lab_running "$I/pid" "$I/names"; then
    rm -rf "$I"/names* "$W"; mkdir -p "$W" # the server cannot open a catalog of its own a second time: it adds a column that is there
    port=$(lab_port "$port"); printf '%s\n' "$port" > "$I/port"
    local more=(); read -ra more <<< "${CDCLAKE_REST_OPTS:-}"
    lab_spawn "$I/pid" "$I/log" "$LAB_HERE/iceberg-java.sh" rest --backend jdbc --uri "jdbc:h2:file:$I/names" \
      --warehouse "${CDCLAKE_REST_WAREHOUSE:-file:$W}" --port "$port" "${more[@]}"
  fi
  lab_await "$I/pid" "$I/log" "the REST catalog" 300 lab_listens "$port"; printf '%s\n' "$port"
}
case ${1:-} in
  start) start;;
  stop) lab_stop "$I/pid" "$I/names";;
  destroy) lab_stop "$I/pid" "$I/names"; rm -rf "$I";;
  env) [ -e "$I/port" ] || lab_die "never started"; printf 'REST_URI=http://%s:%s\n' "$LAB_HOST" "$(cat "$I/port")";;
  *) lab_die "unknown: ${1:-}";;
esac
