using CdcLake.MySql.Tables;

namespace CdcLake.Tests.MySql.Tables;

public sealed class ServerSettingsTests
{
    private static readonly Dictionary<string, string> Good = new()
    {
        ["log_bin"] = "ON", ["binlog_format"] = "ROW", ["binlog_row_image"] = "FULL", ["binlog_row_metadata"] = "FULL", ["gtid_mode"] = "ON",
        ["server_id"] = "1", ["innodb_native_foreign_keys"] = "OFF",
    };

    [Theory]
    [InlineData("8.0", false)]
    [InlineData("ON", false)]
    [InlineData("OFF", true)]
    public void Cascades_are_logged_only_with_the_new_foreign_keys(string value, bool expected)
    {
        var settings = new Dictionary<string, string>(Good) { ["innodb_native_foreign_keys"] = value };
        if (value == "8.0")
        {
            settings.Remove("innodb_native_foreign_keys");
        }

        Assert.Equal(expected, new ServerSettings(settings).LogsCascades);
    }

    [Theory]
    [InlineData("log_replica_updates", "OFF", false)]
    [InlineData("log_slave_updates", "OFF", false)]
    [InlineData("log_replica_updates", "ON", true)]
    public void Replicated_changes_are_logged_unless_turned_off_under_either_name(string name, string value, bool expected) =>
        Assert.Equal(expected, new ServerSettings(new Dictionary<string, string>(Good) { [name] = value }).LogsReplicatedChanges);

    [Theory]
    [InlineData("binlog.000009", 5000, false)]
    [InlineData("binlog.000010", 99, false)]
    [InlineData("binlog.000010", 100, true)]
    [InlineData("binlog.1000000", 4, true)]
    [InlineData(null, 0, false)]
    public void End_of_the_log_is_compared_by_the_files_number(string? file, long offset, bool expected) =>
        Assert.Equal(expected, new BinlogStatus("binlog.000010", 100, "", "").IsReachedBy(file, offset));
}
