#!/usr/bin/env bash
# Apache Iceberg's own Java library as a strict checker, reader and foreign writer of tables.
#   iceberg-java.sh install | start | stop | env     env prints ORACLE_URL: POST a JSON array of arguments to it, for example
#                                                    ["rows","/path/to/table"] -> {"exit":0,"out":"…","err":"…"}
#   iceberg-java.sh folder                           where the archives are
#   iceberg-java.sh java                             a Java 17 or 21
#   iceberg-java.sh jars ARCHIVE...                  unpacks archives of that folder, and prints the folder of each
#   iceberg-java.sh rows TABLE [--sort] | verify TABLE --all | files TABLE | …     the same directly; no argument lists all
# Jars: $CDCLAKE_JAVA_LAB, else ../shared/lab/java beside the checkout (of the main checkout, in a git worktree); Iceberg's
# jars come from Maven where its archives are not there. Java 17 or 21: $CDCLAKE_JAVA, else from PATH, else Debian's.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
ICEBERG=1.11.0; HADOOP=3.4.1; SLF4J=2.0.17; I=$LAB/iceberg-java

source_folder() {
  local git candidates=("${CDCLAKE_JAVA_LAB:-}" "$LAB_HERE/../../../shared/lab/java") dir
  ! git=$(git -C "$LAB_HERE" rev-parse --path-format=absolute --git-common-dir 2>/dev/null) ||
    candidates+=("$git/../../shared/lab/java")
  for dir in "${candidates[@]}"; do [ ! -e "$dir/oracle.jar" ] || { (cd "$dir" && pwd); return; }; done
  lab_die "oracle.jar (the command line around Iceberg) is neither in \$CDCLAKE_JAVA_LAB nor in ../shared/lab/java"
}
java17() {
  local root home link target java
  for java in "${CDCLAKE_JAVA:-}" "$(command -v java || true)"; do
    if [ -n "$java" ] && [ -z "${CDCLAKE_JAVA_PRIVATE:-}" ] && "$java" -version 2>&1 | grep -qE 'version "(17|21)[."]'; then
      printf '%s\n' "$java"; return; fi
  done
  root=$(lab_root java17 bookworm openjdk-17-jre-headless); home=$(ls -d "$root"/usr/lib/jvm/java-17-openjdk-*)
  find "$home" -type l | while read -r link; do # Debian's links into /etc: point them into the root
    target=$(readlink "$link"); [[ $target != /* || ! -e $root$target ]] || ln -sfnr "$root$target" "$link"; done
  "$home/bin/java" -version >/dev/null 2>&1 || lab_die "Debian's Java 17 does not run here; install one, or set CDCLAKE_JAVA"
  printf '%s\n' "$home/bin/java"
}
unpack() { # ARCHIVE : once, and again when the archive has changed
  local stamp; stamp=$(stat -c '%s %Y' "$S/$1.tar.xz")
  [ "$(cat "$I/jars/$1/.from" 2>/dev/null)" != "$stamp" ] || return 0
  lab_need xz; lab_lock
  rm -rf "$I/jars/$1" && mkdir -p "$I/jars/$1"
  tar -C "$I/jars/$1" -xJf "$S/$1.tar.xz" --no-same-owner && printf '%s' "$stamp" > "$I/jars/$1/.from"
}
maven() { # what reading, writing and checking local tables needs; not S3, not the JDBC drivers
  [ ! -e "$I/jars/maven/.complete" ] || return 0
  lab_need mvn; lab_lock
  rm -rf "$I/jars/maven" && mkdir -p "$I/jars/maven"
  local a group artifact version dependencies=
  for a in org.apache.iceberg:iceberg-{core,data,parquet,orc}:$ICEBERG org.apache.hadoop:hadoop-client-{api,runtime}:$HADOOP \
    org.slf4j:slf4j-simple:$SLF4J; do
    IFS=: read -r group artifact version <<< "$a"
    dependencies+="<dependency><groupId>$group</groupId><artifactId>$artifact</artifactId>"
    dependencies+="<version>$version</version></dependency>"
  done
  printf '%s' "<project><modelVersion>4.0.0</modelVersion><groupId>lab</groupId><artifactId>lab</artifactId>" \
    "<version>1</version><dependencies>$dependencies</dependencies></project>" > "$I/jars/maven/pom.xml"
  (cd "$I/jars/maven" && mvn -B -q dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory=. >mvn.log 2>&1) ||
    { head -n 5 "$I/jars/maven/mvn.log" >&2; lab_die "$S has no iceberg.tar.xz, and Maven cannot fetch Iceberg $ICEBERG"; }
  : > "$I/jars/maven/.complete"
}
install() {
  S=$(source_folder); JAVA=$(java17); mkdir -p "$I"
  local sets=(iceberg hadoop aws) a jars
  if [ -e "$S/iceberg.tar.xz" ]; then for a in "${sets[@]}"; do [ ! -e "$S/$a.tar.xz" ] || unpack "$a"; done
  else maven; sets=(maven); fi
  jars=("$S/oracle.jar"); for a in "${sets[@]}"; do jars+=("$I/jars/$a"/*.jar); done
  RUN=("$JAVA" -Xmx1g -Xss4m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Dorg.slf4j.simpleLogger.defaultLogLevel=off
    -Diceberg.worker.num-threads=4 -cp "$(IFS=:; printf '%s' "${jars[*]}")" lab.oracle.Main)
}
start() {
  install; lab_lock
  local port i; port=$(cat "$I/port" 2>/dev/null || true)
  if ! lab_running "$I/pid" lab.oracle.Main; then
    port=$(lab_port "$port"); printf '%s\n' "$port" > "$I/port"
    lab_spawn "$I/pid" "$I/log" "${RUN[@]}" serve --port "$port"
  fi
  for i in $(seq 300); do
    ! lab_listens "$port" || { printf '%s\n' "$port"; return; }
    ! lab_ended "$I/pid" || break
    sleep 0.1
  done
  tail -n 20 "$I/log" >&2; lab_die "the Iceberg Java server does not answer"
}
case ${1:-} in
  install) install;;
  folder) source_folder;;
  java) java17;;
  jars) S=$(source_folder); shift
    for a; do [ -e "$S/$a.tar.xz" ] || lab_die "$S has no $a.tar.xz"; unpack "$a"; printf '%s\n' "$I/jars/$a"; done;;
  start) start;;
  stop) lab_stop "$I/pid" lab.oracle.Main;;
  env) [ -e "$I/port" ] || lab_die "never started"; printf 'ORACLE_URL=http://%s:%s/\n' "$LAB_HOST" "$(cat "$I/port")";;
  *) install; exec "${RUN[@]}" "$@";;
esac
