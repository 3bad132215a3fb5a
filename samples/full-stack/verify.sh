#!/usr/bin/env bash
# Asserts each hop of the stack, from the containers to the chart, and says what is wrong. The last line is "N right, N wrong, N not checked".
#
#   ./verify.sh                 after docker compose up -d --build --wait
#   ./verify.sh --all           what cannot be checked counts as wrong
#   ./verify.sh --no-writes     leaves the source alone: no row of its own is sent through the stack and taken back
#
# Places and passwords are those of .env. Any of the variables below may be set in the environment instead; an empty one is not checked.
# Needs bash and curl; MySQL's client is taken from the container of MySQL, or from MYSQL_CLIENT (a command).
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 2

all=false writes=true
for option; do
  case $option in
    --all) all=true ;;
    --no-writes) writes=false ;;
    -h | --help) sed -n '2,10s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "unknown option $option; see ./verify.sh --help" >&2; exit 2 ;;
  esac
done

setting() { sed -n "s/^$1=//p" .env | tail -n 1; }
: "${COMPOSE=docker compose}"
: "${MYSQL_CLIENT=$COMPOSE exec -T -e MYSQL_PWD mysql mysql}"
inside=false
case $MYSQL_CLIENT in *' exec '*) inside=true ;; esac
place() { if $inside; then echo "$1"; else echo "127.0.0.1:$(setting "$2")"; fi; } # as the client sees it
: "${MYSQL_AT=$(place mysql:3306 MYSQL_PORT)}" "${MYSQL_SHOP=shop:$(setting SHOP_PASSWORD)}" "${MYSQL_CAPTURE=cdclake:$(setting CAPTURE_PASSWORD)}"
: "${S3_AT=http://127.0.0.1:$(setting MINIO_PORT)}" "${S3_KEYS=$(setting S3_ACCESS_KEY):$(setting S3_SECRET_KEY)}" "${S3_BUCKET=iceberg}"
: "${REST_AT=http://127.0.0.1:$(setting ICEBERG_REST_PORT)}"
: "${APP_AT=http://127.0.0.1:$(setting APP_PORT)}"
: "${TRINO_AT=http://127.0.0.1:$(setting TRINO_PORT)}"
: "${STARROCKS_AT=$(place starrocks-fe:9030 STARROCKS_SQL_PORT)}" "${STARROCKS_LOGIN=root:$(setting STARROCKS_PASSWORD)}" "${STARROCKS_CATALOG=lake}"
: "${SUPERSET_AT=http://127.0.0.1:$(setting SUPERSET_PORT)}" "${SUPERSET_LOGIN=admin:$(setting SUPERSET_PASSWORD)}"
: "${PATIENCE=60}" # seconds until a change has to be seen everywhere

right=0 wrong=0 unchecked=0
ok() { right=$((right + 1)); printf '  right        %s\n' "$1"; }
bad() { wrong=$((wrong + 1)); printf '  WRONG        %s: %s\n' "$1" "${2:-nothing came back}"; }
unknown() { unchecked=$((unchecked + 1)); printf '  not checked  %s: %s\n' "$1" "$2"; }
equal() { if [ "$2" = "$3" ]; then ok "$1: $3"; else bad "$1" "$3 is wanted, but it is ${2:-empty}"; fi; } # WHAT FOUND WANTED
within() { # WHAT WANTED COMMAND... : asks until the answer is the wanted one, or patience ends
  local what=$1 wanted=$2 found='' end=$((SECONDS + PATIENCE)); shift 2
  while :; do
    found=$("$@" 2>&1)
    [ "$found" != "$wanted" ] || { ok "$what: ${wanted:-none}"; return; }
    [ "$SECONDS" -lt "$end" ] || break
    sleep 0.2
  done
  bad "$what" "after $PATIENCE seconds it is still ${found:-empty}, and not ${wanted:-empty}"
}

# --- how each is asked -------------------------------------------------------------------------------------------------

get() { curl --silent --show-error --fail --max-time 20 "$@" 2>&1; }
client() { # HOST:PORT USER:PASSWORD STATEMENT : rows, tabs between columns
  local command; read -ra command <<< "$MYSQL_CLIENT"
  MYSQL_PWD=${2#*:} "${command[@]}" --connect-timeout=10 -h "${1%:*}" -P "${1##*:}" -u "${2%%:*}" -N -B -e "$3" 2>&1 < /dev/null
}
shop() { client "$MYSQL_AT" "$MYSQL_SHOP" "$1"; }
starrocks() { client "$STARROCKS_AT" "$STARROCKS_LOGIN" "$1"; }
trino() { # STATEMENT : rows, commas between columns
  local answer next rows='' data i
  answer=$(get -X POST -H 'X-Trino-User: admin' -H 'X-Trino-Source: verify' --data "$1" "$TRINO_AT/v1/statement") || { echo "$answer"; return 1; }
  for i in $(seq 300); do
    if [[ $answer == *'"error":{'* ]]; then answer=${answer#*'"error":{'}; answer=${answer#*'"message":"'}; echo "${answer%%\"*}"; return 1; fi
    data=$(sed -n 's/.*"data":\[\[\(.*\)\]\].*/\1/p' <<< "$answer")
    [ -z "$data" ] || rows+=${rows:+$'\n'}${data//'],['/$'\n'}
    next=$(sed -n 's/.*"nextUri":"\([^"]*\)".*/\1/p' <<< "$answer")
    [ -n "$next" ] || { printf '%s\n' "${rows//\"/}"; return; }
    answer=$(get -H 'X-Trino-User: admin' "$next") || { echo "$answer"; return 1; }
    [ "$i" -lt 20 ] || sleep 0.1
  done
  echo "the query did not end"
  return 1
}

# --- 1. containers -----------------------------------------------------------------------------------------------------

echo "Containers"
container() { # SERVICE STATE... : yes when its line begins with one of them, else the line
  local line state; line=$($COMPOSE ps --all --format '{{.Service}} {{.State}} {{.ExitCode}} {{.Health}}' | grep "^$1 "); shift
  for state; do case $line in *" $state") echo yes; return ;; esac; done
  echo "${line:-it is not there}"
}
if ! listed=$($COMPOSE ps --all 2>&1); then
  unknown containers "$(tail -n 1 <<< "$listed" | grep . || echo "$COMPOSE ps does not work here")"
else
  for service in mysql minio iceberg-rest starrocks-fe starrocks-be app trino superset; do within "$service is well" yes container "$service" 'running 0 healthy'; done
  within "shop is well" yes container shop 'running 0 ' 'running 0'
  for service in bucket starrocks-setup; do within "$service has done its work" yes container "$service" 'exited 0 ' 'exited 0'; done
  [ "$wrong" = 0 ] || echo "               look into: $COMPOSE logs SERVICE"
fi

# --- 2. MySQL ----------------------------------------------------------------------------------------------------------

echo "MySQL"
if [ -z "$MYSQL_AT" ]; then
  unknown MySQL "MYSQL_AT is empty"
  writes=false
elif ! found=$(shop 'SELECT 1') || [ "$found" != 1 ]; then
  bad "MySQL answers at $MYSQL_AT" "$found"
  writes=false
else
  wanted=(log_bin=1 binlog_format=ROW binlog_row_image=FULL binlog_row_metadata=FULL gtid_mode=ON enforce_gtid_consistency=ON)
  query=$(printf ', @@global.%s' "${wanted[@]%=*}")
  read -ra found <<< "$(shop "SELECT ${query#, }")"
  for i in "${!wanted[@]}"; do equal "${wanted[i]%=*}" "${found[i]:-}" "${wanted[i]#*=}"; done
  grants=$(client "$MYSQL_AT" "$MYSQL_CAPTURE" 'SHOW GRANTS')
  for grant in 'REPLICATION SLAVE' 'REPLICATION CLIENT' 'SELECT'; do
    case $grants in *"$grant"*) ok "the capture account may $grant" ;; *) bad "the capture account may $grant" "$grants" ;; esac
  done
  for table in appdb.products appdb.sales testdb.users; do
    case $(shop "SELECT COUNT(*) > 0 FROM $table") in 1) ok "$table has rows" ;; *) bad "$table has rows" "it is empty, or not there" ;; esac
  done
fi

# --- 3. the application ------------------------------------------------------------------------------------------------

echo "Application"
state() { # PIPELINE
  local listed; listed=$(get "$APP_AT/cdclake/api/v1/pipelines") || { echo "$listed"; return 1; }
  sed -n 's/^[^{}]*"state":"\([A-Za-z]*\)".*/\1/p' <<< "${listed#*"\"name\":\"$1\""}"
}
if [ -z "$APP_AT" ]; then
  unknown "the application" "APP_AT is empty"
else
  within health Healthy get "$APP_AT/health"
  for pipeline in sales-by-product users; do
    within "pipeline $pipeline" Streaming state "$pipeline"
  done
fi

# --- 4. the lake -------------------------------------------------------------------------------------------------------

echo "Object store and catalogs"
listing() { # PATTERN : whether a name in the bucket fits, or what came instead
  local found
  found=$(get --aws-sigv4 aws:amz:us-east-1:s3 --user "$S3_KEYS" -H 'x-amz-content-sha256: UNSIGNED-PAYLOAD' "$S3_AT/$S3_BUCKET?list-type=2&max-keys=1000&prefix=warehouse") || { echo "$found"; return; }
  if grep -q "<Key>[^<]*$1" <<< "$found"; then echo yes; else echo no; fi
}
snapshot() {
  local found
  found=$(get "$REST_AT/v1/namespaces/demo/tables/sales_by_product") || { echo "$found"; return; }
  case $found in *'"current-snapshot-id":-1'* | *'"current-snapshot-id":null'*) echo no ;; *'"current-snapshot-id":'*) echo yes ;; *) echo "$found" ;; esac
}
if [ -z "$S3_AT" ]; then
  unknown "the bucket $S3_BUCKET" "S3_AT is empty"
else
  for kind in parquet metadata.json; do within "the bucket $S3_BUCKET holds .$kind files" yes listing "\.${kind//./\\.}<"; done
fi
if [ -z "$REST_AT" ]; then
  unknown "the REST catalog" "REST_AT is empty"
else
  within "demo.sales_by_product in the REST catalog has a snapshot" yes snapshot
fi

# --- 5. Trino ----------------------------------------------------------------------------------------------------------

echo "Trino"
if [ -z "$TRINO_AT" ]; then
  unknown Trino "TRINO_AT is empty"
else
  for table in iceberg.demo.sales_by_product iceberg_jdbc.lakehouse.users; do
    within "$table has rows" true trino "SELECT COUNT(*) > 0 FROM $table"
  done
fi

# --- 6. StarRocks ------------------------------------------------------------------------------------------------------

echo "StarRocks"
if [ -z "$STARROCKS_AT" ]; then
  unknown StarRocks "STARROCKS_AT is empty"
elif ! found=$(starrocks 'SHOW BACKENDS'); then
  bad "StarRocks answers at $STARROCKS_AT" "$found"
else
  case $found in *true*) ok "a backend is alive" ;; *) bad "a backend is alive" "$found" ;; esac
  for table in analytics.sales_by_product analytics.users; do
    found=$(starrocks "SELECT COUNT(*) FROM $table")
    case $found in 0 | *[!0-9]* | '') bad "$table has rows" "$found" ;; *) ok "$table has rows" ;; esac
  done
  if [ -z "$STARROCKS_CATALOG" ]; then
    unknown "the lake from StarRocks" "STARROCKS_CATALOG is empty"
  else
    external=$STARROCKS_CATALOG.demo.sales_by_product
    joined="SELECT COUNT(*) > 0 FROM analytics.sales_by_product n JOIN $external e ON n.product_id = e.product_id"
    within "$external has rows" 1 starrocks "SELECT COUNT(*) > 0 FROM $external"
    within "native and external rows join" 1 starrocks "$joined"
  fi
fi

# --- 7. Superset -------------------------------------------------------------------------------------------------------

echo "Superset"
if [ -z "$SUPERSET_AT" ]; then
  unknown Superset "SUPERSET_AT is empty"
else
  found=$(get -H 'Content-Type: application/json' --data "{\"username\":\"${SUPERSET_LOGIN%%:*}\",\"password\":\"${SUPERSET_LOGIN#*:}\",\"provider\":\"db\",\"refresh\":false}" "$SUPERSET_AT/api/v1/security/login")
  token=$(sed -n 's/.*"access_token": *"\([^"]*\)".*/\1/p' <<< "$found")
  if [ -z "$token" ]; then
    bad "Superset lets ${SUPERSET_LOGIN%%:*} in" "$found"
  else
    ok "Superset lets ${SUPERSET_LOGIN%%:*} in"
    found=$(get --globoff -H "Authorization: Bearer $token" "$SUPERSET_AT/api/v1/dashboard/sales")
    case $found in *'"dashboard_title"'*) ok "the dashboard Sales is there" ;; *) bad "the dashboard Sales is there" "$found" ;; esac
    found=$(get --globoff -H "Authorization: Bearer $token" "$SUPERSET_AT/api/v1/dataset/?q=(columns:!(id),filters:!((col:table_name,opr:eq,value:sales_by_product)))")
    dataset=$(tr -d ' \n' <<< "$found" | sed -n 's/.*"result":\[{"id":\([0-9]*\)}.*/\1/p')
    if [ -z "$dataset" ]; then
      bad "the data set sales_by_product is there" "$found"
    else
      query="{\"datasource\":{\"id\":$dataset,\"type\":\"table\"},\"force\":true,\"queries\":[{\"columns\":[\"product_sku\"],\"metrics\":[\"revenue\"],\"orderby\":[[\"revenue\",false]],\"row_limit\":100}],\"result_format\":\"json\",\"result_type\":\"full\"}"
      found=$(get -H "Authorization: Bearer $token" -H 'Content-Type: application/json' --data "$query" "$SUPERSET_AT/api/v1/chart/data")
      case $found in *'"product_sku"'*'"revenue"'* | *'"revenue"'*'"product_sku"'*) ok "the chart's query has bars" ;; *) bad "the chart's query has bars" "$found" ;; esac
    fi
  fi
fi

# --- 8. a product and a user of our own, through everything, there and back --------------------------------------------

seen() { # WHAT LAKE NATIVE : what each shows of our product; commas in the lake's answer, tabs in the others'
  local sku="product_sku = '$mark'" columns='product_name, total_qty, total_revenue, sale_count'
  [ -z "$TRINO_AT" ] || within "$1, in Trino" "$2" trino "SELECT $columns FROM iceberg.demo.sales_by_product WHERE $sku"
  [ -z "$STARROCKS_AT" ] || within "$1, in StarRocks" "$3" starrocks "SELECT $columns FROM analytics.sales_by_product WHERE $sku"
  [ -z "$STARROCKS_AT" ] || [ -z "$STARROCKS_CATALOG" ] || within "$1, in StarRocks from the lake" "$3" external "SELECT $columns FROM $STARROCKS_CATALOG.demo.sales_by_product WHERE $sku"
}
external() { starrocks "REFRESH EXTERNAL TABLE $STARROCKS_CATALOG.demo.sales_by_product; $1"; } # its metadata are cached otherwise
user_seen() { # WHAT EMAIL
  [ -z "$TRINO_AT" ] || within "$1, in Trino" "$2" trino "SELECT email FROM iceberg_jdbc.lakehouse.users WHERE name = '$mark'"
  [ -z "$STARROCKS_AT" ] || within "$1, in StarRocks" "$2" starrocks "SELECT email FROM analytics.users WHERE name = '$mark'"
}
change() { # STATEMENTS
  local said
  said=$(shop "$1") || { bad "MySQL takes our change" "$said"; return 1; }
}
undo() { [ -z "${mark:-}" ] || shop "DELETE s FROM appdb.sales s JOIN appdb.products p ON p.id = s.product_id WHERE p.sku = '$mark'; DELETE FROM appdb.products WHERE sku = '$mark'; DELETE FROM testdb.users WHERE name = '$mark'" > /dev/null; }

echo "Changes, seen everywhere"
if ! $writes; then
  unknown "insert, update, delete" "nothing is written to MySQL"
elif [ -z "$TRINO_AT$STARROCKS_AT" ]; then
  unknown "insert, update, delete" "neither Trino nor StarRocks is checked"
else
  mark=VERIFY-$$-$RANDOM id=$((1000000 + RANDOM * 1000 + $$ % 1000))
  trap undo EXIT
  change "INSERT INTO appdb.products (id, sku, name, price) VALUES ($id, '$mark', 'Ours', 2.50);
    INSERT INTO appdb.sales (product_id, qty, price, sale_ts) VALUES ($id, 3, 2.50, NOW(3)), ($id, 1, 2.00, NOW(3));
    INSERT INTO testdb.users (name, email) VALUES ('$mark', 'a@example.org')" &&
    { seen "a new product" "Ours,4,9.50,2" $'Ours\t4\t9.50\t2'; user_seen "a new user" a@example.org; }
  change "UPDATE appdb.products SET name = 'Renamed' WHERE id = $id; UPDATE appdb.sales SET qty = 5 WHERE product_id = $id AND qty = 3; UPDATE testdb.users SET email = 'b@example.org' WHERE name = '$mark'" &&
    { seen "an updated product" "Renamed,6,14.50,2" $'Renamed\t6\t14.50\t2'; user_seen "an updated user" b@example.org; }
  change "DELETE FROM appdb.sales WHERE product_id = $id; DELETE FROM testdb.users WHERE name = '$mark'" &&
    { seen "a product without sales" "" ""; user_seen "a deleted user" ""; }
fi

printf '%d right, %d wrong, %d not checked\n' "$right" "$wrong" "$unchecked"
[ "$wrong" = 0 ] && { ! $all || [ "$unchecked" = 0 ]; }
