#!/usr/bin/env bash
# Three accounts, each with what it needs and no more. Run, or read in, by the image when the server is new; MYSQL names another client.
${MYSQL:-mysql -uroot "-p$MYSQL_ROOT_PASSWORD"} <<SQL
CREATE USER 'cdclake'@'%' IDENTIFIED BY '$CAPTURE_PASSWORD';
GRANT REPLICATION SLAVE, REPLICATION CLIENT, XA_RECOVER_ADMIN ON *.* TO 'cdclake'@'%';
GRANT SELECT ON appdb.* TO 'cdclake'@'%';
GRANT SELECT ON testdb.* TO 'cdclake'@'%';
CREATE USER 'shop'@'%' IDENTIFIED BY '$SHOP_PASSWORD';
GRANT SELECT, INSERT, UPDATE, DELETE ON appdb.* TO 'shop'@'%';
GRANT SELECT, INSERT, UPDATE, DELETE ON testdb.* TO 'shop'@'%';
CREATE USER 'iceberg'@'%' IDENTIFIED BY '$CATALOG_PASSWORD';
GRANT ALL ON iceberg_catalog.* TO 'iceberg'@'%';
SQL
