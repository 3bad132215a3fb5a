#!/usr/bin/env bash
# StarRocks' own Stream Load client (inside its Flink connector), and Flink for that connector: they write to the stand-in of CdcLake.Sdk.Testing.
#   starrocks-sdk.sh env      prints SDK_CLASSPATH=…: the connector's jar and slf4j; FLINK_CLASSPATH=…: those, Flink and MySQL's JDBC driver.
# Needs a JDK of 17 or 21 on PATH, since the programs are compiled. The jars come from where iceberg-java.sh takes its own.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

case ${1:-} in
  env)
    java=$("$LAB_HERE/iceberg-java.sh" java)
    [ "$java" = "$(command -v java || true)" ] || lab_die "no JDK of 17 or 21 on PATH"
    mapfile -t folders < <("$LAB_HERE/iceberg-java.sh" jars flink-connectors flink-core iceberg)
    [ ${#folders[@]} = 3 ] || lab_die "no jars: see above"
    jars=("${folders[0]}"/flink-connector-starrocks-*.jar "${folders[2]}"/slf4j-{api,simple}-*.jar)
    printf 'SDK_CLASSPATH=%s\n' "$(IFS=:; printf '%s' "${jars[*]}")"
    jars+=("${folders[0]}"/mysql-connector-j-*.jar "${folders[1]}"/*.jar)
    printf 'FLINK_CLASSPATH=%s\n' "$(IFS=:; printf '%s' "${jars[*]}")";;
  *) lab_die "usage: starrocks-sdk.sh env";;
esac
