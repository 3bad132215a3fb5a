-- The tables that are captured, with their first rows: the initial snapshot reads them.
CREATE DATABASE appdb;
CREATE TABLE appdb.products (
  id INT NOT NULL PRIMARY KEY,
  sku VARCHAR(32) NOT NULL,
  name VARCHAR(100) NOT NULL,
  price DECIMAL(10, 2) NOT NULL,
  UNIQUE KEY (sku)
);
CREATE TABLE appdb.sales (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  product_id INT NOT NULL,
  qty INT NOT NULL,
  price DECIMAL(10, 2) NOT NULL,
  sale_ts DATETIME(3) NOT NULL,
  KEY (product_id)
);
INSERT INTO appdb.products (id, sku, name, price) VALUES
  (1, 'KET-1', 'Kettle', 39.90), (2, 'TOA-1', 'Toaster', 29.50), (3, 'MUG-4', 'Four mugs', 18.00), (4, 'PAN-2', 'Frying pan', 45.00),
  (5, 'KNI-3', 'Three knives', 62.00), (6, 'BOW-1', 'Salad bowl', 24.00), (7, 'TEA-9', 'Tea, 90 bags', 7.20), (8, 'COF-5', 'Coffee, 500 g', 11.80);
INSERT INTO appdb.sales (product_id, qty, price, sale_ts)
  SELECT p.id, 1 + (p.id * n.n) % 4, p.price, TIMESTAMP('2026-01-01') + INTERVAL p.id * n.n HOUR
  FROM appdb.products p JOIN (SELECT 1 n UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5) n;

CREATE DATABASE testdb;
CREATE TABLE testdb.users (
  id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name VARCHAR(100) NOT NULL,
  email VARCHAR(200) NULL,
  created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
);
INSERT INTO testdb.users (name, email) VALUES ('Ada', 'ada@example.org'), ('Grace', 'grace@example.org'), ('Edsger', NULL);

-- The other catalog: its two tables are made by whoever comes first.
CREATE DATABASE iceberg_catalog;
