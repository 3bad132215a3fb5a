#!/usr/bin/env bash
# What a new StarRocks cluster needs before the application writes: a password, its backend, a database, and the lake as an external catalog.
# May be run again at any time. MYSQL names another client than mysql.
set -euo pipefail
read -ra client <<< "${MYSQL:-mysql}"
sql() { MYSQL_PWD=${password-$STARROCKS_PASSWORD} "${client[@]}" -h "$STARROCKS_HOST" -P "$STARROCKS_PORT" -u root -N -e "$1"; }
await() { # WHAT STATEMENT PATTERN : until its answer has a line that fits, for two minutes
  local answer="" end=$((SECONDS + 120))
  while [ "$SECONDS" -lt "$end" ]; do
    answer=$(sql "$2" 2>&1) && grep -q "$3" <<< "$answer" && return
    sleep 1
  done
  echo "$1, after two minutes: $answer" >&2
  exit 1
}

if ! sql 'SELECT 1' > /dev/null 2>&1; then # a new cluster: root has no password yet
  password='' sql "SET PASSWORD = PASSWORD('$STARROCKS_PASSWORD')"
fi
await 'the frontend does not take statements' 'SELECT 1' 1
if [ -n "${STARROCKS_BACKEND:-}" ]; then
  grep -qw "${STARROCKS_BACKEND%:*}" <<< "$(sql 'SHOW BACKENDS')" || sql "ALTER SYSTEM ADD BACKEND \"$STARROCKS_BACKEND\""
  await "the backend $STARROCKS_BACKEND is not alive" 'SHOW BACKENDS' true
fi
sql 'CREATE DATABASE IF NOT EXISTS analytics'
grep -qw ^lake <<< "$(sql 'SHOW CATALOGS')" || sql "CREATE EXTERNAL CATALOG lake PROPERTIES (
  \"type\" = \"iceberg\", \"iceberg.catalog.type\" = \"rest\", \"iceberg.catalog.uri\" = \"$ICEBERG_REST_URI\", \"iceberg.catalog.warehouse\" = \"$ICEBERG_WAREHOUSE\",
  \"aws.s3.endpoint\" = \"$S3_ENDPOINT\", \"aws.s3.enable_path_style_access\" = \"true\", \"aws.s3.region\" = \"us-east-1\",
  \"aws.s3.access_key\" = \"$S3_ACCESS_KEY\", \"aws.s3.secret_key\" = \"$S3_SECRET_KEY\")"
echo "StarRocks is ready: database analytics, external catalog lake"
