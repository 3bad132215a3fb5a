namespace CdcLake.Tests.MySql;

/// <summary>What an application may hand over wrongly, before any server is asked: each is an <see cref="ArgumentException"/> that says what is wrong and what is right, and tells no secret.</summary>
public sealed class WrongInputTests
{
    private const string Secret = "geheim";

    // The string, and what has to be said of it.
    private static readonly (string Text, string[] Parts)[] ConnectionStrings =
    [
        ("Pasword=geheim", ["of the connection string is unknown", "Did you mean \"Password\"?"]),
        ("Serve=x", ["of the connection string is unknown", "Did you mean \"Server\"?"]),
        ("SSL Mod=None", ["of the connection string is unknown", "Did you mean \"SSL Mode\"?"]),
        ("Conection Timeout=5", ["of the connection string is unknown", "Did you mean \"Connection Timeout\"?"]),
        ("Port=0", ["Port must be a number from 1 to 65535"]),
        ("Port=70000", ["Port must be a number from 1 to 65535"]),
        ("Port=geheimport", ["Port", "has a value that it does not take"]),
        ("SslMode=Maybe", ["SSL Mode", "has a value that it does not take"]),
        ("AllowPublicKeyRetrieval=perhaps", ["has a value that it does not take"]),
        ("Certificate Store Location=LocalMachine", ["Certificate Store Location is not supported for the log", "Use SSL Cert and SSL Key, or Certificate File"]),
        ("Connection Protocol=NamedPipe", ["Connection Protocol must be Sockets or Unix"]),
        ("TLS Version=TLS 1.0", ["TLS Version must list TLS 1.2 and/or TLS 1.3", "older versions are not safe"]),
        ("Connection Timeout=-1", ["Connection Timeout"]),
        ("Server=,", ["The connection string has an empty Server"]),
        ("garbage", ["The connection string is malformed", "Write Keyword=Value pairs separated by ';'"]),
        ("User ID='open", ["The connection string is malformed", "quote values that contain ';' or '='"]),
    ];

    private static readonly (string Name, Action<MySqlSourceOptions> Do, string[] Parts)[] Options =
    [
        ("ServerId=0", o => o.ServerId = 0, ["ServerId", "A replica id is a number from 1 up"]),
        ("SnapshotWorkers=0", o => o.SnapshotWorkers = 0, ["SnapshotWorkers", "'1'"]),
        ("SnapshotWorkers=65", o => o.SnapshotWorkers = 65, ["SnapshotWorkers", "'64'"]),
        ("SnapshotRowsPerSecond=0", o => o.SnapshotRowsPerSecond = 0, ["SnapshotRowsPerSecond", "A rate is above zero; null for no limit"]),
        ("SnapshotRowsPerSecond=NaN", o => o.SnapshotRowsPerSecond = double.NaN, ["SnapshotRowsPerSecond", "A rate is above zero"]),
        ("SnapshotPatience<0", o => o.SnapshotPatience = TimeSpan.FromSeconds(-1), ["SnapshotPatience", "00:00:00"]),
        ("ReplicaPatience<0", o => o.ReplicaPatience = TimeSpan.FromSeconds(-1), ["ReplicaPatience", "00:00:00"]),
        ("RetentionWarning<0", o => o.RetentionWarning = TimeSpan.FromSeconds(-1), ["RetentionWarning", "00:00:00"]),
        ("RetentionInterval=0", o => o.RetentionInterval = TimeSpan.Zero, ["RetentionInterval", "00:00:00"]),
        ("Heartbeat=0", o => o.Heartbeat = TimeSpan.Zero, ["Heartbeat", "00:00:00"]),
        ("Heartbeat=1 day", o => o.Heartbeat = TimeSpan.FromDays(1), ["Heartbeat", "01:00:00"]),
        ("ReadTimeout=0", o => o.ReadTimeout = TimeSpan.Zero, ["ReadTimeout", "00:00:00"]),
        ("FirstRetryDelay=0", o => o.FirstRetryDelay = TimeSpan.Zero, ["FirstRetryDelay", "00:00:00"]),
        ("MaxRetryDelay<First", o => o.MaxRetryDelay = TimeSpan.FromMilliseconds(1), ["MaxRetryDelay"]),
        ("InvalidDates=9", o => o.InvalidDates = (InvalidDates)9, ["InvalidDates", "Not a value of this option"]),
        ("InvalidDatesOf without database", o => o.InvalidDatesOf["posts"] = InvalidDates.Null, ["\"posts\" = Null", "write database.table or database.table.column"]),
        ("InvalidDatesOf=9", o => o.InvalidDatesOf["shop.posts"] = (InvalidDates)9, ["\"shop.posts\" = 9", "a value of InvalidDates"]),
        ("SchemaChanges=9", o => o.SchemaChanges = (SchemaChanges)9, ["SchemaChanges", "Not a value of this option"]),
        ("StatementTables without database", o => o.StatementTables.Add("heartbeat"), ["\"heartbeat\" is not a qualified table name", "write percona.heartbeat"]),
        ("StartAt=null", o => o.StartAt = null!, ["StartAt"]),
        ("start at words", o => o.StartAt = MySqlStart.AfterGtids("binlog.000001"), ["binlog.000001", "GTID"]),
        ("start at no file", o => o.StartAt = MySqlStart.AtPosition("", 4), ["file"]),
        ("start in the magic", o => o.StartAt = MySqlStart.AtPosition("binlog.000001", 3), ["position", "'4'"]),
        ("completed rows from the middle of the log", o => (o.CompletePartialRows, o.StartAt) = (true, MySqlStart.Latest), ["CompletePartialRows", "a pipeline has to begin with a snapshot"]),
        ("pace of a server", o => o.Pace = MySqlPace.AsRecorded, ["Pace", "a server sends its log when it is written", "Leave it out"]),
    ];

    private static readonly string[] TableNames = ["sales", "appdb.", "a.b.c", "`a.b.c"];

    public static TheoryData<int> ConnectionStringRows => [.. Enumerable.Range(0, ConnectionStrings.Length)];

    public static TheoryData<string> OptionNames => [.. Options.Select(o => o.Name)];

    public static TheoryData<string> WrongTableNames => [.. TableNames];

    [Theory]
    [MemberData(nameof(ConnectionStringRows))]
    public void Wrong_connection_string_says_which_keyword_and_what_it_takes(int row) => Refuses(() => new MySqlSource($"Password={Secret};{ConnectionStrings[row].Text}"), ConnectionStrings[row].Parts);

    [Theory]
    [MemberData(nameof(OptionNames))]
    public void Wrong_option_is_named_with_what_it_takes_when_the_source_is_made(string name)
    {
        var option = Options.Single(o => o.Name == name);
        Refuses(() => new MySqlSource($"Server=db;Password={Secret}", option.Do), option.Parts);
    }

    [Theory]
    [MemberData(nameof(WrongTableNames))]
    public void Table_name_without_database_or_with_loose_dots_shows_how_to_write_it(string name) =>
        Refuses(() => new MySqlSource("Server=db").Table(name), [$"\"{name}\" is not a qualified table name", "appdb.sales", "`my.db`.`my.table`"]);

    private static void Refuses(Func<object> make, string[] parts)
    {
        var error = Assert.ThrowsAny<ArgumentException>(make);
        Assert.All(parts, part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
        Assert.DoesNotContain(Secret, error.ToString(), StringComparison.Ordinal);
    }
}
