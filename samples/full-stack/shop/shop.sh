#!/usr/bin/env bash
# Writes to MySQL as a shop does: a basket a transaction, now and then a price, a name, a return, a user that comes, changes or goes.
#   shop.sh [ROUNDS]      without a number: until it is stopped
# The client takes the server from MYSQL_HOST, MYSQL_TCP_PORT and MYSQL_PWD; MYSQL names another client, SHOP_PAUSE the seconds between two rounds.
set -euo pipefail
rounds=${1:-0} pause=${SHOP_PAUSE:-2} round=0
trap 'exit 0' TERM INT
read -ra client <<< "${MYSQL:-mysql}"

statements() { # ROUND : one transaction
  local round=$1 n
  echo "START TRANSACTION;"
  for ((n = RANDOM % 3; n >= 0; n--)); do # the basket
    echo "INSERT INTO appdb.sales (product_id, qty, price, sale_ts) SELECT id, $((1 + RANDOM % 4)), price, NOW(3) FROM appdb.products ORDER BY RAND() LIMIT 1;"
  done
  case $((round % 10)) in
    3) echo "UPDATE appdb.products SET price = ROUND(price * $((95 + RANDOM % 11)) / 100, 2) WHERE id = $((1 + RANDOM % 8));" ;;
    5) echo "UPDATE appdb.products SET name = CONCAT(SUBSTRING_INDEX(name, ' (', 1), ' (edition $round)') WHERE id = $((1 + RANDOM % 8));" ;;
    7) echo "DELETE FROM appdb.sales ORDER BY id DESC LIMIT 1;" ;; # brought back
  esac
  case $((round % 6)) in
    1) echo "INSERT INTO testdb.users (name, email) VALUES ('Customer $round', 'customer-$round@example.org');" ;;
    3) echo "UPDATE testdb.users SET email = CONCAT('moved-', $round, '@example.org') ORDER BY id DESC LIMIT 1;" ;;
    5) echo "DELETE FROM testdb.users WHERE id > 3 ORDER BY id LIMIT 1;" ;;
  esac
  echo "COMMIT;"
}

while [ "$rounds" = 0 ] || [ "$round" -lt "$rounds" ]; do
  round=$((round + 1))
  if ! statements "$round" | "${client[@]}" -ushop; then
    echo "round $round was not written; the next one tries again" >&2
    [ "$rounds" = 0 ] || exit 1
  fi
  sleep "$pause" & wait $! || exit 0 # a signal ends the wait at once
done
