#!/usr/bin/env bash
# Builds everything and runs every test; the last line is "N passed, N failed, N skipped".
#
#   bash tests/run.sh                 all: brings up real servers (tests/lab), unit and integration tests, package, quickstart
#   bash tests/run.sh --unit          unit tests only, no servers
#   bash tests/run.sh --docker        as the first, but MySQL, MinIO and PostgreSQL are containers of their official images, and Trino reads what is written (tests/lab/docker.sh)
#   bash tests/run.sh --long          the long proofs too: every kill, every sleep, twenty thousand commits (hours)
#   bash tests/run.sh --simulate 10m  only the simulation of crashes and faults, seeds from 100000 on for so long (--from N: from that seed on)
#   bash tests/run.sh --filter X      only tests whose full name contains X (or any dotnet test filter expression)
#
# A server that cannot be had makes its tests skip; with CI=true it makes the run fail. Exit code 0 means that nothing failed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

unit_only=false docker=false simulate="" from=100000 filter=()
while [ $# -gt 0 ]; do
  case $1 in
    --unit) unit_only=true ;;
    --docker) docker=true ;;
    --simulate) simulate=${2:?--simulate takes a time, such as 10m}; shift ;;
    --from) from=${2:?--from takes a seed}; shift ;;
    --long) export CDCLAKE_TEST_LONG=1 ;;
    --filter) filter=(--filter "${2:?--filter takes a name}"); shift ;;
    -h | --help) sed -n '2,11s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "Unknown option $1; see bash tests/run.sh --help" >&2; exit 2 ;;
  esac
  shift
done

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1 MSBUILDDISABLENODEREUSE=1
work=$(mktemp -d "${TMPDIR:-/tmp}/cdclake-run.XXXXXX")
passed=0 failed=0 skipped=0
started=$SECONDS

say() { printf '\n=== [%3d s] %s\n' $((SECONDS - started)) "$*"; }
step_passed() { passed=$((passed + 1)); echo "  ok: $*"; }
step_failed() { failed=$((failed + 1)); echo "  FAILED: $*"; echo "  $*" >> "$work/failures"; }
step_skipped() { skipped=$((skipped + 1)); echo "  skipped: $*"; }

# --- servers ---------------------------------------------------------------------------------------------------------

running_servers() ( # which of the lab's servers live now
  . tests/lab/lib.sh
  for name in a b; do ! lab_running "$LAB/mysql-$name/run/pid" "$LAB/mysql-$name/data" || echo "mysql-$name"; done
  for name in a old; do ! lab_running "$LAB/mariadb-$name/run/pid" "$LAB/mariadb-$name/data" || echo "mariadb-$name"; done
  ! lab_running "$LAB/iceberg-java/pid" lab.oracle.Main || echo iceberg-java
  ! lab_running "$LAB/ceph/rgw.pid" "$LAB/ceph/ceph.conf" || echo s3-ceph
  ! lab_running "$LAB/moto/pid" moto.server || echo s3-moto
  ! lab_running "$LAB/rest-catalog/pid" "$LAB/rest-catalog/names" || echo rest-catalog
  ! lab_running "$LAB/postgres/pid" "$LAB/postgres/data" || echo postgres
)

before="" lab=false lab_job=""
stop_servers() { # only those that were not running before us
  $lab || return 0
  local name
  if [ -n "$lab_job" ]; then # the build failed, or somebody lost patience: what has started by then is stopped like the rest
    pkill -P "$lab_job" 2> /dev/null || true
    wait "$lab_job" || true
    lab_job=""
  fi
  ! $docker || tests/lab/docker.sh down
  for name in $(running_servers); do
    case " ${before//$'\n'/ } " in *" $name "*) continue ;; esac
    echo "stopping $name"
    case $name in
      mysql-*) tests/lab/mysql.sh stop "${name#mysql-}" ;;
      mariadb-*) tests/lab/mariadb.sh stop "${name#mariadb-}" ;;
      s3-*) tests/lab/s3.sh stop "${name#s3-}" ;;
      iceberg-java | rest-catalog | postgres) "tests/lab/$name.sh" stop ;;
    esac
  done
}

finish() {
  local code=$?
  trap - EXIT
  stop_servers || true
  rm -rf "$work"
  exit "$code"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

prepare_servers() { # beside the build: the first time they are fetched, which takes as long
  before=$(running_servers) lab=true
  tests_servers > "$work/lab.env" 2> "$work/lab.log" &
  lab_job=$!
}
tests_servers() { # prints where they are; exit code 3: no containers, 1: no lab
  local lines="" code=0
  if $docker; then
    if lines=$(tests/lab/docker.sh up); then eval "$lines" && printf '%s\n' "$lines"; else code=3; fi
  fi
  tests/lab/up.sh || return 1
  return "$code"
}
await_servers() {
  say "starting the servers the tests need (begun with the build; the first time: fetching them)"
  local code=0
  wait "$lab_job" || code=$?
  lab_job=""
  cat "$work/lab.log" >&2
  eval "$(cat "$work/lab.env")"
  sed -n 's/^export \([A-Z0-9_]*\)=.*/  \1/p' "$work/lab.env"
  case $code in
    0) ;;
    3) step_failed "the containers did not start; see above" ;;
    *) if [ "${CI:-}" = true ]; then step_failed "the lab did not start; see above"; else echo "  the lab did not start (see above): tests that need a server will be skipped"; fi ;;
  esac
}

# What only containers give, no run without them can have: with CI=true, where nothing may be skipped, its tests are left out, and that is said.
leave_out_containers() {
  if [ "${CI:-}" = true ] && [ -z "${CDCLAKE_TEST_TRINO:-}" ]; then
    echo "  left out: tests of Trino, which containers alone give (tests/run.sh --docker)"
    if [ ${#filter[@]} = 0 ]; then without=(--filter "Needs!=Containers"); else without=(--filter "(${filter[1]})&Needs!=Containers"); fi
  fi
}

# --- tests -----------------------------------------------------------------------------------------------------------

run_project() { # NAME [FOLDER] : adds its totals
  local name=$1 dll=${2:-tests}/$1/bin/Release/net10.0/$1.dll code=0 counters total=0 ran=0 good=0 without=(${filter[@]+"${filter[@]}"})
  say "tests: $name"
  [ "$name" != CdcLake.Sdk.IntegrationTests ] || leave_out_containers
  dotnet test "$dll" --results-directory "$work/$name" --logger "trx;LogFileName=results.trx" --logger "console;verbosity=minimal" \
    --blame-hang-timeout 10m --blame-hang-dump-type none ${without[@]+"${without[@]}"} || code=$? # bash 3.2, which macOS has, takes an empty array for an unset one
  if counters=$(grep -o '<Counters [^>]*>' "$work/$name/results.trx" 2>/dev/null); then
    total=$(number total "$counters") ran=$(number executed "$counters") good=$(number passed "$counters")
  elif [ "$code" = 0 ] && [ ${#filter[@]} -gt 0 ]; then
    echo "  nothing in $name matches the filter"
  fi
  passed=$((passed + good)) skipped=$((skipped + total - ran)) failed=$((failed + ran - good))
  [ "$ran" = 0 ] || slowest "$work/$name/results.trx"
  [ "$ran" = "$good" ] || failures "$work/$name/results.trx" >> "$work/failures"
  # A host that crashed or hung reports no failed test, or none at all.
  if [ "$code" != 0 ] && [ "$ran" = "$good" ]; then step_failed "$name ended with code $code: its test host crashed or hung"; fi
  if [ "$total" = 0 ] && [ ${#filter[@]} = 0 ]; then step_failed "$name ran no tests"; fi
}
failures() { # a line for each failed test, with how its error begins; told again at the end, where nobody has to look for them
  python3 - "$1" << 'PYTHON'
import sys, xml.etree.ElementTree as xml
for result in xml.parse(sys.argv[1]).findall('.//{*}UnitTestResult'):
    if result.get('outcome') == 'Failed':
        print(' ', result.get('testName')[:300], '\n     ', ' '.join(result.findtext('.//{*}Message', '').split())[:400])
PYTHON
}
slowest() { # what a run's time is spent on: its classes, by the sum of their tests' times
  echo "  slowest classes:"
  sed -n 's/.*<UnitTestResult .* testName="\([A-Za-z0-9_.]*\)\.[A-Za-z0-9_]*[("].* duration="\([0-9]*\):\([0-9]*\):\([0-9.]*\)".*/\1 \2 \3 \4/p' "$1" |
    awk '{ sum[$1] += $2 * 3600 + $3 * 60 + $4 } END { for (c in sum) printf "  %7.1f s  %s\n", sum[c], c }' | sort -rn | sed -n '1,25p' # not head: it would leave sort writing into a closed pipe, which ends the run
}
number() { sed -n "s/.* $1=\"\([0-9]*\)\".*/\1/p" <<< "$2"; }

run_simulation() { # OPTIONS: on every core, each with its part of the seeds
  local dll=tests/CdcLake.Sdk.Simulation/bin/Release/net10.0/CdcLake.Sdk.Simulation.dll cores part code=0 pids=() pid
  say "simulation: $*"
  cores=$(nproc 2> /dev/null || sysctl -n hw.ncpu 2> /dev/null || echo 2)
  for ((part = 0; part < cores; part++)); do
    dotnet "$dll" "$@" --part "$part/$cores" > "$work/simulation-$part.log" 2>&1 &
    pids+=($!)
  done
  for pid in "${pids[@]}"; do wait "$pid" || code=1; done
  cat "$work"/simulation-*.log
  if [ "$code" = 0 ]; then step_passed "simulation"; else step_failed "simulation: seeds above"; fi
}
run_usual_seeds() { [ ${#filter[@]} -gt 0 ] || run_simulation --regressions tests/CdcLake.Sdk.Simulation/regressions.txt --seeds 1-300; }

check_package() {
  say "package"
  local name package part parts
  for name in CdcLake.Sdk CdcLake.Sdk.AspNetCore CdcLake.Sdk.Testing; do
    parts=(README.md "lib/net10.0/$name.dll" "lib/net10.0/$name.xml")
    case $name in
      CdcLake.Sdk)
        parts+=("runtimes/$platform/lib/net10.0/$name.dll")
        dotnet pack "src/$name" "${build[@]}" -o "$work/package/$name" ;;
      *) dotnet pack "src/$name" -c Release --no-build -v quiet -o "$work/package/$name" ;;
    esac || { step_failed "dotnet pack $name"; continue; }
    package=$(find "$work/package/$name" -name '*.nupkg')
    for part in "${parts[@]}"; do # a zip archive lists its entries in plain text
      if grep -aqF "$part" "$package"; then step_passed "$name holds $part"; else step_failed "$name lacks $part"; fi
    done
    if grep -aqF "lib/net10.0/$name.pdb" "$work/package/$name"/*.snupkg; then step_passed "$name has symbols"; else step_failed "$name has no symbols"; fi
    check_description "$name" "$package"
  done
  check_reproducible
  check_source_link
}
check_description() { # NAME PACKAGE : what a registry shows of it
  local text part
  text=$(python3 -c 'import sys, zipfile; print(zipfile.ZipFile(sys.argv[1]).read(sys.argv[2]).decode())' "$2" "$1.nuspec") || { step_failed "$1 has no description"; return; }
  for part in '<license type="expression">MIT</license>' '<readme>README.md</readme>' "<id>$1</id>" '<description>' '<tags>'; do
    case $text in *"$part"*) ;; *) step_failed "the description of $1 lacks $part"; return ;; esac
  done
  case $text in *'version="['*) step_failed "$1 pins a dependency: no application could have a newer version of it" ;; esac
  step_passed "$1 says its licence, readme and tags"
}
check_reproducible() { # the same sources give the same bytes
  local name=CdcLake.Sdk.AspNetCore before after
  before=$(sha256sum < "src/$name/bin/Release/net10.0/$name.dll")
  if dotnet build "src/$name" "${build[@]}" --no-restore --no-dependencies --no-incremental; then
    after=$(sha256sum < "src/$name/bin/Release/net10.0/$name.dll")
    if [ "$before" = "$after" ]; then step_passed "$name, built again, is the same file"; else step_failed "$name, built again, is another file"; fi
  else
    step_failed "$name, built again"
  fi
}
check_source_link() { # debuggers find the sources of a clone of GitHub; here the project lies in one that holds nothing else
  local clone=$work/clone commit=0123456789abcdef0123456789abcdef01234567
  mkdir -p "$clone/.git/objects" "$clone/.git/refs" "$clone/src/CdcLake.Sdk/obj/Release/net10.0"
  echo "$commit" > "$clone/.git/HEAD"
  printf '[core]\n\trepositoryformatversion = 0\n[remote "origin"]\n\turl = https://github.com/example/cdclake.git\n' > "$clone/.git/config"
  cp nuget.config README.md "$clone"
  cp src/Directory.*.props src/BannedSymbols.txt "$clone/src"
  cp src/CdcLake.Sdk/*.csproj src/CdcLake.Sdk/*.targets "$clone/src/CdcLake.Sdk"
  if dotnet msbuild "$clone/src/CdcLake.Sdk/CdcLake.Sdk.csproj" -nologo -v:quiet -restore -t:GenerateSourceLinkFile -p:Configuration=Release -nodeReuse:false &&
    grep -rqF "https://raw.githubusercontent.com/example/cdclake/$commit/*" "$clone/src/CdcLake.Sdk/obj"; then
    step_passed "symbols name the sources of their commit"
  else
    step_failed "no source link"
  fi
}

check_quickstart() {
  say "quickstart sample"
  if [ ! -e samples/Quickstart/Quickstart.csproj ]; then step_skipped "samples/Quickstart does not exist yet"; return; fi
  local run
  for run in first second; do
    if timeout 120 dotnet run --no-build -c Release --project samples/Quickstart -- --warehouse "$work/warehouse" > "$work/$run.log" 2>&1; then
      step_passed "$run run: $(grep -v '^ *$' "$work/$run.log" | tail -n 1)"
    else
      cat "$work/$run.log"
      step_failed "$run run"
    fi
  done
  if grep -qi 'nothing new' "$work/second.log"; then step_passed "the second run found nothing new"; else step_failed "the second run does not say that there is nothing new"; fi
}

check_native() { # trimmed and without a JIT: what is only found by reflection shows here
  say "quickstart, compiled ahead of time"
  local log=$work/native.log
  if ! command -v clang >/dev/null && ! command -v gcc >/dev/null; then step_skipped "neither clang nor gcc, which link it"; return; fi
  if ! dotnet publish samples/Quickstart "${build[@]}" -p:ReadyToRun=false -p:RunAnalyzers=false -p:PublishAot=true -r "$platform" -o "$work/native"; then step_failed "dotnet publish, ahead of time"; return; fi
  if timeout 120 "$work/native/Quickstart" --warehouse "$work/native-warehouse" > "$log" 2>&1 && grep -q 'rows equal MySQL' "$log"; then
    step_passed "$(grep 'rows equal MySQL' "$log")"
  else
    cat "$log"
    step_failed "the natively compiled quickstart"
  fi
}

check_scripts() { # where shellcheck is at hand
  say "scripts"
  if ! command -v shellcheck > /dev/null; then echo "  not checked: there is no shellcheck"; return; fi
  if find . \( -name bin -o -name obj -o -name .git \) -prune -o -name '*.sh' -print0 | xargs -0 shellcheck --severity=warning --exclude=SC1091; then step_passed "shellcheck"; else step_failed "shellcheck"; fi
}

# --- all of it -------------------------------------------------------------------------------------------------------

$unit_only || [ -n "$simulate" ] || prepare_servers
say "building (Release)"
build=(-c Release -nodeReuse:false -p:UseSharedCompilation=false -v quiet)
platform=$(dotnet --info | sed -n 's/^ *RID: *//p')
case $platform in # what is tested is what the package has for this platform; half of a run's time would go to compiling it again in every process
  linux-x64 | linux-arm64 | win-x64 | osx-arm64) build+=(-p:ReadyToRun=true "-p:ReadyToRunPlatforms=$platform") ;;
esac
if ! dotnet build CdcLake.Sdk.sln "${build[@]}"; then
  step_failed "the build"
else
  if [ -n "$simulate" ]; then
    run_simulation --from "$from" --for "$simulate"
  elif $unit_only; then
    run_project CdcLake.Sdk.Tests
    run_usual_seeds
  else
    await_servers
    tests/lab/leftovers.sh | sort > "$work/before" || true
    run_project CdcLake.Sdk.Tests
    run_project CdcLake.Sdk.IntegrationTests
    run_usual_seeds
    CDCLAKE_MYSQL=${CDCLAKE_MYSQL:-${CDCLAKE_TEST_MYSQL:-}} run_project TestingAPipeline samples
    if [ ${#filter[@]} = 0 ]; then check_scripts; check_package; check_quickstart; check_native; fi
    tests/lab/leftovers.sh | sort > "$work/after" || true
    say "left behind by the tests (another run on this machine shows here too)"
    comm -13 "$work/before" "$work/after" | grep -vF "$work" || echo "  nothing"
  fi
fi

stop_servers || step_failed "a server did not stop"
lab=false
say "done"
if [ "${CI:-}" = true ] && [ "$skipped" -gt 0 ]; then
  echo "CI=true: nothing may be skipped, so this run counts as failed. Reasons are above."
fi
if [ -e "$work/failures" ]; then echo "Failed:"; cat "$work/failures"; fi
printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
[ "$failed" = 0 ] && { [ "${CI:-}" != true ] || [ "$skipped" = 0 ]; }
