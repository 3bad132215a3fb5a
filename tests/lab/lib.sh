# shellcheck shell=bash
# Shared by the scripts beside it: where things lie, Debian packages unpacked into a private root, processes.
#
# Nothing is installed into the host. Packages come from the Debian mirror this machine already uses, are verified by
# apt's own signatures, unpacked below $LAB, and run through their own ELF loader and libraries.
set -euo pipefail
umask 022

# As root the servers run as an unprivileged user, who has to reach this folder; root's home is usually closed to others.
if [ -n "${CDCLAKE_LAB:-}" ]; then LAB=$CDCLAKE_LAB
elif [ "$(id -u)" = 0 ]; then LAB=/var/cache/cdclake-lab
else LAB=${XDG_CACHE_HOME:-$HOME/.cache}/cdclake-lab; fi
# shellcheck disable=SC2034 # scripts that read this one use it
LAB_HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
LAB_HOST=127.0.0.1
LAB_UID=65534 # the unprivileged user, where we are root
mkdir -p "$LAB" && chmod a+rx "$LAB" 2>/dev/null || true

lab_log() { printf '[lab] %s\n' "$*" >&2; }
lab_die() { lab_log "ERROR: $*"; exit 1; }
lab_need() { local p; for p in "$@"; do command -v "$p" >/dev/null || lab_die "$p is not on PATH"; done; }

# One script at a time changes $LAB. Servers do not inherit the lock (lab_spawn closes it); a nested script does.
lab_lock() {
  [ -z "${LAB_LOCKED:-}" ] || return 0
  exec 9>"$LAB/.lock"
  flock -w 900 9 || lab_die "$LAB/.lock is held by another script for 15 minutes"
  export LAB_LOCKED=1
}

# --- Debian packages -------------------------------------------------------------------------------------------------

lab_mirror() {
  local uri=${CDCLAKE_DEBIAN_MIRROR:-}
  [ -n "$uri" ] || uri=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/*.{sources,list} 2>/dev/null |
    grep -v '^ *#' | grep -oE 'https?://[^ ]+/debian/?( |$)' | head -n1 | tr -d ' ') || true
  [ -n "$uri" ] || lab_die "no Debian mirror in this machine's apt configuration; name one in CDCLAKE_DEBIAN_MIRROR"
  printf '%s\n' "${uri%/}"
}

lab_keyring() {
  local k
  for k in /usr/share/keyrings/debian-archive-keyring.{gpg,pgp}; do [ ! -r "$k" ] || { printf '%s\n' "$k"; return; }; done
  lab_die "the package debian-archive-keyring is not installed"
}

# lab_apt SUITE PROGRAM ARG... : apt on one suite, with an empty dpkg status, so that it resolves the whole closure.
lab_apt() {
  local root=$LAB/apt/$1 program=$2 mirror key; shift 2
  local options=(-o Dir::Etc::sourcelist="$root/sources.list" -o Dir::Etc::sourceparts=/dev/null
    -o Dir::Etc::preferencesparts=/dev/null -o Dir::State::Lists="$root/lists" -o Dir::State::status="$root/status"
    -o Dir::State::extended_states="$root/extended" -o Dir::Cache="$root/cache" -o APT::Install-Recommends=false
    -o Acquire::Languages=none -o Acquire::Retries=3 -o APT::Sandbox::User="$(id -un)" -o Debug::NoLocking=1)
  if [ ! -e "$root/ready" ]; then
    lab_need apt-get dpkg-deb
    mirror=$(lab_mirror) && key=$(lab_keyring)
    mkdir -p "$root"/{lists,cache/archives,none}/partial && : > "$root/status"
    printf 'deb [signed-by=%s] %s %s main\n' "$key" "$mirror" "${root##*/}" > "$root/sources.list"
    apt-get "${options[@]}" -qq update >&2 || lab_die "apt-get update failed for suite ${root##*/} of $mirror"
    : > "$root/ready"
  fi
  "$program" "${options[@]}" "$@"
}

# lab_root NAME SUITE PACKAGE... : the packages with all they depend on, unpacked once. Prints the folder.
lab_root() {
  local suite=$2 dest=$LAB/root/$1 list file; shift 2
  if [ ! -e "$dest/.complete" ]; then
    lab_lock
    lab_log "fetching $* from Debian $suite"
    rm -f "$LAB/apt/$suite/ready" # the suite may have moved since its index was read
    # --print-uris names the files of the closure; asked with an empty archive folder, else apt omits those it has.
    list=$(lab_apt "$suite" apt-get -qq --print-uris -o Dir::Cache::archives="$LAB/apt/$suite/none" install "$@" |
      awk '{print $2}')
    [ -n "$list" ] || lab_die "apt cannot resolve $* in suite $suite"
    lab_apt "$suite" apt-get -qq -y --download-only install "$@" >&2 || lab_die "apt cannot fetch $* from suite $suite"
    rm -rf "$dest.tmp" && mkdir -p "$dest.tmp"/usr/{bin,sbin,lib,lib64}
    for file in bin sbin lib lib64; do ln -s "usr/$file" "$dest.tmp/$file"; done # merged /usr
    for file in $list; do
      dpkg-deb --fsys-tarfile "$LAB/apt/$suite/cache/archives/$file" |
        tar -C "$dest.tmp" -x --no-same-owner --keep-directory-symlink -f -
    done
    chmod -R a+rX "$dest.tmp/usr" && printf '%s\n' "$list" > "$dest.tmp/.complete"
    rm -rf "$dest" && mv "$dest.tmp" "$dest"
  fi
  printf '%s\n' "$dest"
}

# lab_wrap ROOT BINARY SCRIPT : a script that runs ROOT's BINARY with ROOT's own loader and libraries.
lab_wrap() {
  local root=$1 binary=$2 script=$3 lib loader path dir
  lib=$(ls -d "$root"/usr/lib/*-linux-gnu) && loader=$(ls "$lib"/ld-linux-*.so.* | head -n1) && path=$lib:$root/usr/lib
  for dir in "$lib"/*/; do ! compgen -G "${dir}lib*.so*" >/dev/null || path=$path:${dir%/}; done
  mkdir -p "$(dirname "$script")"
  printf '#!/bin/sh\nexec "%s" --library-path "%s" "%s" "$@"\n' "$loader" "$path" "$root/$binary" > "$script"
  chmod +x "$script"
}

# --- processes -------------------------------------------------------------------------------------------------------

lab_user() { # the prefix of a command that must not run as root
  [ "$(id -u)" != 0 ] || printf '%s\n' setpriv --reuid "$LAB_UID" --regid "$LAB_UID" --clear-groups --inh-caps=-all --
}
# lab_spawn PIDFILE LOG COMMAND... : in a session of its own; the pid is the server's, which must be exec'ed all the way.
lab_spawn() {
  local pidfile=$1 log=$2; shift 2
  setsid "$@" </dev/null >>"$log" 2>&1 9>&- &
  printf '%s\n' $! > "$pidfile"; disown
}
# lab_running PIDFILE TEXT : it lives, and is ours: its command line contains TEXT.
lab_running() { local pid; pid=$(cat "$1" 2>/dev/null) && grep -qaF -- "$2" "/proc/$pid/cmdline" 2>/dev/null; }
# lab_ended PIDFILE : no such process is left. For waiting on what was just spawned: until its last exec it has another command line.
lab_ended() { ! kill -0 "$(cat "$1" 2>/dev/null)" 2>/dev/null; }
# lab_await PIDFILE LOG WHAT TENTHS COMMAND... : until the command succeeds. Ends with the end of LOG where the process is gone before that, or it takes more than so many tenths of a second.
lab_await() {
  for _ in $(seq "$4"); do
    ! "${@:5}" >/dev/null 2>&1 || return 0
    ! lab_ended "$1" || break
    sleep 0.1
  done
  tail -n 20 "$2" >&2; lab_die "$3 does not answer"
}
lab_stop() { # PIDFILE TEXT : ask, wait up to 30 s, then kill
  local pid
  if lab_running "$1" "$2"; then
    pid=$(cat "$1"); kill -TERM "$pid"
    for _ in $(seq 300); do lab_running "$1" "$2" || break; sleep 0.1; done
    ! lab_running "$1" "$2" || { kill -KILL "$pid"; lab_log "pid $pid had to be killed"; }
  fi
  rm -f "$1"
}

lab_listens() { (exec 3<>"/dev/tcp/$LAB_HOST/$1") 2>/dev/null; }
lab_port() { # [WANTED] : WANTED if nobody listens there, else one of our own choice below the ephemeral range
  local port=${1:-}
  until [ -n "$port" ] && ! lab_listens "$port"; do port=$((20000 + RANDOM % 12000)); done
  printf '%s\n' "$port"
}
