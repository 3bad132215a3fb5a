#!/usr/bin/env bash
# S3 servers: Ceph (mon, osd, radosgw: a real, strict one) and moto (in memory, quick, signatures not checked), both from Debian sid.
#   s3.sh start ceph | moto      fetch and unpack once, start, print the port
#   s3.sh stop ceph | moto       s3.sh destroy ceph | moto
#   s3.sh env ceph | moto        prints S3_URL=http://KEY:SECRET@HOST:PORT
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
command=${1:-}; kind=${2:-}
[[ $kind =~ ^(ceph|moto)$ ]] || lab_die "usage: s3.sh start|stop|destroy|env ceph|moto"
KEY=labkey; SECRET=labsecret-labsecret; B=$LAB/bin/$kind; I=$LAB/$kind
mapfile -t user < <(lab_user)

settle() { lab_await "$1" "$2" "$kind" 600 lab_listens "$(cat "$I/port")"; } # PIDFILE LOG : wait until the port answers
port() { [ -e "$I/$1" ] || lab_port > "$I/$1"; cat "$I/$1"; }

# --- moto ------------------------------------------------------------------------------------------------------------

start_moto() {
  local root python; root=$(lab_root moto "${CDCLAKE_MOTO_SUITE:-sid}" python3-moto python3-flask-cors)
  python=$(cd "$root/usr/bin" && ls python3.?? | tail -n1)
  [ -x "$B/python" ] || lab_wrap "$root" "usr/bin/$python" "$B/python"
  lab_lock; mkdir -p "$I"
  if ! lab_running "$I/pid" moto.server; then
    lab_port "$(cat "$I/port" 2>/dev/null || true)" > "$I/port.new" && mv "$I/port.new" "$I/port"
    : > "$I/log"; chmod a+rw "$I/log"
    PYTHONHOME=$root/usr PYTHONNOUSERSITE=1 PYTHONDONTWRITEBYTECODE=1 lab_spawn "$I/pid" "$I/log" "${user[@]}" "$B/python" -c \
      "import sys; from moto.server import main; sys.exit(main(['-H', '$LAB_HOST', '-p', '$(cat "$I/port")']))"
  fi
  settle "$I/pid" "$I/log"; cat "$I/port"
}

# --- Ceph ------------------------------------------------------------------------------------------------------------

install_ceph() {
  R=$(lab_root ceph "${CDCLAKE_CEPH_SUITE:-sid}" radosgw ceph-mon ceph-osd ceph-common)
  local p; for p in ceph-mon ceph-osd radosgw radosgw-admin monmaptool; do [ -x "$B/$p" ] || lab_wrap "$R" "usr/bin/$p" "$B/$p"; done
  p=$(cd "$R/usr/bin" && ls python3.?? | tail -n1); [ -x "$B/python" ] || lab_wrap "$R" "usr/bin/$p" "$B/python"
}
initialise_ceph() { # no authentication inside, one copy of everything, data in a sparse file
  rm -rf "$I"; mkdir -p "$I"/{mon,osd,rgw,run,log}
  local fsid lib mon; fsid=$(cat /proc/sys/kernel/random/uuid); mon=$(port mon-port); lib=$(ls -d "$R"/usr/lib/*-linux-gnu | head -n1)
  cat /proc/sys/kernel/random/uuid > "$I/osd-uuid"; : > "$I/keyring"
  cat > "$I/ceph.conf" <<CONF
[global]
fsid = $fsid
mon_host = v2:$LAB_HOST:$mon/0
mon_initial_members = a
public_addr = $LAB_HOST
cluster_addr = $LAB_HOST
auth_cluster_required = none
auth_service_required = none
auth_client_required = none
ms_mon_client_mode = crc
run_dir = $I/run
admin_socket = $I/run/\$name.asok
pid_file = $I/run/\$name.pid
log_file = $I/log/\$name.log
mon_cluster_log_file = $I/log/cluster.log
log_to_stderr = false
crash_dir = $I/log
keyring = $I/keyring
plugin_dir = $lib/ceph
osd_class_dir = $lib/rados-classes
erasure_code_dir = $lib/ceph/erasure-code
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 1
osd_pool_default_pgp_num = 1
osd_pool_default_pg_autoscale_mode = off
osd_crush_chooseleaf_type = 0
mon_allow_pool_size_one = true
mon_data_avail_crit = 1
ms_bind_port_min = 20000
ms_bind_port_max = 29999
[mon]
mon_data = $I/mon
[osd]
osd_data = $I/osd
osd_objectstore = bluestore
bluestore_block_create = true
bluestore_block_size = 21474836480
bluestore_block_wal_size = 0
bluestore_fsck_on_mount = false
osd_memory_target = 939524096
osd_class_load_list = *
osd_class_default_list = *
[client]
rgw_data = $I/rgw
rgw_crypt_require_ssl = false
rgw_thread_pool_size = 64
CONF
  [ ${#user[@]} = 0 ] || chown -R "$LAB_UID:$LAB_UID" "$I"
  "${user[@]}" "$B/monmaptool" --create --addv a "[v2:$LAB_HOST:$mon]" --fsid "$fsid" "$I/monmap" >/dev/null
  "${user[@]}" "$B/ceph-mon" -c "$I/ceph.conf" --mkfs -i a --monmap "$I/monmap" --keyring "$I/keyring"
}
ceph() { PYTHONHOME=$R/usr PYTHONNOUSERSITE=1 PYTHONDONTWRITEBYTECODE=1 "${user[@]}" "$B/python" "$R/usr/bin/ceph" -c "$I/ceph.conf" --connect-timeout 20 "$@"; }
start_ceph() {
  install_ceph; lab_lock
  [ -e "$I/ready" ] || initialise_ceph
  lab_running "$I/mon.pid" "$I/ceph.conf" || lab_spawn "$I/mon.pid" "$I/log/mon.out" "${user[@]}" "$B/ceph-mon" -c "$I/ceph.conf" -i a -f
  if [ ! -e "$I/ready" ]; then
    ceph osd new "$(cat "$I/osd-uuid")" >/dev/null
    "${user[@]}" "$B/ceph-osd" -c "$I/ceph.conf" -i 0 --mkfs --osd-uuid "$(cat "$I/osd-uuid")" >>"$I/log/osd.mkfs" 2>&1
  fi
  lab_running "$I/osd.pid" "$I/ceph.conf" || lab_spawn "$I/osd.pid" "$I/log/osd.out" "${user[@]}" "$B/ceph-osd" -c "$I/ceph.conf" -i 0 -f
  [ -e "$I/ready" ] || "${user[@]}" timeout 120 "$B/radosgw-admin" -c "$I/ceph.conf" user create --uid=lab --display-name=lab \
    --access-key="$KEY" --secret-key="$SECRET" >"$I/log/user.out" 2>&1 || { tail -n 20 "$I/log/user.out" >&2; lab_die "radosgw-admin user create failed"; }
  if ! lab_running "$I/rgw.pid" "$I/ceph.conf"; then
    lab_port "$(cat "$I/port" 2>/dev/null || true)" > "$I/port.new" && mv "$I/port.new" "$I/port"
    # without tcp_nodelay every small answer takes 44 ms
    lab_spawn "$I/rgw.pid" "$I/log/rgw.out" "${user[@]}" "$B/radosgw" -c "$I/ceph.conf" -n client.admin -f \
      --rgw-frontends "beast endpoint=$LAB_HOST:$(cat "$I/port") tcp_nodelay=1"
  fi
  settle "$I/rgw.pid" "$I/log/rgw.out"; : > "$I/ready"; cat "$I/port"
}
stop_ceph() {
  if lab_running "$I/rgw.pid" "$I/ceph.conf"; then kill -KILL "$(cat "$I/rgw.pid")"; fi # it lingers for half a minute; what it answered is in the osd
  rm -f "$I/rgw.pid"; lab_stop "$I/osd.pid" "$I/ceph.conf"; lab_stop "$I/mon.pid" "$I/ceph.conf"
}
stop_moto() { lab_stop "$I/pid" moto.server; }

case $command in
  start) "start_$kind";;
  stop) "stop_$kind";;
  destroy) "stop_$kind"; rm -rf "$I";;
  env) [ -e "$I/port" ] || lab_die "$kind was never started"; printf 'S3_URL=http://%s:%s@%s:%s\n' "$KEY" "$SECRET" "$LAB_HOST" "$(cat "$I/port")";;
  *) lab_die "usage: s3.sh start|stop|destroy|env ceph|moto";;
esac
