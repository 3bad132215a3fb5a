using CdcLake.MySql.Binlog.Dialects;
using CdcLake.MySql.Checks;
using CdcLake.MySql.Tables;

namespace CdcLake.Tests.MySql.Checks;

public sealed class SettingChecksTests
{
    private static readonly Dictionary<string, string> Good = new()
    {
        ["log_bin"] = "ON", ["binlog_format"] = "ROW", ["binlog_row_image"] = "FULL", ["binlog_row_metadata"] = "FULL", ["gtid_mode"] = "ON", ["server_id"] = "1",
        ["sync_binlog"] = "1", ["innodb_flush_log_at_trx_commit"] = "1", ["binlog_checksum"] = "CRC32", ["binlog_error_action"] = "ABORT_SERVER", ["binlog_expire_logs_seconds"] = "2592000",
    };

    [Fact]
    public void Good_settings_have_no_findings()
    {
        Assert.Empty(Checks([]).Required());
        Assert.Empty(Checks([]).Advised());
        Assert.Empty(RetentionChecks.Of("db:3306", Settings([]), ManagedService.None));
    }

    [Fact]
    public void Every_problem_is_listed()
    {
        var values = new Dictionary<string, string>(Good) { ["binlog_format"] = "MIXED", ["binlog_row_image"] = "minimal", ["gtid_mode"] = "OFF", ["server_id"] = "0" };
        values.Remove("binlog_row_metadata");
        var settings = new ServerSettings(values);
        var findings = new SettingChecks("db:3306", "8.0.11", new MySqlDialect().Requirements, settings, ManagedService.None).Required().ToList();
        Assert.Equal(
            ["server.version", "setting.binlog_format", "setting.binlog_row_image", "setting.binlog_row_metadata", "setting.gtid_mode", "setting.server_id"], findings.Select(f => f.Code));
        Assert.All(findings, f => Assert.Equal((MySqlFindingSeverity.Error, "db:3306"), (f.Severity, f.Where)));
        Assert.Contains("SET PERSIST binlog_row_image=FULL;", findings[2].Fix, StringComparison.Ordinal);
        Assert.Contains("older than MySQL 8.0.1", findings[3].Fix, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("MINIMAL", true, true)]
    [InlineData("NOBLOB", true, false)] // of which MariaDB's log does not tell what was left out
    [InlineData("FULL_NODUP", true, true)]
    [InlineData("OTHER", false, false)]
    public void Rows_that_are_completed_need_not_be_whole(string image, bool isEnough, bool isEnoughOfMariaDb)
    {
        var settings = new ServerSettings(new Dictionary<string, string>(Good) { ["binlog_row_image"] = image });
        Assert.Equal(isEnough, !Findings(new MySqlDialect(), completes: true).Contains("setting.binlog_row_image"));
        Assert.Equal(isEnoughOfMariaDb, !Findings(new MariaDbDialect(), completes: true).Contains("setting.binlog_row_image"));
        Assert.Contains("setting.binlog_row_image", Findings(new MySqlDialect(), completes: false));

        List<string> Findings(IServerDialect dialect, bool completes) =>
            [.. new SettingChecks("db", "11.8.0", dialect.Requirements, settings, ManagedService.None) { CompletesRows = completes }.Required().Select(f => f.Code)];
    }

    [Fact]
    public void Without_a_log_nothing_else_matters() =>
        Assert.Equal("setting.log_bin", Assert.Single(new SettingChecks("db", "9.7.0", new MySqlDialect().Requirements, new ServerSettings([new("log_bin", "OFF")]), ManagedService.None).Required()).Code);

    [Fact]
    public void MariaDb_needs_no_gtid_mode_and_is_told_its_own_way()
    {
        var values = new Dictionary<string, string>(Good) { ["binlog_row_metadata"] = "NO_LOG", ["gtid_strict_mode"] = "OFF", ["mysql56_temporal_format"] = "OFF" };
        values.Remove("gtid_mode");
        var checks = new SettingChecks("db:3306", "10.4.30-MariaDB", new MariaDbDialect().Requirements, new ServerSettings(values), ManagedService.MariaDb);
        var required = checks.Required().ToList();
        Assert.Equal(["server.version", "setting.binlog_row_metadata"], required.Select(f => f.Code));
        Assert.Equal("the server is MariaDB 10.4.30-MariaDB, older than 10.5", required[0].What);
        Assert.Equal("Run: SET GLOBAL binlog_row_metadata=FULL; and put binlog_row_metadata=FULL into the server's configuration", required[1].Fix);
        Assert.Equal(["setting.gtid_strict_mode", "setting.mysql56_temporal_format"], checks.Advised().Select(f => f.Code));
    }

    [Theory]
    [InlineData("8.0.25-0ubuntu", true)]
    [InlineData("8.0.26", false)]
    [InlineData("8.0.40-google", false)]
    [InlineData("9.7.4-2+b1", false)]
    [InlineData("5.7.44-log", true)]
    public void Version_decides_with_its_first_numbers(string version, bool isOld) =>
        Assert.Equal(isOld, new SettingChecks("db", version, new MySqlDialect().Requirements, Settings([]), ManagedService.None).Required().Any(f => f.Code == "server.version"));

    [Theory]
    [InlineData("shop.abc.eu-west-1.rds.amazonaws.com", "8.0.40", "/rdsdbbin/mysql/", false, "Rds")]
    [InlineData("10.0.0.7", "8.0.40", "/rdsdbbin/mysql-8.0.40/", false, "Rds")]
    [InlineData("shop.cluster-abc.eu-west-1.rds.amazonaws.com", "8.0.39", "/rdsdbbin/oscar/", true, "Aurora")]
    [InlineData("10.0.0.7", "8.0.31-google", "/usr/", false, "CloudSql")]
    [InlineData("shop.mysql.database.azure.com", "8.0.40-azure", "/mysql/", false, "Azure")]
    [InlineData("db.example.org", "9.7.4", "/usr/", false, "None")]
    [InlineData("db.example.org", "11.8.9-MariaDB", "/usr/", false, "MariaDb")]
    [InlineData("shop.abc.eu-west-1.rds.amazonaws.com", "10.11.8-MariaDB-log", "/rdsdbbin/mariadb/", false, "Rds")]
    public void Managed_services_are_recognised(string host, string version, string folder, bool isAurora, string expected) =>
        Assert.Equal(expected, ManagedServices.Of(host, version, folder, isAurora).ToString());

    [Theory]
    [InlineData("Rds", "aws rds modify-db-parameter-group", "ParameterName=binlog_row_metadata,ParameterValue=FULL")]
    [InlineData("Aurora", "aws rds modify-db-cluster-parameter-group", "ParameterName=binlog_row_metadata,ParameterValue=FULL")]
    [InlineData("CloudSql", "gcloud sql instances patch", "--database-flags=binlog_row_metadata=full")]
    [InlineData("Azure", "az mysql flexible-server parameter set", "--name binlog_row_metadata --value FULL")]
    public void Managed_service_is_told_its_own_way_and_never_to_persist(string name, params string[] parts)
    {
        var service = Enum.Parse<ManagedService>(name);
        var settings = Settings([new("binlog_row_metadata", "MINIMAL"), new("gtid_mode", "OFF"), new("binlog_format", "MIXED"), new("binlog_error_action", "IGNORE_ERROR"), new("sync_binlog", "0")]);
        var checks = new SettingChecks("db", "8.0.40", new MySqlDialect().Requirements, settings, service);
        var findings = checks.Required().Concat(checks.Advised()).ToList();
        Assert.Equal(5, findings.Count);
        Assert.All(findings, f => Assert.DoesNotContain("PERSIST", f.Fix, StringComparison.Ordinal));
        var metadata = findings.Single(f => f.Code == "setting.binlog_row_metadata");
        Assert.All(parts, p => Assert.Contains(p, metadata.Fix, StringComparison.Ordinal));
        var off = Assert.Single(new SettingChecks("db", "8.0.40", new MySqlDialect().Requirements, new ServerSettings([new("log_bin", "OFF")]), service).Required());
        Assert.NotEqual(ManagedService.None.TurnLogOn(), off.Fix);
    }

    [Theory]
    [InlineData("None", "3600", "the log is kept for 1 hours only", "SET PERSIST binlog_expire_logs_seconds=604800")]
    [InlineData("None", "0", null, null)]
    [InlineData("Azure", "0", "the log is kept for 0 hours only", "--name binlog_expire_logs_seconds --value 604800")]
    [InlineData("CloudSql", "3600", "the log is kept for 1 hours only", "--retained-transaction-log-days=7")]
    [InlineData("Rds", "3600", null, null)]
    public void Retention_is_judged_by_what_the_setting_means_there(string service, string seconds, string? what, string? fix)
    {
        var findings = RetentionChecks.Of("db", Settings([new("binlog_expire_logs_seconds", seconds)]), Enum.Parse<ManagedService>(service)).ToList();
        Assert.Equal(what is null ? 0 : 1, findings.Count);
        Assert.All(findings, f => Assert.Equal(what, f.What));
        Assert.All(findings, f => Assert.Contains(fix!, f.Fix, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(null, "binlog retention hours is not set")]
    [InlineData("6", "the log is kept for 6 hours only")]
    [InlineData("168", null)]
    public void Amazon_keeps_logs_as_long_as_its_own_setting_says(string? hours, string? what)
    {
        var findings = RetentionChecks.OfAmazon("db", hours, ManagedService.Rds);
        Assert.Equal(what is null ? 0 : 1, findings.Count);
        Assert.All(findings, f => Assert.Contains(what!, f.What, StringComparison.Ordinal));
        Assert.All(findings, f => Assert.Contains("CALL mysql.rds_set_configuration('binlog retention hours', 168);", f.Fix, StringComparison.Ordinal));
    }

    private static SettingChecks Checks(KeyValuePair<string, string>[] changes) => new("db:3306", "9.7.4", new MySqlDialect().Requirements, Settings(changes), ManagedService.None);

    private static ServerSettings Settings(KeyValuePair<string, string>[] changes)
    {
        var values = new Dictionary<string, string>(Good);
        foreach (var (name, value) in changes)
        {
            values[name] = value;
        }

        return new ServerSettings(values);
    }
}
