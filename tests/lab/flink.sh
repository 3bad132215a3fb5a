#!/usr/bin/env bash
# Apache Flink 1.20: JobManager, one TaskManager, SQL gateway; with mysql-cdc, Iceberg, StarRocks' and JDBC connectors, Hadoop's client and AWS's bundle.
#   flink.sh start | stop | env | destroy      env prints FLINK_GATEWAY, FLINK_REST, FLINK_LOG
# About 3 GB of memory while it runs: tests that need it start it themselves, up.sh does not. CDCLAKE_FLINK_SLOTS (16): slots of the TaskManager.
# Jars are archives of the folder that iceberg-java.sh takes its own from; Java 17 or 21 as there.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
I=$LAB/flink-sql; CONF=$I/conf

class_path() { # the classes that teach mysql-cdc the statements of MySQL 8.4 and later come first
  local folder jars=() rest=()
  while read -r folder; do jars+=("$folder"/0-*.jar); rest+=("$folder"/[!0]*.jar); done < <("$LAB_HERE/iceberg-java.sh" jars flink-connectors flink-core hadoop aws)
  rest+=("$("$LAB_HERE/iceberg-java.sh" jars iceberg)"/postgresql-*.jar) # JDBC catalogs in PostgreSQL
  printf '%s\n' "${jars[@]}" "${rest[@]}" | grep -v '\*' | paste -sd:
}
setting() { sed -n "s/^$1: //p" "$CONF/config.yaml"; }
configure() { # JOBMANAGER_RPC REST GATEWAY
  mkdir -p "$CONF" "$I"/{log,tmp,checkpoints,savepoints}
  cat > "$CONF/config.yaml" <<Y
jobmanager.rpc.address: $LAB_HOST
jobmanager.rpc.port: $1
jobmanager.bind-host: $LAB_HOST
jobmanager.memory.process.size: 1600m
taskmanager.host: $LAB_HOST
taskmanager.bind-host: $LAB_HOST
taskmanager.numberOfTaskSlots: ${CDCLAKE_FLINK_SLOTS:-16}
taskmanager.cpu.cores: 2
taskmanager.memory.framework.heap.size: 128m
taskmanager.memory.framework.off-heap.size: 128m
taskmanager.memory.task.heap.size: 1152m
taskmanager.memory.task.off-heap.size: 0
taskmanager.memory.managed.size: 128m
taskmanager.memory.network.min: 128m
taskmanager.memory.network.max: 128m
taskmanager.memory.jvm-metaspace.size: 512m
taskmanager.memory.jvm-overhead.min: 192m
taskmanager.memory.jvm-overhead.max: 192m
rest.address: $LAB_HOST
rest.bind-address: $LAB_HOST
rest.port: $2
sql-gateway.endpoint.rest.address: $LAB_HOST
sql-gateway.endpoint.rest.bind-address: $LAB_HOST
sql-gateway.endpoint.rest.port: $3
state.backend.type: hashmap
execution.checkpointing.dir: file://$I/checkpoints
execution.checkpointing.savepoint-dir: file://$I/savepoints
restart-strategy.type: fixed-delay
restart-strategy.fixed-delay.attempts: 2
restart-strategy.fixed-delay.delay: 1 s
io.tmp.dirs: $I/tmp
web.upload.dir: $I/tmp
Y
  cat > "$CONF/log4j.properties" <<'Y'
rootLogger.level = INFO
rootLogger.appenderRef.c.ref = C
appender.c.name = C
appender.c.type = CONSOLE
appender.c.layout.type = PatternLayout
appender.c.layout.pattern = %d{yyyy-MM-dd HH:mm:ss,SSS} %-5p %-60c %x - %m%n
Y
}
jvm() { # NAME HEAP_MB MAIN ARGUMENTS...
  local name=$1 heap=$2 p opens=(); shift 2
  for p in lang net io nio lang.reflect text time util util.concurrent util.concurrent.atomic util.concurrent.locks; do opens+=("--add-opens=java.base/java.$p=ALL-UNNAMED"); done
  lab_spawn "$I/$name.pid" "$I/log/$name.log" env FLINK_CONF_DIR="$CONF" TZ=UTC "$JAVA" -Xms128m -Xmx"${heap}m" -XX:+UseG1GC -XX:MaxMetaspaceSize=512m -XX:MaxDirectMemorySize=448m \
    -Djava.io.tmpdir="$I/tmp" -Dlog4j2.configurationFile="$CONF/log4j.properties" -Dlog4j.configurationFile="$CONF/log4j.properties" -Duser.timezone=UTC \
    --add-exports=java.base/sun.net.util=ALL-UNNAMED --add-exports=java.rmi/sun.rmi.registry=ALL-UNNAMED --add-exports=java.security.jgss/sun.security.krb5=ALL-UNNAMED "${opens[@]}" -cp "$CONF:$CP" "$@"
}
awaits() { lab_await "$I/$1.pid" "$I/log/$1.log" "Flink's $2" 900 lab_listens "$3"; } # NAME WHAT PORT
running() { local name; for name in jobmanager taskmanager gateway; do lab_running "$I/$name.pid" "$CONF" || return 1; done; }
start() {
  JAVA=$("$LAB_HERE/iceberg-java.sh" java); CP=$(class_path); lab_lock
  if ! running; then
    stop; configure "$(lab_port)" "$(lab_port)" "$(lab_port)"; rm -f "$I"/log/*
    jvm jobmanager 640 org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint --configDir "$CONF"
    jvm taskmanager 1280 org.apache.flink.runtime.taskexecutor.TaskManagerRunner --configDir "$CONF"
    jvm gateway 768 org.apache.flink.table.gateway.SqlGateway
  fi
  awaits jobmanager JobManager "$(setting rest.port)"
  awaits gateway "SQL gateway" "$(setting sql-gateway.endpoint.rest.port)"
}
stop() { local name; for name in gateway taskmanager jobmanager; do lab_stop "$I/$name.pid" "$CONF"; done; }
case ${1:-} in
  start) start;;
  stop) stop;;
  destroy) stop; rm -rf "$I";;
  env) [ -e "$CONF/config.yaml" ] || lab_die "never started"
    printf 'FLINK_GATEWAY=http://%s:%s\nFLINK_REST=http://%s:%s\nFLINK_LOG=%s\n' "$LAB_HOST" "$(setting sql-gateway.endpoint.rest.port)" "$LAB_HOST" "$(setting rest.port)" "$I/log";;
  *) lab_die "unknown: ${1:-}";;
esac
