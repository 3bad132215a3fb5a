#!/usr/bin/env bash
# What tests make and ought to remove, one a line: databases and accounts, namespaces, buckets, folders, servers of their own. tests/run.sh compares it before and after.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

for name in a b; do
  lab_running "$LAB/mysql-$name/run/pid" "$LAB/mysql-$name/data" || continue
  "$LAB_HERE/mysql.sh" sql "$name" -N -e "
    SELECT CONCAT('database ', schema_name, ' on mysql-$name') FROM information_schema.schemata WHERE schema_name NOT IN ('mysql', 'sys', 'information_schema', 'performance_schema');
    SELECT CONCAT('account ', user, ' on mysql-$name') FROM mysql.user WHERE user NOT LIKE 'mysql.%' AND user NOT IN ('root', 'cdc')"
done
if lab_running "$LAB/rest-catalog/pid" "$LAB/rest-catalog/names"; then
  answer=$(curl --silent --max-time 10 "http://$LAB_HOST:$(cat "$LAB/rest-catalog/port")/v1/namespaces")
  grep -o '\["[^]]*"\]' <<< "$answer" | tr -d '[]"' | sed 's/^/namespace /; s/$/ in the REST catalog/' || true
fi
for kind in ceph moto; do
  case $kind in ceph) lab_running "$LAB/ceph/rgw.pid" "$LAB/ceph/ceph.conf" || continue ;; moto) lab_running "$LAB/moto/pid" moto.server || continue ;; esac
  answer=$(curl --silent --max-time 10 --aws-sigv4 aws:amz:us-east-1:s3 --user labkey:labsecret-labsecret -H 'x-amz-content-sha256: UNSIGNED-PAYLOAD' "http://$LAB_HOST:$(cat "$LAB/$kind/port")/")
  grep -o '<Name>[^<]*' <<< "$answer" | sed "s/<Name>/bucket /; s/\$/ in $kind/" || true
done
for path in "${TMPDIR:-/tmp}"/cdclake-* /dev/shm/cdclake-* "$LAB"/{mysql,rest-catalog}-private-*; do [ ! -e "$path" ] || printf 'folder %s\n' "$path"; done
