using CdcLake.Connectors;
using CdcLake.MySql;
using CdcLake.Tests.MySql.Binlog;
using CdcLake.Tests.Runtime;

namespace CdcLake.Tests.MySql;

/// <summary>How fast files are replayed.</summary>
public sealed class ReplayClockTests : IDisposable
{
    private readonly BinlogFolder _folder = new();
    private readonly ManualClock _clock = new();

    [Fact]
    public void Rows_per_second_make_each_transaction_wait_for_its_time()
    {
        var replay = Of(MySqlPace.RowsPerSecond(100));
        Assert.Equal(TimeSpan.FromMilliseconds(500), replay.Wait(50, 0));
        _clock.Advance(TimeSpan.FromMilliseconds(400));
        Assert.Equal(TimeSpan.FromMilliseconds(120), replay.Wait(52, 0));
        _clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(TimeSpan.Zero, replay.Wait(60, 0)); // behind: nothing waits
    }

    [Theory]
    [InlineData(1, 3000)]
    [InlineData(10, 300)]
    [InlineData(0.5, 6000)]
    public void Times_of_the_record_keep_its_pauses(double factor, int milliseconds)
    {
        var replay = Of(factor == 1 ? MySqlPace.AsRecorded : MySqlPace.Times(factor));
        Assert.Equal(TimeSpan.Zero, replay.Wait(1, 1_000_000));
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), replay.Wait(2, 4_000_000));
    }

    [Fact]
    public void Transactions_without_new_rows_and_shorter_waits_than_timers_keep_do_not_wait()
    {
        var replay = Of(MySqlPace.Times(1000));
        Assert.Equal(TimeSpan.Zero, replay.Wait(0, 50_000_000)); // included already
        Assert.Equal(TimeSpan.Zero, replay.Wait(1, 100_000_000));
        Assert.Equal(TimeSpan.Zero, replay.Wait(2, 109_000_000));
        Assert.Equal(TimeSpan.FromMilliseconds(10), replay.Wait(3, 110_000_000));
        Assert.False(Of(MySqlPace.Unlimited).IsPaced);
    }

    [Fact]
    public void A_pace_is_a_positive_number_and_for_files_alone()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => MySqlPace.Times(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => MySqlPace.RowsPerSecond(double.PositiveInfinity));
        var error = Assert.Throws<ArgumentException>(() => new MySqlSource("Server=localhost", o => o.Pace = MySqlPace.RowsPerSecond(500)));
        Assert.Contains("Pace = 500 rows/s is for files", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_paced_replay_gives_the_same_rows_each_transaction_in_an_epoch_of_its_own()
    {
        var table = new BinlogTable("appdb", "notes", [0], BinlogColumn.Int("id"));
        var log = new BinlogBuilder();
        for (var i = 1; i <= 4; i++)
        {
            log.Transaction(t => t.Insert(table, [i]));
        }

        var files = new[] { _folder.Write(log.ToArray()) };
        var output = new CollectingOutput();
        await using var source = new BinlogFileSource(files, _clock, new MySqlSourceOptions { Pace = MySqlPace.RowsPerSecond(50) });
        var described = await source.DescribeAsync(["appdb.notes"], default);
        var run = source.RunAsync(new SourceStart([TableCapture.Of(described[0], [0]) with { ReadsAll = true }], null, [], EpochLimits.Default), output, default);
        for (var i = 1; i <= 4; i++)
        {
            await _clock.WaitForTimerAsync(TimeSpan.FromMilliseconds(20));
            Assert.Equal(Enumerable.Range(1, i).Select(n => $"0+{n}"), output.WholeRows);
            Assert.Equal(i, output.Epochs.Count);
            _clock.Advance(TimeSpan.FromMilliseconds(20));
        }

        await run;
    }

    public void Dispose() => _folder.Dispose();

    private ReplayClock Of(MySqlPace pace) => new MySqlSourceOptions { Pace = pace }.Replay(_clock);
}
