using static CdcLake.MySqlFindingSeverity;

namespace CdcLake.IntegrationTests.MySql;

/// <summary>The table of wrong set-ups of one server, each of which can be made by statements.</summary>
internal static class WrongSetups
{
    private const string Grants = "REPLICATION SLAVE, REPLICATION CLIENT, XA_RECOVER_ADMIN";

    public static readonly WrongSetup[] All =
    [
        WrongSetup.Variable("binlog_format", "MIXED", "ROW", Error, "binlog_format is MIXED but must be ROW", "statements cannot be replayed", "SET PERSIST binlog_format=ROW;"),
        WrongSetup.Variable("binlog_format", "STATEMENT", "ROW", Error, "binlog_format is STATEMENT but must be ROW", "statements cannot be replayed", "SET PERSIST binlog_format=ROW;"),
        WrongSetup.Variable("binlog_row_image", "MINIMAL", "FULL", Error, "binlog_row_image is MINIMAL but must be FULL", "must carry whole rows", "SET PERSIST binlog_row_image=FULL;"),
        WrongSetup.Variable("binlog_row_image", "NOBLOB", "FULL", Error, "binlog_row_image is NOBLOB but must be FULL", "must carry whole rows", "SET PERSIST binlog_row_image=FULL;"),
        WrongSetup.Variable("binlog_row_metadata", "MINIMAL", "FULL", Error, "binlog_row_metadata is MINIMAL but must be FULL", "column names and signs", "SET PERSIST binlog_row_metadata=FULL;"),
        WrongSetup.Variable("gtid_mode", "ON_PERMISSIVE", "ON", Error, "gtid_mode is ON_PERMISSIVE but must be ON", "positions are GTID sets", "SET PERSIST gtid_mode=ON;"),
        new("gtid_mode=OFF_PERMISSIVE", "setting.gtid_mode", Error)
        {
            Arrange = ["SET GLOBAL gtid_mode=ON_PERMISSIVE", "SET GLOBAL gtid_mode=OFF_PERMISSIVE"], Restore = ["SET GLOBAL gtid_mode=ON_PERMISSIVE", "SET GLOBAL gtid_mode=ON"],
            What = "gtid_mode is OFF_PERMISSIVE but must be ON", Why = "positions are GTID sets", Fix = "SET PERSIST enforce_gtid_consistency=ON;",
        },
        new("gtid_mode=OFF", "setting.gtid_mode", Error)
        {
            Arrange = ["SET GLOBAL gtid_mode=ON_PERMISSIVE", "SET GLOBAL gtid_mode=OFF_PERMISSIVE", "SET GLOBAL gtid_mode=OFF"],
            Restore = ["SET GLOBAL gtid_mode=OFF_PERMISSIVE", "SET GLOBAL gtid_mode=ON_PERMISSIVE", "SET GLOBAL gtid_mode=ON"],
            What = "gtid_mode is OFF but must be ON", Why = "positions are GTID sets", Fix = "SET PERSIST gtid_mode=OFF_PERMISSIVE;",
        },
        WrongSetup.Variable("server_id", "0", "1001", Error, "server_id is 0", "serves no log", "SET PERSIST server_id=1;"),
        WrongSetup.Variable("binlog_error_action", "IGNORE_ERROR", "ABORT_SERVER", Error, "binlog_error_action is IGNORE_ERROR", "lost in silence", "SET PERSIST binlog_error_action=ABORT_SERVER;"),
        WrongSetup.Variable("sync_binlog", "0", "1", Warning, "sync_binlog is 0", "after a power failure", "SET PERSIST sync_binlog=1;"),
        WrongSetup.Variable("sync_binlog", "1000", "1", Warning, "sync_binlog is 1000", "after a power failure", "SET PERSIST sync_binlog=1;"),
        WrongSetup.Variable("innodb_flush_log_at_trx_commit", "2", "1", Warning, "innodb_flush_log_at_trx_commit is 2", "after a power failure", "SET PERSIST innodb_flush_log_at_trx_commit=1;"),
        WrongSetup.Variable("binlog_checksum", "NONE", "CRC32", Warning, "binlog_checksum is NONE", "damage of the log is not noticed", "SET PERSIST binlog_checksum=CRC32;"),
        WrongSetup.Variable("replica_preserve_commit_order", "OFF", "ON", Warning, "replica_preserve_commit_order is OFF", "another order", "SET PERSIST replica_preserve_commit_order=ON;"),
        WrongSetup.Variable("binlog_transaction_compression", "ON", "OFF", Information, "logged compressed", "half the speed", null),
        WrongSetup.Variable("binlog_row_value_options", "PARTIAL_JSON", "''", Information, "in part (PARTIAL_JSON)", "completed from the row's earlier image", null),
        WrongSetup.Variable("time_zone", "'+02:00'", "SYSTEM", Information, "time zone is +02:00", "TIMESTAMP is captured in UTC", null),
        new("binlog_expire_logs_seconds=3600", "retention.short", Warning)
        {
            Arrange = ["SET GLOBAL binlog_expire_logs_seconds=3600"], Restore = ["SET GLOBAL binlog_expire_logs_seconds=2592000"],
            What = "kept for 1 hours only", Why = "needs a new snapshot", Fix = "SET PERSIST binlog_expire_logs_seconds=604800;",
        },
        new("session by statement", "session.binlog_format", Warning)
        {
            Session = "SET SESSION binlog_format=STATEMENT", What = "log statements instead of rows (binlog_format=STATEMENT)", Why = "ends the pipeline unless", Fix = "StatementTables",
        },
        new("session of parts", "session.binlog_row_image", Warning)
        {
            Session = "SET SESSION binlog_row_image=MINIMAL", What = "log parts of rows (binlog_row_image=MINIMAL)", Why = "ends the pipeline", Fix = "leave binlog_row_image alone",
        },
        new("session without log", "session.sql_log_bin", Warning)
        {
            Session = "SET SESSION sql_log_bin=OFF", What = "do not log their changes", Why = "never captured", Fix = "leave sql_log_bin alone",
        },
        new("sessions not visible", "session.unknown", Information)
        {
            Arrange = ["REVOKE SELECT ON performance_schema.* FROM {account}"], What = "cannot be seen", Why = "end the pipeline when they come", Fix = "GRANT SELECT ON performance_schema.*",
        },
        .. new[] { ("REPLICATION SLAVE", "grant.replication-slave"), ("REPLICATION CLIENT", "grant.replication-client"), ("XA_RECOVER_ADMIN", "grant.xa-recover-admin") }.Select(g =>
            new WrongSetup($"without {g.Item1}", g.Item2, Error)
            {
                Arrange = [$"REVOKE {g.Item1} ON *.* FROM {{account}}"], What = $"lacks {g.Item1}", Why = "reading the log", Fix = $"GRANT {g.Item1} ON *.* TO {{account}};",
            }),
        new("without all grants", "grant.replication-slave+replication-client+xa-recover-admin", Error)
        {
            Arrange = [$"REVOKE {Grants} ON *.* FROM {{account}}"], What = "lacks REPLICATION SLAVE and REPLICATION CLIENT and XA_RECOVER_ADMIN", Why = "reading the log", Fix = $"GRANT {Grants} ON *.* TO {{account}};",
        },
        new("without SELECT", "grant.select", Error)
        {
            Arrange = ["CREATE TABLE other (id INT)", "GRANT SELECT ON `{db}`.other TO {account}", "REVOKE SELECT ON `{db}`.* FROM {account}"], What = "GRANT SELECT ON `{db}`.`t` TO {account};", Why = "cannot be described",
        },
        new("table of another name", "table.missing", Error) { Table = "{db}.tt", What = "has no table {db}.tt. Similar: {db}.t", Why = "cannot be described" },
        new("database that is not granted", "grant.select", Error) { Table = "nowhere.t", What = "GRANT SELECT ON `nowhere`.`t`", Why = "cannot be described" },
        new("view", "table.missing", Error) { Arrange = ["CREATE VIEW v AS SELECT * FROM t"], Table = "{db}.v", What = "is a view", Why = "cannot be described" },
        new("MyISAM", "table.engine", Error)
        {
            Arrange = ["CREATE TABLE w (id INT PRIMARY KEY) ENGINE=MyISAM"], Table = "{db}.w", What = "uses engine MyISAM", Why = "no exact snapshot", Fix = "ALTER TABLE `{db}`.`w` ENGINE=InnoDB;",
        },
        new("MEMORY", "table.engine", Error)
        {
            Arrange = ["CREATE TABLE w (id INT PRIMARY KEY) ENGINE=MEMORY"], Table = "{db}.w", What = "uses engine MEMORY", Why = "no exact snapshot", Fix = "ALTER TABLE `{db}`.`w` ENGINE=InnoDB;",
        },
        new("no key", "table.no-key", Warning)
        {
            Arrange = ["CREATE TABLE w (id INT)"], Table = "{db}.w", What = "has no primary key", Why = "cannot be told apart", Fix = "ALTER TABLE `{db}`.`w` ADD COLUMN id",
        },
        new("nullable unique key", "table.no-key", Warning)
        {
            Arrange = ["CREATE TABLE w (id INT, UNIQUE KEY (id))"], Table = "{db}.w", What = "no unique key without nullable columns", Why = "a sink has no key for it", Fix = "PRIMARY KEY;",
        },
        new("zero dates", "column.zero-dates", Warning)
        {
            Arrange = ["SET SESSION sql_mode=''", "CREATE TABLE w (id INT PRIMARY KEY, a DATETIME NOT NULL DEFAULT '0000-00-00 00:00:00', b DATE NOT NULL DEFAULT '0000-00-00')"],
            Table = "{db}.w", What = "by default, in a, b", Why = "the first such row ends the pipeline", Fix = "o.InvalidDatesOf[\"{db}.w\"] = InvalidDates.Null;",
        },
        new("triggers", "table.triggers", Information)
        {
            Arrange = ["CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET NEW.id = NEW.id", "GRANT TRIGGER ON `{db}`.* TO {account}"], What = "has triggers: g", Why = "captured like any other change",
        },
        new("table of the server", "table.system", Error) { Table = "mysql.user", What = "a table of the server itself", Why = "not logged as rows", Fix = "tables of applications" },
        new("stopped replica", "replica.stopped", Warning)
        {
            Arrange = ["CHANGE REPLICATION SOURCE TO SOURCE_HOST='nowhere.invalid', SOURCE_AUTO_POSITION=1"], Restore = ["RESET REPLICA ALL"],
            What = "a replica that is stopped", Why = "gets no changes", Fix = "START REPLICA;",
        },
        new("replica that leaves the table out", "replica.filter", Error)
        {
            Arrange = ["CHANGE REPLICATION SOURCE TO SOURCE_HOST='nowhere.invalid', SOURCE_AUTO_POSITION=1", "CHANGE REPLICATION FILTER REPLICATE_IGNORE_TABLE = ({db}.t)"],
            Restore = ["CHANGE REPLICATION FILTER REPLICATE_IGNORE_TABLE = ()", "RESET REPLICA ALL"], What = "filters leave out {db}.t", Why = "missing", Fix = "CHANGE REPLICATION FILTER",
        },
    ];
}
