-- each sink shows a checkpoint of its own, and a transaction of the source may be seen in part, in one table before another; embedded, all of them are at one GTID set.
-- a table that is there already keeps rows that the source no longer has: write into new tables, or set ReplacesTables.
-- appdb.sales: dates that no calendar has, such as 0000-00-00, are NULL in Flink; here they are what InvalidDates says.
SET 'execution.runtime-mode' = 'streaming';
SET 'execution.checkpointing.interval' = '60000 ms';
SET 'execution.checkpointing.mode' = 'EXACTLY_ONCE';
SET 'execution.checkpointing.externalized-checkpoint-retention' = 'RETAIN_ON_CANCELLATION';
SET 'table.local-time-zone' = 'UTC';
SET 'table.exec.sink.not-null-enforcer' = 'ERROR';
SET 'table.exec.sink.upsert-materialize' = 'AUTO';
SET 'parallelism.default' = '1';
SET 'pipeline.name' = 'sales-by-product';
CREATE CATALOG IF NOT EXISTS `lake`
WITH ('type' = 'iceberg', 'catalog-type' = 'hadoop', 'warehouse' = 'file:///warehouse');
CREATE DATABASE IF NOT EXISTS `lake`.`demo`;
CREATE TEMPORARY TABLE `src_appdb_sales` (`id` BIGINT NOT NULL, `product_id` INT NOT NULL, `qty` INT NOT NULL, `price` DECIMAL(10, 2) NOT NULL, `sale_ts` TIMESTAMP(3) NOT NULL, PRIMARY KEY (`id`) NOT ENFORCED)
WITH ('connector' = 'mysql-cdc', 'hostname' = 'mysql', 'port' = '3306', 'username' = 'flinkuser', 'password' = '${MYSQL_PASSWORD}', 'database-name' = 'appdb', 'table-name' = 'sales', 'server-id' = '1630711776', 'server-time-zone' = 'UTC', 'jdbc.properties.connectionTimeZone' = 'UTC', 'jdbc.properties.forceConnectionTimeZoneToSession' = 'true', 'scan.startup.mode' = 'initial');
CREATE TEMPORARY TABLE `src_appdb_products` (`id` INT NOT NULL, `sku` STRING NOT NULL, `name` STRING NOT NULL, PRIMARY KEY (`id`) NOT ENFORCED)
WITH ('connector' = 'mysql-cdc', 'hostname' = 'mysql', 'port' = '3306', 'username' = 'flinkuser', 'password' = '${MYSQL_PASSWORD}', 'database-name' = 'appdb', 'table-name' = 'products', 'server-id' = '1630711777', 'server-time-zone' = 'UTC', 'jdbc.properties.connectionTimeZone' = 'UTC', 'jdbc.properties.forceConnectionTimeZoneToSession' = 'true', 'scan.startup.mode' = 'initial');
CREATE TABLE IF NOT EXISTS `lake`.`demo`.`sales_by_product` (`product_id` INT NOT NULL, `product_sku` STRING NOT NULL, `product_name` STRING NOT NULL, `total_qty` BIGINT NOT NULL, `total_revenue` DECIMAL(38, 2) NOT NULL, `sale_count` BIGINT NOT NULL, `last_sale_ts` TIMESTAMP_LTZ(6) NOT NULL, PRIMARY KEY (`product_id`) NOT ENFORCED)
WITH ('format-version' = '2', 'write.upsert.enabled' = 'true');
INSERT INTO `lake`.`demo`.`sales_by_product` /*+ OPTIONS('upsert-enabled' = 'true') */ (`product_id`, `product_sku`, `product_name`, `total_qty`, `total_revenue`, `sale_count`, `last_sale_ts`)
SELECT `products`.`id` AS `product_id`, `products`.`sku` AS `product_sku`, `products`.`name` AS `product_name`, SUM(CAST(`sales`.`qty` AS BIGINT)) AS `total_qty`, SUM(`sales`.`qty` * `sales`.`price`) AS `total_revenue`, COUNT(*) AS `sale_count`, CAST(MAX(CAST(`sales`.`sale_ts` AS TIMESTAMP_LTZ(3))) AS TIMESTAMP_LTZ(6)) AS `last_sale_ts`
FROM `src_appdb_sales` AS `sales`
JOIN `src_appdb_products` AS `products` ON `sales`.`product_id` = `products`.`id`
GROUP BY `products`.`id`, `products`.`sku`, `products`.`name`;
