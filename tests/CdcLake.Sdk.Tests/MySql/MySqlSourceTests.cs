using MySqlConnector;

namespace CdcLake.Tests.MySql;

public sealed class MySqlSourceTests
{
    public static TheoryData<Action<MySqlSourceOptions>> BadOptions => new()
    {
        o => o.ServerId = 0,
        o => o.SnapshotWorkers = 0,
        o => o.SnapshotWorkers = 65,
        o => o.SnapshotRowsPerSecond = 0,
        o => o.SnapshotRowsPerSecond = double.NaN,
        o => o.SnapshotPatience = TimeSpan.FromSeconds(-1),
        o => o.ReplicaPatience = TimeSpan.FromSeconds(-1),
        o => o.Heartbeat = TimeSpan.Zero,
        o => o.ReadTimeout = TimeSpan.Zero,
        o => o.FirstRetryDelay = TimeSpan.Zero,
        o => o.MaxRetryDelay = TimeSpan.FromMilliseconds(1),
        o => o.InvalidDates = (InvalidDates)9,
        o => o.InvalidDatesOf["posts"] = InvalidDates.Null,
        o => o.InvalidDatesOf["shop.posts"] = (InvalidDates)9,
        o => o.StatementTables.Add("heartbeat"),
        o => o.StartAt = null!,
        o => o.StartAt = MySqlStart.AfterGtids("binlog.000001"),
        o => o.StartAt = MySqlStart.AtPosition("", 4),
        o => o.StartAt = MySqlStart.AtPosition("binlog.000001", 3),
    };

    [Theory]
    [MemberData(nameof(BadOptions))]
    public void Options_are_checked_when_the_source_is_made(Action<MySqlSourceOptions> configure) =>
        Assert.ThrowsAny<ArgumentException>(() => new MySqlSource("Server=db", configure));

    [Fact]
    public void Start_in_the_log_is_refused_for_files()
    {
        var error = Assert.Throws<ArgumentException>(() => MySqlSource.FromFiles(["binlog.000001"], o => o.StartAt = MySqlStart.AtPosition("binlog.000001", 157)));
        Assert.Contains("StartAt = binlog.000001:157", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Data_source_of_the_application_names_the_server()
    {
        using var dataSource = new MySqlDataSource("Server=db;Port=3307;User ID=cdc;Password=geheim");
        Assert.Equal("db:3307", new MySqlSource(dataSource).ToString());
    }

    [Theory]
    [InlineData("appdb.sales", "appdb.sales")]
    [InlineData("`appdb`.sales", "appdb.sales")]
    [InlineData("`a.b`.`c.d`", "`a.b`.`c.d`")]
    [InlineData("appdb.`odd``name`", "appdb.`odd``name`")]
    public void Table_names_have_one_spelling(string text, string expected) => Assert.Equal(expected, new MySqlSource("Server=db").Table(text).Name);

    [Theory]
    [InlineData("sales")]
    [InlineData("appdb.")]
    [InlineData("a.b.c")]
    [InlineData("`a.b.c")]
    public void Table_names_without_database_or_with_loose_dots_are_refused(string text) =>
        Assert.Contains("appdb.sales", Assert.Throws<ArgumentException>(() => new MySqlSource("Server=db").Table(text)).Message, StringComparison.Ordinal);
}
