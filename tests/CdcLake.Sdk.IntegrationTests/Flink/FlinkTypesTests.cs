using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using CdcLake.IntegrationTests.Fixtures;
using CdcLake.IntegrationTests.Pipelines;
using Xunit.Abstractions;

namespace CdcLake.IntegrationTests.Flink;

/// <summary>
/// A table with every MySQL type that Flink reads, from its existing rows on, copied by a script: each value, the edges of its type among them, is the one that MySQL has, but for what the script warns of: spaces
/// in JSON, the digits of FLOAT, the sign of times just below 0, and the year 0.
/// </summary>
[Collection(FlinkCluster.Collection)]
public sealed class FlinkTypesTests(FlinkCluster cluster, ITestOutputHelper output)
{
    private const int Rows = 60;

    /// <summary>Those that the translation refuses by name.</summary>
    private static readonly string[] Refused = ["b33", "b64", "g", "ve"];

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private static string Kept => string.Join(", ", EveryTypeTable.Names.Except(Refused));

    [FlinkFact]
    public async Task Every_value_of_every_type_comes_as_MySQL_has_it()
    {
        var random = Pipelines.Seed.Next(output);
        using var gateway = await cluster.GatewayAsync();
        await using var database = await MySqlDatabase.CreateAsync(TestServers.Get(TestServers.MySql), "flink_types");
        using var folder = new TemporaryFolder();
        var lake = ComparedLake.Folder(folder["warehouse"]);
        await database.ExecuteAsync(EveryTypeTable.Create, "CREATE TABLE copied LIKE t", $"ALTER TABLE copied {string.Join(", ", Refused.Select(c => $"DROP COLUMN {c}"))}");
        await InsertAsync(database, random, 0);
        await using var pipeline = Pipeline.FromMySqlBinlog(new MySqlSource(FlinkCluster.MySql).Table($"{database.Name}.copied")).ToIceberg(lake.Table("types"))
            .Build($"flink-types-{Environment.ProcessId}", o => o.CheckpointFolder = folder["checkpoints"]);
        var job = await gateway.SubmitAsync(await pipeline.ToFlinkSqlAsync(o => o.CheckpointInterval = TimeSpan.FromSeconds(1)));
        await job.WaitForStateAsync(FlinkJobState.Running);
        await InsertAsync(database, random, Rows / 2);
        for (var i = 0; i < Rows / 4; i++)
        {
            var code = EveryTypeTable.Code(random.Next(Rows));
            await database.ExecuteAsync(i % 4 == 0 ? $"DELETE FROM t WHERE code = '{code}'" : $"UPDATE t SET {EveryTypeTable.Assign(random)} WHERE code = '{code}'", $"DELETE FROM copied WHERE code = '{code}'", Copy(code));
        }

        var expected = (await database.Connection.QueryAsync(EveryTypeTable.Query, default)).Rows.Select(r => Line([.. r.Select((v, i) => Refused.Contains(EveryTypeTable.Names[i]) ? null : v)])).OrderBy(Key, StringComparer.Ordinal).ToList();
        var clock = Stopwatch.StartNew();
        string? difference;
        do
        {
            Assert.True(await job.GetStateAsync() != FlinkJobState.Failed, string.Join('\n', await job.GetExceptionsAsync()));
            var (exit, text, error) = await IcebergJava.RunAsync(["rows", .. lake.ForJava("types")]);
            var rows = exit != 0 ? [error] : text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => Line(EveryTypeTable.Values(JsonDocument.Parse(l).RootElement, Refused))).OrderBy(Key, StringComparer.Ordinal).ToList();
            difference = Difference(expected, rows);
        }
        while (difference is not null && clock.Elapsed < Patience);

        Assert.True(difference is null, $"{difference}\n{string.Join('\n', await job.GetExceptionsAsync())}");
        await job.CancelAsync();
    }

    private static async Task InsertAsync(MySqlDatabase database, Random random, int first)
    {
        for (var i = first; i < first + (Rows / 2); i++)
        {
            await database.ExecuteAsync(EveryTypeTable.Insert(random, i % 3, i), Copy(EveryTypeTable.Code(i)));
        }
    }

    private static string Copy(string code) => $"INSERT INTO copied ({Kept}) SELECT {Kept} FROM t WHERE code = '{code}'";

    private static string Key(string line) => line[(line.LastIndexOf('\t') + 1)..];

    // Of each row that differs, the columns that do.
    private static string? Difference(List<string> expected, List<string> actual) => expected.Count != actual.Count
        ? $"{expected.Count} rows in MySQL, {actual.Count} in the table: {actual.FirstOrDefault()}"
        : expected.Zip(actual).Select(p => p.First.Split('\t').Zip(p.Second.Split('\t')).Select((v, i) => (v, i)).Where(v => !Same(EveryTypeTable.Names[v.i], v.v.First, v.v.Second))
            .Select(v => $"{EveryTypeTable.Names[v.i]}: {v.v.First} | {v.v.Second}")).Select(c => string.Join(", ", c)).Where(c => c.Length > 0).Distinct().Take(12) is var rows && rows.Any() ? string.Join('\n', rows) : null;

    // A FLOAT of the initial snapshot has the six digits that the server prints.
    private static bool Same(string column, string expected, string actual) => expected == actual || (column == "f32"
        && double.TryParse(expected, CultureInfo.InvariantCulture, out var e) && double.TryParse(actual, CultureInfo.InvariantCulture, out var a) && Math.Abs(e - a) <= Math.Abs(e) * 1e-5);

    // The text of a JSON value may have other spaces, a time just below 0 no sign, and the year 0 is another one.
    private static string Line(string?[] row)
    {
        var (json, time) = (EveryTypeTable.Names.ToList().IndexOf("j"), EveryTypeTable.Names.ToList().IndexOf("tm"));
        var year = EveryTypeTable.Names.ToList().IndexOf("y");
        row[year] = row[year] is "0" ? "2000" : row[year];
        row[time] = row[time] is "-500000" ? "500000" : row[time];
        row[json] = row[json] is { } text ? JsonSerializer.Serialize(JsonDocument.Parse(text).RootElement) : null;
        return EveryTypeTable.Line(row);
    }
}
