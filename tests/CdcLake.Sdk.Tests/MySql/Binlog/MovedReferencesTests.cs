using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.MySql.Binlog;

namespace CdcLake.Tests.MySql.Binlog;

/// <summary>Rows that move others keep their place among those of all tables, and are known as such.</summary>
public sealed class MovedReferencesTests
{
    private const int Tables = 3;
    private readonly BinlogTable _parent = new("d", "p", [0], BinlogColumn.Int("id"), BinlogColumn.Int("v"));
    private readonly BinlogTable _child = new("d", "c", [0], BinlogColumn.Int("id"), BinlogColumn.Int("p"));

    [Fact]
    public async Task Deleted_and_rekeyed_rows_that_others_refer_to_stand_alone()
    {
        var log = new BinlogBuilder()
            .Transaction(t => t.Insert(_child, [1L, 7L]).Insert(_parent, [7L, 0L]).Delete(_parent, [7L, 0L]).Insert(_parent, [7L, 1L]).Insert(_child, [2L, 7L]))
            .Transaction(t => t.Update(_parent, ([7L, 1L], [7L, 2L])).Update(_parent, ([7L, 2L], [8L, 2L]), ([5L, 5L], [5L, 6L])).Insert(_child, [3L, 8L]).Delete(_child, [3L, 8L]));
        Assert.Equal(
            ["p+7|0 c+1|7", "! p-7|0", "p+7|1 p-7|1 p+7|2 c+2|7", "! p-7|2 p+8|2 p-5|5 p+5|6", "c+3|8 c-3|8"],
            await ReadAsync(log));
    }

    [Theory]
    [InlineData(0x02)] // not checked: nothing follows
    [InlineData(0x10)] // the server logs what follows
    public async Task Foreign_keys_that_do_nothing_or_tell_move_nothing(byte flags)
    {
        var log = new BinlogBuilder().Transaction(t => t.Insert(_parent, [7L, 0L]).Delete(_parent, [7L, 0L]).Insert(_child, [2L, 7L]));
        var bytes = log.ToArray();
        foreach (var at in log.Offsets.Where(at => bytes[at + 4] == 32))
        {
            bytes[at + 19 + 6] |= flags;
            log.RepairChecksum(bytes.AsSpan(at, BitConverter.ToInt32(bytes, at + 9)));
        }

        Assert.Equal(["p+7|0 p-7|0 c+2|7"], await ReadAsync(bytes));
    }

    [Theory]
    [InlineData("CREATE TABLE c (id INT PRIMARY KEY, p INT, FOREIGN KEY (p) REFERENCES p (id) ON DELETE CASCADE)", true)]
    [InlineData("CREATE TABLE c (id INT PRIMARY KEY, p INT, FOREIGN KEY (p) REFERENCES p (id) ON DELETE RESTRICT)", false)]
    public async Task Files_in_which_foreign_keys_tell_nothing_are_refused(string create, bool isRefused)
    {
        using var folder = new BinlogFolder();
        var log = new BinlogBuilder().Ddl("d", create).Transaction(t => t.Insert(_child, [2L, 7L]));
        await using var source = new CdcLake.MySql.BinlogFileSource([folder.Write(log.ToArray())], options: new MySqlSourceOptions());
        var captures = (await source.DescribeAsync(["d.c"], default)).Select(t => TableCapture.Of(t, [0])).ToList();
        var run = source.RunAsync(new SourceStart(captures, null, [], EpochLimits.Default), new CollectingOutput(), default);
        if (isRefused)
        {
            Assert.Contains("a foreign key of captured table d.c", (await Assert.ThrowsAsync<BinlogUnavailableException>(() => run)).Message, StringComparison.Ordinal);
        }
        else
        {
            await run;
        }
    }

    [Fact]
    public void Order_holds_whatever_becomes_of_transactions()
    {
        for (var seed = 1; seed <= 400; seed++)
        {
            var random = new Random(seed);
            var schema = new Schema([new Field("n", DataType.Int32, false)]);
            using var pending = new PendingChanges([.. Enumerable.Range(0, Tables).Select(_ => TableCapture.Of(new SourceTable("t", schema, ["int"], [], new Dictionary<int, string>()), [0]))]);
            var (committed, open, output) = (new List<(int Row, bool Moves)>(), new List<(int Row, bool Moves)>(), new List<(int Row, bool Moves)>());
            var held = new Queue<(IReadOnlyList<HeldBatch> Batches, List<(int, bool)> Rows)>();
            var next = 0;
            for (var step = 0; step < 60; step++)
            {
                switch (random.Next(12))
                {
                    case < 7:
                        open.Add((next++, Append(pending, random, next - 1)));
                        break;
                    case 7:
                        pending.Commit();
                        committed.AddRange(open);
                        open.Clear();
                        Take(pending, output, all: random.Next(2) == 0, open: false);
                        break;
                    case 8:
                        pending.Discard();
                        open.Clear();
                        break;
                    case 9:
                        held.Enqueue((pending.TakeOpen(), [.. open]));
                        open.Clear();
                        break;
                    case 10 when held.TryDequeue(out var prepared):
                        pending.Restore(prepared.Batches, 0);
                        open.AddRange(prepared.Rows);
                        break;
                    case 11 when random.Next(3) == 0: // too large to be held back
                        pending.Separate();
                        Take(pending, output, all: true, open: false);
                        Take(pending, output, all: true, open: true);
                        committed.AddRange(open);
                        open.Clear();
                        pending.Commit();
                        break;
                }
            }

            pending.Discard();
            Take(pending, output, all: true, open: false);
            foreach (var batch in held.SelectMany(h => h.Batches))
            {
                batch.Batch.Dispose();
            }

            Assert.Equal(committed.Order(), output.Order());
            var place = committed.Select((row, i) => (row, i)).ToDictionary(r => r.row, r => r.i);
            for (var i = 0; i < output.Count; i++)
            {
                Assert.True(
                    output.Take(i).All(before => !(before.Moves || output[i].Moves) || place[before] < place[output[i]]),
                    $"seed {seed}: {string.Join(' ', output)} of {string.Join(' ', committed)}");
            }
        }
    }

    private static bool Append(PendingChanges pending, Random random, int row)
    {
        var (table, kind) = (random.Next(Tables), random.Next(6));
        var batch = pending.Open(table, moves: kind == 0);
        var before = batch.Count;
        batch.Fixed<int>(0).Append(row);
        batch.AppendWeight(1);
        if (kind == 1)
        {
            pending.Isolate(table, before);
        }

        pending.Appended(table, 1, 1);
        return kind < 2;
    }

    private static void Take(PendingChanges pending, List<(int Row, bool Moves)> output, bool all, bool open)
    {
        while (pending.Take(all, open, out _) is { } batch)
        {
            foreach (var row in batch.Fixed<int>(0).Values)
            {
                output.Add((row, batch.MovesReferences));
            }

            batch.Dispose();
        }
    }

    private static Task<List<string>> ReadAsync(BinlogBuilder log) => ReadAsync(log.ToArray());

    // What is handed on between two batches that move others, in one line.
    private static async Task<List<string>> ReadAsync(byte[] log)
    {
        var captures = await EventFeed.CapturesAsync(log, "d.p", "d.c");
        using var processor = new BinlogEventProcessor(new BinlogProcessorOptions { Tables = [captures[0] with { Referenced = [0] }, captures[1]], StartsEmpty = true });
        var output = new Portions();
        processor.BeginFile("binlog.000001");
        await EventFeed.FeedAsync(processor, EventFeed.Events(log), output);
        await processor.FlushAsync(output, idle: true, default);
        return output.Lines;
    }

    private sealed class Portions : ISourceOutput
    {
        private bool _isOpen;

        public List<string> Lines { get; } = [];

        public ValueTask BeginEpochAsync(EpochKind kind, CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public ValueTask ChangesAsync(int table, ChangeBatch batch, CancellationToken cancellationToken)
        {
            var rows = string.Join(' ', Enumerable.Range(0, batch.Count).Select(row => "pc"[table] + CollectingOutput.Format(table, batch, row)[1..]));
            if (batch.MovesReferences || !_isOpen)
            {
                Lines.Add((batch.MovesReferences ? "! " : "") + rows);
            }
            else
            {
                Lines[^1] += " " + rows;
            }

            _isOpen = !batch.MovesReferences;
            batch.Dispose();
            return ValueTask.CompletedTask;
        }

        public ValueTask EndEpochAsync(Epoch epoch, CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public ValueTask TableChangedAsync(TableChange change, CancellationToken cancellationToken) => throw new InvalidOperationException("Not expected here.");

        public void Report(SourceProgress progress)
        {
        }
    }
}
