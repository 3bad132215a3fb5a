CREATE DATABASE fx; USE fx; CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(20)); INSERT INTO t VALUES (1, 'x'); SET binlog_transaction_compression=ON; INSERT INTO t VALUES (2, 'y');
