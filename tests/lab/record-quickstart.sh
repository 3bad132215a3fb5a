#!/usr/bin/env bash
# Records the binary log that samples/Quickstart replays, with MySQL's own answer to the sample's query.
#   record-quickstart.sh [FOLDER]     default: samples/Quickstart/binlog; what lies there is replaced
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
lab_need python3 sha256sum
SEED=42
out=${1:-$LAB_HERE/../../samples/Quickstart/binlog}
name=quickstart-recorder
mysql=("$LAB_HERE/mysql.sh" sql "$name" --default-character-set=utf8mb4)

"$LAB_HERE/mysql.sh" destroy "$name"
trap '"$LAB_HERE/mysql.sh" destroy "$name"' EXIT
CDCLAKE_MYSQL_SERVER_ID=97 "$LAB_HERE/mysql.sh" start "$name" >/dev/null
eval "$("$LAB_HERE/mysql.sh" env "$name")"

python3 "$LAB_HERE/quickstart_workload.py" "$SEED" > "$LAB/quickstart.sql"
"${mysql[@]}" < "$LAB/quickstart.sql"

rm -rf "$out" && mkdir -p "$out"
"${mysql[@]}" --batch --raw appdb > "$out/expected.tsv" <<'SQL'
SET time_zone = '+00:00';
SELECT p.id AS product_id, p.sku AS product_sku, p.name AS product_name, SUM(s.qty) AS total_qty,
       SUM(s.qty * s.price) AS total_revenue, COUNT(*) AS sale_count, MAX(s.sale_ts) AS last_sale_ts
FROM sales s JOIN products p ON s.product_id = p.id GROUP BY p.id, p.sku, p.name ORDER BY product_id;
SQL
"${mysql[@]}" -N -e "SELECT REPLACE(@@gtid_executed, '\n', '')" > "$out/expected.gtid"
version=$("${mysql[@]}" -N -e 'SELECT @@version')
"$LAB_HERE/mysql.sh" stop "$name" # the last file then ends as it should, with a stop event
cp "$MYSQL_DATADIR"/binlog.0* "$out/" && chmod 0644 "$out"/*

events=$("$MYSQLBINLOG" --no-defaults -v --base64-output=decode-rows "$out"/binlog.0*)
count() { grep -cE "$1" <<< "$events" || true; }
{
  printf '# Where these files come from\n\n'
  printf 'Recorded by `tests/lab/record-quickstart.sh` (workload: `tests/lab/quickstart_workload.py %s`).\n\n' "$SEED"
  printf '* Producer: MySQL %s from Debian sid; ROW format, FULL row image and metadata, GTIDs, CRC32 checksums.\n' "$version"
  printf '* `binlog.*`: the raw files, from the first on, copied after a clean shutdown.\n'
  printf '* `expected.tsv`: the answer of the same server to the query of the sample after the last transaction, in time\n'
  printf '  zone +00:00; tab-separated with a header line, nothing escaped (no name holds a tab or a newline).\n'
  printf '* `expected.gtid`: `@@gtid_executed` then: `%s`.\n\n' "$(cat "$out/expected.gtid")"
  printf 'Transactions with a GTID: %s, of which %s change rows and %s are DDL.\n' \
    "$(count '^SET @@SESSION.GTID_NEXT= .[0-9a-f]')" "$(count '^COMMIT')" "$(count '^(CREATE|ALTER|DROP) ')"
  printf 'Row changes in `appdb.products` and `appdb.sales`: %s.\n\n' \
    "$(count '^### (INSERT INTO|UPDATE|DELETE FROM) `appdb`.`(products|sales)`')"
  printf '| table | inserts | updates | deletes |\n| --- | ---: | ---: | ---: |\n'
  for table in appdb.products appdb.sales appdb.audit appdb.shipments staging.products; do
    quoted="\`${table/./\`.\`}\`"
    printf '| %s | %s | %s | %s |\n' "$table" \
      "$(count "^### INSERT INTO $quoted")" "$(count "^### UPDATE $quoted")" "$(count "^### DELETE FROM $quoted")"
  done
  printf '\n| file | bytes | sha256 |\n| --- | ---: | --- |\n'
  for file in "$out"/binlog.0* "$out"/expected.*; do
    printf '| %s | %s | %s |\n' "${file##*/}" "$(stat -c %s "$file")" "$(sha256sum "$file" | cut -d' ' -f1)"
  done
} > "$out/PROVENANCE.md"
cat "$out/PROVENANCE.md"
