using System.Globalization;
using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.MySql;
using CdcLake.MySql.Tables;

namespace CdcLake.Tests.MySql.Binlog;

public sealed class RecordedLogTests
{
    [Fact]
    public async Task Every_type_has_the_text_that_MySQL_prints()
    {
        var output = await FixtureLog.ReplayAsync("types", "fx.types");
        await using var source = new BinlogFileSource([FixtureLog.Path("types.000001")]);
        var table = (await source.DescribeAsync(["fx.types"], default))[0];
        var types = table.Schema.Fields.Select(f => f.Type).ToArray();
        Assert.Empty(table.Unsupported);
        var actual = FixtureLog.Sum(output.WholeRows, 0).OrderBy(r => int.Parse(r.Split('|')[0], CultureInfo.InvariantCulture)).ToArray();
        var expected = (await File.ReadAllTextAsync(FixtureLog.Path("types.tsv"))).TrimEnd('\n').Split('\n');
        Assert.Equal(expected.Length, actual.Length);
        for (var row = 0; row < expected.Length; row++)
        {
            var (left, right) = (expected[row].Split('\t'), actual[row].Split('|'));
            Assert.Equal(types.Length, right.Length);
            for (var i = 0; i < types.Length; i++)
            {
                Assert.True(Same(types[i], left[i], right[i]), $"row {row}, {types[i]} column {i}: MySQL prints \"{left[i]}\", decoded \"{right[i]}\"");
            }
        }
    }

    [Fact]
    public async Task Columns_from_the_log_equal_those_from_information_schema()
    {
        await using var source = new BinlogFileSource([FixtureLog.Path("types.000001")]);
        var logged = (await source.DescribeAsync(["fx.types"], default))[0];
        var lines = (await File.ReadAllTextAsync(FixtureLog.Path("types.columns.tsv"))).TrimEnd('\n').Split('\n').Select(l => l.Split('\t'));
        var columns = lines.Select(l => MySqlColumnTypeText.Parse(l[0], l[1], l[2] == "NULL" ? null : l[2], l[3] == "YES", l[4] == "PRI" ? 1 : 0)).ToList();
        var described = MySqlColumnDescription.Describe("fx.types", columns);
        Assert.Equal(described.Schema.ToString(), logged.Schema.ToString());
        Assert.Equal(described.NativeTypes, logged.NativeTypes);
        Assert.Equal(described.PrimaryKey, logged.PrimaryKey);
        Assert.Equal(described.Unsupported.OrderBy(u => u.Key), logged.Unsupported.OrderBy(u => u.Key));
    }

    [Fact]
    public async Task All_kinds_of_transactions_end_in_the_tables_that_MySQL_has()
    {
        var output = await FixtureLog.ReplayAsync("events", "fx.t", "fx.my", "fx.nokey", "fx.child", "fx.ctas");
        Assert.Equal(["1|NULL", "20|with query", "3|three", "7|seven", "8|eight", "9|dup"], FixtureLog.Sum(output.WholeRows, 0).Order(StringComparer.Ordinal));
        Assert.Equal(["1", "3"], FixtureLog.Sum(output.WholeRows, 1));
        Assert.Equal(["9|upd"], FixtureLog.Sum(output.WholeRows, 2));
        Assert.Equal(["3|2"], FixtureLog.Sum(output.WholeRows, 3));
        Assert.Equal(["1", "2", "3", "7", "8", "9"], FixtureLog.Sum(output.WholeRows, 4));
        Assert.Matches("^[0-9a-f-]{36}:1-[0-9]+:tagged:1$", output.Epochs[^1].Epoch.Position.ToString());
    }

    [Theory]
    [InlineData("mariadb_10_5")]
    [InlineData("mariadb_11_8")]
    public async Task Log_of_MariaDB_ends_in_the_tables_that_it_has(string log)
    {
        var output = await FixtureLog.ReplayAsync(log, "fx.t", "fx.nokey");
        var rows = await File.ReadAllLinesAsync(FixtureLog.Path("mariadb.tsv"));
        Assert.Equal(rows.Order(StringComparer.Ordinal), FixtureLog.Sum(output.WholeRows, 0).Order(StringComparer.Ordinal));
        Assert.Equal(["1|x", "1|y", "NULL|NULL"], FixtureLog.Sum(output.WholeRows, 1).Order(StringComparer.Ordinal));
        Assert.Matches("^0-2001-[0-9]+,7-2001-1$", output.Epochs[^1].Epoch.Position.ToString());
    }

    [Fact]
    public async Task Dates_that_no_calendar_has_become_what_the_policy_says()
    {
        var output = await Replay.RunAsync([FixtureLog.Path("dates.000001")], ["fx.dates"], invalidDates: InvalidDates.Null);
        Assert.Equal(
            ["1|NULL|NULL|NULL", "2|NULL|NULL|NULL", "3|2026-02-28|2024-02-29 01:02:03.45|2026-01-01 00:00:00.125", "4|NULL|NULL|NULL", "5|NULL|NULL|NULL"],
            FixtureLog.Sum(output.WholeRows, 0));
        var strict = new CollectingOutput();
        var error = await Assert.ThrowsAsync<UnsupportedTypeException>(
            () => Replay.RunAsync([FixtureLog.Path("dates.000001")], ["fx.strict"], output: strict, invalidDates: InvalidDates.Null));
        Assert.Contains("Table fx.strict: column \"d\" (date NOT NULL) holds '2026-02-00'", error.Message, StringComparison.Ordinal);
        Assert.Equal(["0+1|2026-01-01"], strict.WholeRows);
        error = await Assert.ThrowsAsync<UnsupportedTypeException>(() => Replay.RunAsync([FixtureLog.Path("dates.000001")], ["fx.dates"]));
        Assert.Contains("Table fx.dates: column \"d\" (date) holds '0000-00-00'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("compression")]
    [InlineData("xa_prepare")]
    public async Task Transactions_that_are_compressed_or_prepared_give_their_rows(string log)
    {
        var output = await FixtureLog.ReplayAsync(log, "fx.t");
        Assert.Equal(["1|x", "2|y"], FixtureLog.Sum(output.WholeRows, 0));
    }

    [Fact]
    public async Task Partial_updates_of_documents_give_whole_rows()
    {
        var output = await FixtureLog.ReplayAsync("partial_json", "fx.t");
        Assert.Equal(["1|{\"a\": \"xxxxxxxxxxxxxxxxxxxxxxxxxxxx\", \"b\": 2}"], FixtureLog.Sum(output.WholeRows, 0));
    }

    [Theory]
    [InlineData("minimal_metadata", "SET GLOBAL binlog_row_metadata=FULL", 0)]
    [InlineData("minimal_image", "SET GLOBAL binlog_row_image=FULL", 1)]
    [InlineData("statement", "SET GLOBAL binlog_format=ROW", 1)]
    [InlineData("anonymous", "SET GLOBAL gtid_mode=ON", 0)]
    public async Task Setting_that_hides_changes_stops_with_the_statement_that_repairs_it(string log, string statement, int rowsBefore)
    {
        var output = new CollectingOutput();
        var error = await Assert.ThrowsAsync<BinlogUnavailableException>(() => Replay.RunAsync([FixtureLog.Path(log + ".000001")], ["fx.t"], output: output));
        Assert.Contains(statement, error.Message, StringComparison.Ordinal);
        Assert.Equal(rowsBefore, output.WholeRows.Count());
    }

    [Fact]
    public async Task Alter_before_the_first_row_is_harmless_and_after_it_an_error()
    {
        var output = new CollectingOutput();
        var error = await Assert.ThrowsAsync<SchemaMismatchException>(() => Replay.RunAsync([FixtureLog.Path("ddl.000001")], ["fx.t"], output: output));
        Assert.Contains("captured table fx.t", error.Message, StringComparison.Ordinal);
        Assert.Equal(["0+1|x|2"], output.WholeRows);
    }

    [Fact]
    public async Task Statements_on_other_tables_and_repeated_create_are_harmless()
    {
        var output = await FixtureLog.ReplayAsync("ignored", "fx.t");
        Assert.Equal(["1|x", "2|y"], FixtureLog.Sum(output.WholeRows, 0));
    }

    [Fact]
    public async Task Only_wanted_columns_are_decoded_whatever_the_others_hold()
    {
        await using var source = new BinlogFileSource([FixtureLog.Path("types.000001")]);
        var table = (await source.DescribeAsync(["fx.types"], default))[0];
        var output = new CollectingOutput();
        var wanted = new[] { "id", "v64", "after_all" }.Select(table.Schema.IndexOf).ToList();
        await source.RunAsync(new SourceStart([TableCapture.Of(table, wanted)], null, [], EpochLimits.Default), output, default);
        Assert.Contains("0+3||", output.WholeRows);
        Assert.Contains("0+13|" + new string('w', 30) + "|end", output.WholeRows);
        output = new CollectingOutput();
        await source.RunAsync(new SourceStart([TableCapture.Of(table, [])], null, [], EpochLimits.Default), output, default);
        Assert.Equal(14, output.WholeRows.Count());
    }

    private static bool Same(DataType type, string mysql, string decoded) =>
        type.Kind is TypeKind.Float32 or TypeKind.Float64 && mysql != "NULL"
            ? double.Parse(mysql, CultureInfo.InvariantCulture).Equals(type.Kind == TypeKind.Float32
                ? float.Parse(decoded, CultureInfo.InvariantCulture)
                : double.Parse(decoded, CultureInfo.InvariantCulture))
            : mysql == decoded;
}
