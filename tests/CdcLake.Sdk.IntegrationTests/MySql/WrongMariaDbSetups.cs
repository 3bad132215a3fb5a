using static CdcLake.MySqlFindingSeverity;

namespace CdcLake.IntegrationTests.MySql;

/// <summary>The table of wrong set-ups of a MariaDB server, each of which can be made by statements.</summary>
internal static class WrongMariaDbSetups
{
    private const string ToSource = "CHANGE MASTER TO MASTER_HOST='nowhere.invalid', MASTER_USER='x', MASTER_USE_GTID=slave_pos";

    public static readonly WrongSetup[] All =
    [
        WrongSetup.Variable("binlog_format", "MIXED", "ROW", Error, "binlog_format is MIXED but must be ROW", "statements cannot be replayed", Set("binlog_format", "ROW")),
        WrongSetup.Variable("binlog_format", "STATEMENT", "ROW", Error, "binlog_format is STATEMENT but must be ROW", "statements cannot be replayed", Set("binlog_format", "ROW")),
        WrongSetup.Variable("binlog_row_image", "MINIMAL", "FULL", Error, "binlog_row_image is MINIMAL but must be FULL", "must carry whole rows", Set("binlog_row_image", "FULL")),
        WrongSetup.Variable("binlog_row_image", "NOBLOB", "FULL", Error, "binlog_row_image is NOBLOB but must be FULL", "must carry whole rows", Set("binlog_row_image", "FULL")),
        WrongSetup.Variable("binlog_row_image", "FULL_NODUP", "FULL", Error, "binlog_row_image is FULL_NODUP but must be FULL", "must carry whole rows", Set("binlog_row_image", "FULL")),
        WrongSetup.Variable("binlog_row_metadata", "MINIMAL", "FULL", Error, "binlog_row_metadata is MINIMAL but must be FULL", "column names and signs", Set("binlog_row_metadata", "FULL")),
        WrongSetup.Variable("binlog_row_metadata", "NO_LOG", "FULL", Error, "binlog_row_metadata is NO_LOG but must be FULL", "column names and signs", Set("binlog_row_metadata", "FULL")),
        WrongSetup.Variable("sync_binlog", "0", "1", Warning, "sync_binlog is 0", "after a power failure", Set("sync_binlog", "1")),
        WrongSetup.Variable("innodb_flush_log_at_trx_commit", "2", "1", Warning, "innodb_flush_log_at_trx_commit is 2", "after a power failure", Set("innodb_flush_log_at_trx_commit", "1")),
        WrongSetup.Variable("binlog_checksum", "NONE", "CRC32", Warning, "binlog_checksum is NONE", "damage of the log is not noticed", Set("binlog_checksum", "CRC32")),
        WrongSetup.Variable("gtid_strict_mode", "OFF", "ON", Warning, "gtid_strict_mode is OFF", "the same numbers", Set("gtid_strict_mode", "ON")),
        WrongSetup.Variable("mysql56_temporal_format", "OFF", "ON", Warning, "mysql56_temporal_format is OFF", "cannot be captured", Set("mysql56_temporal_format", "ON")),
        new("log_bin_compress=ON", "setting.binlog_transaction_compression", Information)
        {
            Arrange = ["SET GLOBAL log_bin_compress=ON"], Restore = ["SET GLOBAL log_bin_compress=OFF"], What = "logged compressed", Why = "half the speed",
        },
        WrongSetup.Variable("time_zone", "'+02:00'", "SYSTEM", Information, "time zone is +02:00", "TIMESTAMP is captured in UTC", null),
        new("binlog_expire_logs_seconds=3600", "retention.short", Warning)
        {
            Arrange = ["SET GLOBAL binlog_expire_logs_seconds=3600"], Restore = ["SET GLOBAL binlog_expire_logs_seconds=0"],
            What = "kept for 1 hours only", Why = "needs a new snapshot", Fix = Set("expire_logs_days", "7"),
        },
        new("sessions are never visible", "session.unknown", Information) { What = "MariaDB does not show it", Why = "what is not logged is never captured" },
        .. new[] { ("REPLICATION SLAVE", "grant.replication-slave"), ("BINLOG MONITOR", "grant.binlog-monitor"), ("SLAVE MONITOR", "grant.slave-monitor") }.Select(g =>
            new WrongSetup($"without {g.Item1}", g.Item2, Error)
            {
                Arrange = [$"REVOKE {g.Item1} ON *.* FROM {{account}}"], What = $"lacks {g.Item1}", Why = "reading the log", Fix = $"GRANT {g.Item1} ON *.* TO {{account}};",
            }),
        new("without all grants", "grant.replication-slave+binlog-monitor+slave-monitor", Error)
        {
            Arrange = ["REVOKE REPLICATION SLAVE, BINLOG MONITOR, SLAVE MONITOR ON *.* FROM {account}"], What = "lacks REPLICATION SLAVE and BINLOG MONITOR and SLAVE MONITOR", Why = "reading the log",
            Fix = "GRANT REPLICATION SLAVE, BINLOG MONITOR, SLAVE MONITOR ON *.* TO {account};",
        },
        new("without SELECT", "grant.select", Error)
        {
            Arrange = ["CREATE TABLE other (id INT)", "GRANT SELECT ON `{db}`.other TO {account}", "REVOKE SELECT ON `{db}`.* FROM {account}"], What = "GRANT SELECT ON `{db}`.`t` TO {account};", Why = "cannot be described",
        },
        new("table of another name", "table.missing", Error) { Table = "{db}.tt", What = "has no table {db}.tt. Similar: {db}.t", Why = "cannot be described" },
        new("view", "table.missing", Error) { Arrange = ["CREATE VIEW v AS SELECT * FROM t"], Table = "{db}.v", What = "is a view", Why = "cannot be described" },
        new("sequence", "table.missing", Error) { Arrange = ["CREATE SEQUENCE s"], Table = "{db}.s", What = "is a sequence", Why = "cannot be described" },
        new("system-versioned", "column.type", Error) { Arrange = ["CREATE TABLE w (id INT PRIMARY KEY) WITH SYSTEM VERSIONING"], Table = "{db}.w", What = "{db}.w is system-versioned", Why = "cannot be described" },
        new("old times", "column.type", Warning)
        {
            Arrange = ["SET GLOBAL mysql56_temporal_format=OFF", "CREATE TABLE w (id INT PRIMARY KEY, d DATETIME(3))", "SET GLOBAL mysql56_temporal_format=ON"],
            Table = "{db}.w", What = "{db}.w.d is datetime(3)", Why = "ends at its start", Fix = "Leave the column out",
        },
        .. new[] { "MyISAM", "MEMORY", "Aria" }.Select(engine => new WrongSetup(engine, "table.engine", Error)
        {
            Arrange = [$"CREATE TABLE w (id INT PRIMARY KEY) ENGINE={engine}"], Table = "{db}.w", What = $"uses engine {engine}", Why = "no exact snapshot", Fix = "ALTER TABLE `{db}`.`w` ENGINE=InnoDB;",
        }),
        new("no key", "table.no-key", Warning) { Arrange = ["CREATE TABLE w (id INT)"], Table = "{db}.w", What = "has no primary key", Why = "cannot be told apart", Fix = "ALTER TABLE `{db}`.`w` ADD COLUMN id" },
        new("zero dates", "column.zero-dates", Warning)
        {
            Arrange = ["SET SESSION sql_mode=''", "CREATE TABLE w (id INT PRIMARY KEY, a DATETIME NOT NULL DEFAULT '0000-00-00 00:00:00', b DATE NOT NULL DEFAULT '0000-00-00')"],
            Table = "{db}.w", What = "by default, in a, b", Why = "the first such row ends the pipeline", Fix = "o.InvalidDatesOf[\"{db}.w\"] = InvalidDates.Null;",
        },
        new("computed column", "column.type", Warning)
        {
            Arrange = ["CREATE TABLE w (id INT PRIMARY KEY, c INT AS (id + 1) PERSISTENT)"], Table = "{db}.w",
            What = "{db}.w.c is int, which cannot be captured: it is computed, and the server does not log computed columns", Why = "ends at its start", Fix = "Leave the column out",
        },
        new("foreign key", "table.cascade", Information)
        {
            Arrange = ["CREATE TABLE w (id INT PRIMARY KEY, p INT, FOREIGN KEY (p) REFERENCES t (id) ON DELETE CASCADE)"], Table = "{db}.w", What = "ON DELETE CASCADE, which the server does not log", Why = "from a copy of the rows",
        },
        new("triggers", "table.triggers", Information)
        {
            Arrange = ["CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET NEW.id = NEW.id", "GRANT TRIGGER ON `{db}`.* TO {account}"], What = "has triggers: g", Why = "captured like any other change",
        },
        new("table of the server", "table.system", Error) { Table = "mysql.user", What = "a table of the server itself", Why = "not logged as rows", Fix = "tables of applications" },
        new("stopped replica", "replica.stopped", Warning) { Arrange = [ToSource], Restore = ["RESET SLAVE ALL"], What = "a replica that is stopped", Why = "gets no changes", Fix = "START REPLICA;" },
        new("replica that leaves the table out", "replica.filter", Error)
        {
            Arrange = ["SET GLOBAL replicate_ignore_table='{db}.t'", ToSource], Restore = ["SET GLOBAL replicate_ignore_table=''", "RESET SLAVE ALL"],
            What = "filters leave out {db}.t", Why = "missing", Fix = "replicate_ignore_table and the like with SET GLOBAL",
        },
    ];

    private static string Set(string name, string value) => $"Run: SET GLOBAL {name}={value}; and put {name}={value} into the server's configuration";
}
