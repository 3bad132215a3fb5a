using CdcLake.Connectors;
using CdcLake.MySql.Binlog;

namespace CdcLake.Tests.MySql.Binlog;

/// <summary>Dates that no calendar has become what the policy says, and by default nothing in silence.</summary>
public sealed class InvalidDatesTests
{
    private const long ZeroTime = 0;

    [Theory]
    [InlineData(true, "'2026-02-30'", "InvalidDates.Null")]
    [InlineData(false, "NOT NULL", "InvalidDates.Epoch")]
    public async Task Error_names_table_column_value_and_option(bool nullable, string value, string option)
    {
        var error = await Assert.ThrowsAsync<UnsupportedTypeException>(() => RunAsync(nullable, InvalidDates.Error, Date(2026, 2, 30)));
        Assert.Contains("db.t", error.Message, StringComparison.Ordinal);
        Assert.Contains("\"d\"", error.Message, StringComparison.Ordinal);
        Assert.Contains(value, error.Message, StringComparison.Ordinal);
        Assert.Contains(option, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Null_makes_them_null_where_the_column_allows_it()
    {
        Assert.Equal("0+1|NULL|NULL|NULL", await RunAsync(true, InvalidDates.Null, Date(0, 0, 0)));
        var error = await Assert.ThrowsAsync<UnsupportedTypeException>(() => RunAsync(false, InvalidDates.Null, Date(0, 0, 0)));
        Assert.DoesNotContain("InvalidDates.Null", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Epoch_makes_them_the_first_of_january_1970(bool nullable) =>
        Assert.Equal("0+1|1970-01-01|1970-01-01 00:00:00|1970-01-01 00:00:00.000", await RunAsync(nullable, InvalidDates.Epoch, Date(0, 0, 0)));

    [Theory]
    [InlineData(InvalidDates.Null, "0+2|NULL|NULL|NULL")]
    [InlineData(InvalidDates.Epoch, "0+2|NULL|NULL|NULL")]
    public async Task Nulls_stay_nulls_beside_them(InvalidDates policy, string expected) =>
        Assert.EndsWith(expected, await RunAsync(true, policy, Date(0, 0, 0), [2L, null, null, null]), StringComparison.Ordinal);

    [Fact]
    public async Task Text_keeps_them_as_MySQL_prints_them() => Assert.Equal(
        "0+1|2026-02-30|0000-00-00 00:00:00|0000-00-00 00:00:00.000\n0+2|NULL|NULL|NULL\n0+3|2026-02-28|2026-02-28 01:02:03|1970-01-01 00:00:09.500",
        await RunAsync(true, InvalidDates.Text, Date(2026, 2, 30), [2L, null, null, null], [3L, Date(2026, 2, 28), (((2026L * 13) + 2) << 22) | (28 << 17) | (1 << 12) | (2 << 6) | 3, (9L << 16) | 5000]));

    [Fact]
    public async Task Columns_and_tables_have_a_word_of_their_own()
    {
        var options = new MySqlSourceOptions { InvalidDatesOf = { ["DB.t"] = InvalidDates.Epoch, ["db.T.D"] = InvalidDates.Null, ["db.other.x"] = InvalidDates.Null } };
        Assert.Equal("0+1|NULL|1970-01-01 00:00:00|1970-01-01 00:00:00.000", await RunAsync(true, options, Date(0, 0, 0)));
    }

    [Theory]
    [InlineData("db.t.dd", "It has: d")]
    [InlineData("db.t.id", "It has: d")]
    public async Task Name_of_no_date_column_is_refused(string name, string hint)
    {
        var error = await Assert.ThrowsAsync<SchemaMismatchException>(() => RunAsync(true, new MySqlSourceOptions { InvalidDatesOf = { [name] = InvalidDates.Null } }, 0));
        Assert.Contains($"column \"{name[5..]}\" of db.t", error.Message, StringComparison.Ordinal);
        Assert.Contains(hint, error.Message, StringComparison.Ordinal);
    }

    private static int Date(int year, int month, int day) => (year << 9) | (month << 5) | day;

    private static Task<string> RunAsync(bool nullable, InvalidDates policy, int date, params object?[][] more) => RunAsync(nullable, new MySqlSourceOptions { InvalidDates = policy }, date, more);

    private static async Task<string> RunAsync(bool nullable, MySqlSourceOptions options, int date, params object?[][] more)
    {
        var table = new BinlogTable(
            "db",
            "t",
            [0],
            BinlogColumn.BigInt("id"),
            BinlogColumn.Date("d") with { Nullable = nullable, Encode = (s, v) => BinlogNumbers.Write(s, (UInt128)(int)v, 3) },
            BinlogColumn.DateTime("dt", 0) with { Nullable = nullable, Encode = (s, v) => BinlogNumbers.WriteBigEndian(s, (ulong)(long)v + 0x80_0000_0000, 5) },
            BinlogColumn.Timestamp("ts", 3) with { Nullable = nullable, Encode = (s, v) => BinlogNumbers.WriteBigEndian(s, (ulong)(long)v, 6) });
        var log = new BinlogBuilder();
        log.Transaction(t => t.Insert(table, [[1L, date, ZeroTime, ZeroTime], .. more]));
        var captures = await EventFeed.CapturesAsync(log.ToArray(), options, "db.t");
        using var processor = new BinlogEventProcessor(new BinlogProcessorOptions { Tables = captures, Dates = options.Dates });
        var output = new CollectingOutput();
        processor.BeginFile("binlog.000001");
        await EventFeed.FeedAsync(processor, EventFeed.Events(log.ToArray()), output);
        await processor.FlushAsync(output, idle: true, default);
        return string.Join('\n', output.WholeRows);
    }
}
