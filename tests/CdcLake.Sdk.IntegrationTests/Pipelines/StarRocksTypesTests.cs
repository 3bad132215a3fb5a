using System.Globalization;
using CdcLake.IntegrationTests.Fixtures;
using CdcLake.Testing;
using Xunit.Abstractions;

namespace CdcLake.IntegrationTests.Pipelines;

/// <summary>A table with every column type, from its existing rows on, in a StarRocks table of the stand-in, which converts and checks values as a backend in strict mode.</summary>
[Collection(ServerPair.Collection)]
public sealed class StarRocksTypesTests(ServerPair servers, ITestOutputHelper output)
{
    [ServerFact(TestServers.MySql)]
    public async Task Every_value_of_every_type_comes_back_as_MySQL_has_it()
    {
        var random = Seed.Next(output);
        using var folder = new TemporaryFolder();
        await using var rocks = new FakeStarRocks();
        await servers.Source.ResetAsync();
        await using var source = await servers.Source.OpenAsync();
        await source.RunAsync("CREATE DATABASE typed", "USE typed", EveryTypeTable.Create);
        for (var i = 0; i < 300; i++)
        {
            await source.RunAsync(EveryTypeTable.Insert(random, i % 3, i));
        }

        var cluster = new StarRocksCluster(rocks.ConnectionString, o => o.LoadUrl = rocks.LoadUrl);
        await using var pipeline = Pipeline
            .FromMySqlBinlog(new MySqlSource(servers.Source.CaptureString).Table("typed.t"))
            .ToStarRocks(cluster.Table("analytics.t", t => t.ReplicationNum = 1))
            .Build("every-type", o => o.CheckpointFolder = folder["checkpoints"]);
        using var stop = new CancellationTokenSource();
        var running = pipeline.RunAsync(stop.Token);
        for (var i = 300; i < 600; i++)
        {
            await source.RunAsync(
                EveryTypeTable.Insert(random, i % 3, i),
                $"UPDATE t SET {EveryTypeTable.Assign(random)} WHERE shop = {random.Next(3)} ORDER BY code LIMIT 5",
                $"DELETE FROM t WHERE code = '{EveryTypeTable.Code(random.Next(i))}'");
        }

        var gtid = await source.GtidExecutedAsync();
        await Task.WhenAny(running, pipeline.WaitForGtidAsync(gtid, cancellationToken: new CancellationTokenSource(ChildProcess.Limit).Token));
        await stop.CancelAsync();
        await running;
        var expected = (await source.QueryAsync(EveryTypeTable.Query, default)).Rows.Select(EveryTypeTable.Line).Order(StringComparer.Ordinal).ToArray();
        var actual = rocks.Rows("analytics.t").Select(r => EveryTypeTable.Line(EveryTypeTable.Names.Select(n => Text(n, r[n])).ToArray())).Order(StringComparer.Ordinal).ToArray();
        var difference = Answer.Difference(expected, actual);
        Assert.True(difference is null, difference);
        Assert.Empty(rocks.OpenTransactions);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{expected.Length} rows of {EveryTypeTable.Names.Count} columns: {string.Join(", ", rocks.Columns("analytics.t"))}"));
    }

    // What EveryTypeTable asks MySQL for where it is not the plain value.
    private static string? Text(string column, string? value) => (column, value) switch
    {
        (_, null) => null,
        ("b1", _) => value == "1" ? "true" : "false",
        ("f32", _) => ((double)float.Parse(value, CultureInfo.InvariantCulture)).ToString("R", CultureInfo.InvariantCulture),
        ("tm", _) => Microseconds(value).ToString(CultureInfo.InvariantCulture),
        _ => value,
    };

    private static long Microseconds(string time)
    {
        var parts = time.TrimStart('-').Split(':', '.');
        var value = (((((long.Parse(parts[0], CultureInfo.InvariantCulture) * 60) + long.Parse(parts[1], CultureInfo.InvariantCulture)) * 60) + long.Parse(parts[2], CultureInfo.InvariantCulture)) * 1_000_000)
            + (parts.Length > 3 ? long.Parse(parts[3].PadRight(6, '0'), CultureInfo.InvariantCulture) : 0);
        return time.StartsWith('-') ? -value : value;
    }
}
