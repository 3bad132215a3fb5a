#!/usr/bin/env bash
# Apache Iceberg's own Java library as a strict checker, reader and foreign writer of tables: the program in iceberg-java/, see its README.
#   iceberg-java.sh install | start | stop | env     env prints ORACLE_URL: POST a JSON array of arguments to it, for example
#                                                    ["rows","/path/to/table"] -> {"exit":0,"out":"…","err":"…"}
#   iceberg-java.sh java                             a JDK of 17 or 21
#   iceberg-java.sh jars SET...                      fetches sets of jars once, and prints the folder of each
#   iceberg-java.sh rows TABLE [--sort] | verify TABLE --all | files TABLE | …     the same directly; no argument lists all
# Sets of jars: archives SET.tar.xz in $CDCLAKE_JAVA_LAB, else in ../shared/lab/java beside the checkout (of the main checkout, in a git worktree);
# where there is none, from Maven by jars.txt. JDK: $CDCLAKE_JAVA, else from PATH, else Debian's.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
I=$LAB/iceberg-java; SOURCE=$LAB_HERE/iceberg-java

archive() { # SET : its archive, if there is one
  local git candidates=("${CDCLAKE_JAVA_LAB:-}" "$LAB_HERE/../../../shared/lab/java") dir
  ! git=$(git -C "$LAB_HERE" rev-parse --path-format=absolute --git-common-dir 2>/dev/null) ||
    candidates+=("$git/../../shared/lab/java")
  for dir in "${candidates[@]}"; do [ -z "$dir" ] || [ ! -e "$dir/$1.tar.xz" ] || { printf '%s\n' "$(cd "$dir" && pwd)/$1.tar.xz"; return; }; done
}
jdk() { # the program java of a JDK, which compiles too
  local root home link target java
  for java in "${CDCLAKE_JAVA:-}" "$(command -v java || true)"; do
    if [ -n "$java" ] && [ -z "${CDCLAKE_JAVA_PRIVATE:-}" ] && "$java" --list-modules 2>/dev/null | grep -cE '^jdk\.compiler@(17|21)([.]|$)' >/dev/null; then
      printf '%s\n' "$java"; return; fi
  done
  root=$(lab_root jdk17 bookworm openjdk-17-jdk-headless); home=$(ls -d "$root"/usr/lib/jvm/java-17-openjdk-*)
  find "$home" -type l | while read -r link; do # Debian's links into /etc: point them into the root
    target=$(readlink "$link"); [[ $target != /* || ! -e $root$target ]] || ln -sfnr "$root$target" "$link"; done
  "$home/bin/java" -version >/dev/null 2>&1 || lab_die "Debian's Java 17 does not run here; install a JDK of 17 or 21, or name its java in CDCLAKE_JAVA"
  printf '%s\n' "$home/bin/java"
}
unpack() { # SET ARCHIVE : once, and again when the archive has changed
  local stamp; stamp=$(stat -c '%s %Y' "$2")
  [ "$(cat "$I/jars/$1/.from" 2>/dev/null)" != "$stamp" ] || return 0
  lab_need xz; lab_lock
  rm -rf "$I/jars/$1" && mkdir -p "$I/jars/$1"
  tar -C "$I/jars/$1" -xJf "$2" --no-same-owner && printf '%s' "$stamp" > "$I/jars/$1/.from"
}
maven() { # SET : by jars.txt
  local folder=$I/jars/$1 stamp group artifact version classifier dependencies=
  stamp="maven $(grep "^$1 " "$LAB_HERE/jars.txt" | cksum)"
  [ "$(cat "$folder/.from" 2>/dev/null)" != "$stamp" ] || return 0
  grep -q "^$1 " "$LAB_HERE/jars.txt" || lab_die "there is no set of jars $1"
  command -v mvn >/dev/null || lab_die "$1.tar.xz is neither in \$CDCLAKE_JAVA_LAB nor in ../shared/lab/java, and there is no Maven to fetch its jars"
  lab_lock; rm -rf "$folder" && mkdir -p "$folder"
  while IFS=' :' read -r _ group artifact version classifier; do
    dependencies+="<dependency><groupId>$group</groupId><artifactId>$artifact</artifactId><version>$version</version>"
    dependencies+="${classifier:+<classifier>$classifier</classifier><exclusions><exclusion><groupId>*</groupId><artifactId>*</artifactId></exclusion></exclusions>}</dependency>"
  done < <(grep "^$1 " "$LAB_HERE/jars.txt")
  printf '%s' "<project><modelVersion>4.0.0</modelVersion><groupId>lab</groupId><artifactId>$1</artifactId>" \
    "<version>1</version><dependencies>$dependencies</dependencies></project>" > "$folder/pom.xml"
  lab_log "fetching the jars of $1 with Maven"
  (cd "$folder" && mvn -B -q dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory=. >mvn.log 2>&1) ||
    { sed -n 1,5p "$folder/mvn.log" >&2; lab_die "Maven cannot fetch the jars of $1, and $1.tar.xz is neither in \$CDCLAKE_JAVA_LAB nor in ../shared/lab/java"; }
  if [ "$1" = flink-connectors ]; then
    lab_need python3
    python3 "$LAB_HERE/mysql-cdc-for-mysql9.py" "$folder"/flink-sql-connector-mysql-cdc-*.jar "$folder/0-mysql-cdc-for-mysql9.jar"
  fi
  printf '%s' "$stamp" > "$folder/.from"
}
fetch() { # SET
  local found; found=$(archive "$1")
  if [ -n "$found" ]; then unpack "$1" "$found"; else maven "$1"; fi
}
compile() { # into CLASSES, a folder for each state of sources and jars: checkouts share it, and servers run from it
  local stamp jars; stamp=$( (cat "${JARS[@]/%//.from}"; cd "$SOURCE" && find . -name '*.java' -exec cksum {} + | LC_ALL=C sort) | sha256sum)
  CLASSES=$I/classes-${stamp:0:16}
  [ ! -e "$CLASSES" ] || return 0
  lab_lock; rm -rf "$I/classes.new" && mkdir -p "$I/classes.new"
  find "$SOURCE" -name '*.java' > "$I/sources"
  mapfile -t jars < <(find "${JARS[@]}" -name '*.jar') # the compiler itself expands no DIR/*
  (cd "$I" && "$JAVA" -m jdk.compiler/com.sun.tools.javac.Main -nowarn -proc:none --release 17 -encoding UTF-8 -d "$I/classes.new" -cp "$(printf '%s:' "${jars[@]}")" \
    "@$I/sources" > "$I/compile.log" 2>&1) || { sed -n 1,20p "$I/compile.log" >&2; lab_die "the program in $SOURCE does not compile"; }
  [ -e "$CLASSES" ] || mv "$I/classes.new" "$CLASSES"
}
install() {
  local set; JAVA=$(jdk); JARS=(); mkdir -p "$I"
  for set in iceberg hadoop aws; do fetch "$set"; JARS+=("$I/jars/$set"); done
  compile
  RUN=("$JAVA" -Xmx1g -Xss4m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Dorg.slf4j.simpleLogger.defaultLogLevel=off
    -Diceberg.worker.num-threads=4 -cp "$(IFS=:; jars=("$CLASSES" "${JARS[@]/%//*}"); printf '%s' "${jars[*]}")" lab.oracle.Main)
}
start() {
  install; lab_lock
  local port; port=$(cat "$I/port" 2>/dev/null || true)
  if ! lab_running "$I/pid" lab.oracle.Main; then
    port=$(lab_port "$port"); printf '%s\n' "$port" > "$I/port"
    lab_spawn "$I/pid" "$I/log" "${RUN[@]}" serve --port "$port"
  fi
  lab_await "$I/pid" "$I/log" "the Iceberg Java server" 300 lab_listens "$port"; printf '%s\n' "$port"
}
case ${1:-} in
  install) install;;
  java) jdk;;
  jars) shift; mkdir -p "$I"; for a; do fetch "$a"; printf '%s\n' "$I/jars/$a"; done;;
  start) start;;
  stop) lab_stop "$I/pid" lab.oracle.Main;;
  env) [ -e "$I/port" ] || lab_die "never started"; printf 'ORACLE_URL=http://%s:%s/\n' "$LAB_HOST" "$(cat "$I/port")";;
  *) install; exec "${RUN[@]}" "$@";;
esac
