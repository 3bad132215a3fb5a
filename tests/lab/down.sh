#!/usr/bin/env bash
# Stops what up.sh started; data and downloads stay. `mysql.sh destroy NAME` removes an instance.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
lab_lock
"$LAB_HERE/flink.sh" stop
"$LAB_HERE/rest-catalog.sh" stop
"$LAB_HERE/postgres.sh" stop
"$LAB_HERE/iceberg-java.sh" stop
"$LAB_HERE/mysql.sh" stop a
"$LAB_HERE/mysql.sh" stop b
"$LAB_HERE/mariadb.sh" stop a
"$LAB_HERE/mariadb.sh" stop old
"$LAB_HERE/s3.sh" stop ceph
"$LAB_HERE/s3.sh" stop moto
