#!/usr/bin/env bash
# StarRocks' own Stream Load client (inside its Flink connector), and Flink for that connector: they write to the stand-in of CdcLake.Sdk.Testing.
#   starrocks-sdk.sh env      prints SDK_CLASSPATH=…: the connector's jar and slf4j; FLINK_CLASSPATH=…: those, Flink and MySQL's JDBC driver.
# Needs a JDK of 17 or later on PATH, since the programs are compiled. The jars come from the folder that iceberg-java.sh takes its archives from.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
I=$LAB/starrocks-sdk

case ${1:-} in
  env)
    { command -v java >/dev/null && java --list-modules 2>/dev/null | grep -q '^jdk\.compiler@\(1[7-9]\|[2-9][0-9]\)'; } || lab_die "no JDK of 17 or later on PATH"
    S=$("$LAB_HERE/iceberg-java.sh" folder)
    for archive in flink-connectors flink-core; do [ -e "$S/$archive.tar.xz" ] || lab_die "$S has no $archive.tar.xz"; done
    "$LAB_HERE/iceberg-java.sh" install
    stamp=$(stat -c '%s %Y' "$S"/flink-{connectors,core}.tar.xz)
    if [ "$(cat "$I/.from" 2>/dev/null)" != "$stamp" ]; then
      lab_need xz; lab_lock
      rm -rf "$I" && mkdir -p "$I/flink"
      tar -C "$I" -xJf "$S/flink-connectors.tar.xz" --no-same-owner --wildcards '*flink-connector-starrocks-*.jar'
      tar -C "$I/flink" -xJf "$S/flink-connectors.tar.xz" --no-same-owner --wildcards '*mysql-connector-j-*.jar'
      tar -C "$I/flink" -xJf "$S/flink-core.tar.xz" --no-same-owner
      chmod -R a+rX "$I" && printf '%s' "$stamp" > "$I/.from"
    fi
    jars=("$I"/*.jar)
    for jar in "$LAB"/iceberg-java/jars/*/slf4j-{api,simple}-*.jar; do [ ! -e "$jar" ] || jars+=("$jar"); done
    printf 'SDK_CLASSPATH=%s\n' "$(IFS=:; printf '%s' "${jars[*]}")"
    printf 'FLINK_CLASSPATH=%s\n' "$(IFS=:; jars+=("$I"/flink/*.jar); printf '%s' "${jars[*]}")";;
  *) lab_die "usage: starrocks-sdk.sh env";;
esac
