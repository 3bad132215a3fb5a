#!/usr/bin/env bash
# MySQL (two), MinIO, PostgreSQL and Trino, with the REST catalog that it reads, as containers of their official images, where a Docker engine runs: tests/run.sh --docker takes them in the place of its own.
#   docker.sh up      starts them, waits until they answer, and prints `export NAME=value` lines
#   docker.sh down    removes them with their data
# Images: CDCLAKE_MYSQL_IMAGE, CDCLAKE_MINIO_IMAGE, CDCLAKE_POSTGRES_IMAGE, CDCLAKE_TRINO_IMAGE, CDCLAKE_ICEBERG_REST_IMAGE.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
lab_need docker
MYSQL=${CDCLAKE_MYSQL_IMAGE:-mysql:8.4.6} MINIO=${CDCLAKE_MINIO_IMAGE:-quay.io/minio/minio:RELEASE.2025-04-22T22-12-26Z} POSTGRES=${CDCLAKE_POSTGRES_IMAGE:-postgres:17.5}
TRINO=${CDCLAKE_TRINO_IMAGE:-trinodb/trino:476} REST=${CDCLAKE_ICEBERG_REST_IMAGE:-apache/iceberg-rest-fixture:1.10.1}
NAMES=(cdclake-test-mysql-a cdclake-test-mysql-b cdclake-test-minio cdclake-test-postgres cdclake-test-rest cdclake-test-trino) NETWORK=cdclake-test

run() { # NAME PORT IMAGE ARGUMENTS... : a free port of this machine for PORT; options of docker run in OPTIONS
  docker run --detach --rm --name "$1" --network "$NETWORK" --publish "$LAB_HOST::$2" "${OPTIONS[@]}" "$3" "${@:4}" >/dev/null || lab_die "docker cannot run $3"
}
port() { docker port "$1" "$2/tcp" | sed -n '1s/.*://p'; }
answers() { # NAME COMMAND... : in the container, for two minutes
  local end=$((SECONDS + 120)); local name=$1; shift
  until docker exec "$name" "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$end" ] || { docker logs --tail 20 "$name" >&2; lab_die "$name does not answer"; }
    sleep 0.5
  done
}
export_line() { printf 'export %s=%q\n' "$1" "$2"; }
down() {
  docker rm --force --volumes "${NAMES[@]}" >/dev/null 2>&1 || true
  docker network rm "$NETWORK" >/dev/null 2>&1 || true
}
lake() { # the catalog and Trino, which find the bucket by the name of its server in the network of the containers; tests find it by its port
  docker exec cdclake-test-minio mc alias set mine http://127.0.0.1:9000 labkey labsecret-labsecret >/dev/null
  docker exec cdclake-test-minio mc mb --ignore-existing mine/cdclake-trino >/dev/null
  OPTIONS=(--user root --env CATALOG_WAREHOUSE=s3://cdclake-trino/warehouse --env CATALOG_IO__IMPL=org.apache.iceberg.aws.s3.S3FileIO
    --env CATALOG_S3_ENDPOINT=http://cdclake-test-minio:9000 --env CATALOG_S3_PATH__STYLE__ACCESS=true
    --env AWS_ACCESS_KEY_ID=labkey --env AWS_SECRET_ACCESS_KEY=labsecret-labsecret --env AWS_REGION=us-east-1)
  run cdclake-test-rest 8181 "$REST"
  mkdir -p "$LAB/docker/trino"
  cat > "$LAB/docker/trino/iceberg.properties" << 'CATALOG'
connector.name=iceberg
iceberg.catalog.type=rest
iceberg.rest-catalog.uri=http://cdclake-test-rest:8181
iceberg.rest-catalog.warehouse=s3://cdclake-trino/warehouse
fs.native-s3.enabled=true
s3.endpoint=http://cdclake-test-minio:9000
s3.region=us-east-1
s3.path-style-access=true
s3.aws-access-key=labkey
s3.aws-secret-key=labsecret-labsecret
CATALOG
  chmod -R a+rX "$LAB/docker/trino"
  OPTIONS=(--volume "$LAB/docker/trino:/etc/trino/catalog:ro"); run cdclake-test-trino 8080 "$TRINO"
  answers cdclake-test-rest curl --fail --silent http://localhost:8181/v1/config
  answers cdclake-test-trino /usr/lib/trino/bin/health-check
}
up() {
  down
  docker network create "$NETWORK" >/dev/null
  local id
  for id in a b; do
    OPTIONS=(--env MYSQL_ROOT_PASSWORD=cdc-pass)
    run "cdclake-test-mysql-$id" 3306 "$MYSQL" --server-id="$([ $id = a ] && echo 1001 || echo 1002)" --log-bin=binlog --binlog-row-metadata=FULL --gtid-mode=ON --enforce-gtid-consistency=ON --sync-binlog=0
  done
  OPTIONS=(--env MINIO_ROOT_USER=labkey --env MINIO_ROOT_PASSWORD=labsecret-labsecret); run cdclake-test-minio 9000 "$MINIO" server /data
  OPTIONS=(--env POSTGRES_USER=cdc --env POSTGRES_PASSWORD=cdc-pass); run cdclake-test-postgres 5432 "$POSTGRES"
  for id in a b; do answers "cdclake-test-mysql-$id" mysql --host=127.0.0.1 --user=root --password=cdc-pass --execute='SELECT 1'; done # its first start has no TCP yet
  answers cdclake-test-minio mc ready local
  lake
  answers cdclake-test-postgres pg_isready --host=127.0.0.1 --username=cdc
  mkdir -p "$LAB/docker"
  docker cp cdclake-test-mysql-a:/var/lib/mysql/ca.pem "$LAB/docker/ca.pem" >/dev/null
  export_line CDCLAKE_TEST_MYSQL "Server=$LAB_HOST;Port=$(port cdclake-test-mysql-a 3306);User ID=root;Password=cdc-pass"
  export_line CDCLAKE_TEST_MYSQL_B "Server=$LAB_HOST;Port=$(port cdclake-test-mysql-b 3306);User ID=root;Password=cdc-pass"
  export_line CDCLAKE_TEST_MYSQL_CA "$LAB/docker/ca.pem"
  export_line CDCLAKE_TEST_S3_CEPH "http://labkey:labsecret-labsecret@$LAB_HOST:$(port cdclake-test-minio 9000)" # the strict one
  export_line CDCLAKE_TEST_TRINO "http://$LAB_HOST:$(port cdclake-test-trino 8080)"
  export_line CDCLAKE_TEST_TRINO_REST "http://$LAB_HOST:$(port cdclake-test-rest 8181)"
  export_line CDCLAKE_TEST_POSTGRES "Host=$LAB_HOST;Port=$(port cdclake-test-postgres 5432);Username=cdc;Password=cdc-pass;Database=postgres"
}
case ${1:-} in
  up) up;;
  down) down;;
  *) lab_die "usage: docker.sh up|down";;
esac
