using CdcLake.Connectors;
using CdcLake.IntegrationTests.Fixtures;
using CdcLake.IntegrationTests.Pipelines;
using CdcLake.MySql;
using CdcLake.MySql.Wire;
using Xunit.Abstractions;

namespace CdcLake.IntegrationTests.MySql.PrintedLogs;

/// <summary>
/// Every value of a long log of random transactions is what MySQL's own program prints of it: inserts, both images of updates, deletes, NULLs, documents changed in part, compressed
/// transactions and several files, of all types but geometries, which mysqlbinlog cannot print.
/// </summary>
public sealed class PrintedLogTests(PrivateMySqlServer server, ITestOutputHelper output) : IClassFixture<PrivateMySqlServer>
{
    private const int Transactions = 1500; // of a round; all that was printed of one is held

    private static int Rounds => Proof.Rounds(usual: 1, full: 40);

    [ServerFact(TestServers.MySql, PrintedLog.Variable)]
    public async Task Every_value_is_what_mysqlbinlog_prints()
    {
        var random = Seed.Next(output);
        var (images, values) = (0, 0);
        for (var round = 0; round < Rounds; round++)
        {
            await using var session = await MySqlDatabase.ConnectAsync(server.ConnectionString);
            await session.RunAsync("DROP DATABASE IF EXISTS printed", "CREATE DATABASE printed", "RESET BINARY LOGS AND GTIDS", "USE printed");
            var rows = new RandomRows(session, random);
            await rows.CreateAsync();
            for (var i = 0; i < Transactions; i++)
            {
                await rows.TransactAsync();
            }

            await session.RunAsync("SET SESSION binlog_transaction_compression = 0", "FLUSH BINARY LOGS");
            var files = (await session.LogFilesAsync()).Select(f => Path.Combine(server.DataFolder, f)).ToList();
            var compared = await CompareAsync(session, files);
            (images, values) = (images + compared.Images, values + compared.Values);
        }

        output.WriteLine($"{Rounds * Transactions} transactions, {images} row images with {values} values equal");
        Assert.True(images > Rounds * Transactions);
    }

    private static async Task<(int Images, int Values)> CompareAsync(ServerSession session, IReadOnlyList<string> files)
    {
        var printed = PrintedLog.Read(files).GroupBy(i => i.Table).ToDictionary(g => g.Key, g => g.ToList());
        var tables = printed.Keys.ToList();
        var source = new BinlogFileSource(files);
        var described = await source.DescribeAsync([.. tables.Select(t => $"printed.{t}")], default);
        var captured = new LoggedRows(tables.Count);
        await source.RunAsync(new SourceStart([.. described.Select(t => TableCapture.Of(t, [.. Enumerable.Range(0, t.Schema.Count)]))], null, [], EpochLimits.Default), captured, default);
        var (forms, images, values) = (new PrintedValues(session), 0, 0);
        for (var t = 0; t < tables.Count; t++)
        {
            var (expected, actual) = (printed[tables[t]], captured.Tables[t]);
            Assert.True(expected.Count == actual.Count, $"{tables[t]}: {expected.Count} images are printed, {actual.Count} were captured");
            var columns = await PrintedColumn.OfAsync(session, tables[t]);
            for (var i = 0; i < expected.Count; i++)
            {
                Assert.Equal((tables[t], i, expected[i].Weight, expected[i].Values.Count), (tables[t], i, actual[i].Weight, actual[i].Values.Length));
                var before = expected[i].Weight > 0 && i > 0 ? actual[i - 1].Values : null;
                for (var c = 0; c < columns.Count; c++)
                {
                    var value = expected[i].Values[c];
                    var form = await forms.CapturedAsync(value, columns[c], before?[c]);
                    var ours = PrintedValues.Comparable(actual[i].Values[c], value.Type);
                    Assert.True(form == ours, $"{tables[t]}, image {i}, column {c} ({columns[c].Type} {columns[c].Charset}): printed is\n{value.Text}, that is\n{form}\ncaptured was\n{ours}");
                    values++;
                }

                images++;
            }
        }

        return (images, values);
    }
}
