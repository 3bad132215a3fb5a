#!/usr/bin/env bash
# MySQL's own answer to the quickstart's query after each transaction of the recorded log: replays the log into a fresh
# server, transaction by transaction, and asks after each.
#   answers-per-gtid.sh [FILE]    default: tests/CdcLake.Sdk.IntegrationTests/Fixtures/quickstart-answers.tsv
# A line: number of the transaction (n stands for the GTID set UUID:1-n), rows of the answer, first 32 hex digits of the SHA-256 of its lines as
# samples/Quickstart/binlog/expected.tsv prints them (without the header, joined by newlines, in UTF-8).
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
lab_need awk sha256sum
log=$LAB_HERE/../../samples/Quickstart/binlog
out=${1:-$LAB_HERE/../CdcLake.Sdk.IntegrationTests/Fixtures/quickstart-answers.tsv}
name=quickstart-answers
mysql=("$LAB_HERE/mysql.sh" sql "$name" --default-character-set=utf8mb4 --batch --raw --skip-column-names)

"$LAB_HERE/mysql.sh" destroy "$name"
trap '"$LAB_HERE/mysql.sh" destroy "$name"' EXIT
CDCLAKE_MYSQL_SERVER_ID=98 "$LAB_HERE/mysql.sh" start "$name" >/dev/null
eval "$("$LAB_HERE/mysql.sh" env "$name")"

# The last table of the job appears in the third transaction: before it the query cannot be asked, and its answer is no row.
# shellcheck disable=SC2016
ask='
function ask(n) {
  if (n == 0) return
  print "SET @@SESSION.GTID_NEXT = '\''AUTOMATIC'\'', @zone = @@time_zone, time_zone = '\''+00:00'\''/*!*/;"
  if (n < 3) print "SELECT " n ", 0, LEFT(SHA2('\'''\'', 256), 32)/*!*/;"
  else print "SELECT " n ", COUNT(*), LEFT(SHA2(COALESCE(GROUP_CONCAT(line ORDER BY product_id SEPARATOR '\''\\n'\''), '\'''\''), 256), 32) FROM (" \
    "SELECT p.id AS product_id, CONVERT(CONCAT_WS('\''\\t'\'', p.id, p.sku, p.name, SUM(s.qty), SUM(s.qty * s.price), COUNT(*), " \
    "MAX(s.sale_ts)) USING utf8mb4) AS line FROM appdb.sales s JOIN appdb.products p ON s.product_id = p.id " \
    "GROUP BY p.id, p.sku, p.name) answer/*!*/;"
  print "SET time_zone = @zone/*!*/;"
}
BEGIN { print "SET group_concat_max_len = 16777216;" }
/^SET @@SESSION.GTID_NEXT= .[0-9a-f-]*:[0-9]+/ { ask(n); split($0, part, /[:'\'']/); n = part[3] + 0 }
/^SET @@SESSION.GTID_NEXT= .AUTOMATIC/ { ask(n); n = 0 }
{ print }'
"$MYSQLBINLOG" --no-defaults "$log"/binlog.0* | awk "$ask" | "${mysql[@]}" > "$out.new"

# The last answer is also what the server that recorded the log said.
expected=$(tail -n +2 "$log/expected.tsv" | head -c -1 | sha256sum | cut -c1-32)
[ "$(tail -n 1 "$out.new" | cut -f3)" = "$expected" ] || lab_die "the last answer differs from expected.tsv: see $out.new"
mv "$out.new" "$out"
lab_log "$(wc -l < "$out") answers; sha256 $(sha256sum "$out" | cut -d' ' -f1)"
