using CdcLake.Connectors;
using CdcLake.MySql;

namespace CdcLake.Tests.MySql.Binlog;

/// <summary>Runs a file source over all columns of some tables.</summary>
internal static class Replay
{
    public static async Task<CollectingOutput> RunAsync(IReadOnlyList<string> files, IReadOnlyList<string> tables, SourcePosition? from = null, EpochLimits? limits = null, CollectingOutput? output = null, InvalidDates invalidDates = InvalidDates.Error)
    {
        output ??= new CollectingOutput();
        await using var source = new BinlogFileSource(files, options: new MySqlSourceOptions { InvalidDates = invalidDates });
        var described = await source.DescribeAsync(tables, default);
        var captures = described.Select(t => TableCapture.Of(t, [.. Enumerable.Range(0, t.Schema.Count).Where(i => !t.Unsupported.ContainsKey(i))]) with { ReadsAll = true }).ToList();
        await source.RunAsync(new SourceStart(captures, from, [], limits ?? EpochLimits.Default), output, default);
        return output;
    }
}
