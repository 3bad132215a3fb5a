using System.Buffers.Binary;
using CdcLake.Connectors;
using CdcLake.MySql.Binlog;
using CdcLake.MySql.Binlog.Events;
using CdcLake.MySql.Binlog.Statements;
using CdcLake.MySql.Gtids;
using CdcLake.MySql.Wire;
using CdcLake.MySql.Wire.Packets;

namespace CdcLake.Tests.MySql.Binlog;

/// <summary>Damaged bytes give one of the library's own errors, or rows, and nothing else; checksums are repaired so that decoding runs.</summary>
public sealed class BinlogFuzzTests
{
    private const int Cases = 3_000;

    [Fact]
    public async Task Mutated_logs_give_only_own_errors_and_bounded_memory()
    {
        var logs = await LogsAsync();
        var failures = 0;
        for (var seed = 0; seed < Cases; seed++)
        {
            var random = new Random(seed);
            var (captures, events) = logs[seed % logs.Count];
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                await RunAsync(captures, Mutate(events, random));
            }
            catch (CdcLakeException)
            {
                failures++;
            }
            catch (Exception e)
            {
                Assert.Fail($"seed {seed}: {e}");
            }

            Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 8 << 20, $"seed {seed} allocated {GC.GetAllocatedBytesForCurrentThread() - before} bytes");
        }

        Assert.InRange(failures, Cases / 4, Cases);
    }

    [Fact]
    public void Random_bodies_of_every_event_type_give_only_own_errors()
    {
        for (var seed = 0; seed < 24_000; seed++)
        {
            var random = new Random(seed);
            var body = new byte[random.Next(80)];
            random.NextBytes(body);
            try
            {
                Parse(seed % 11, body);
            }
            catch (CdcLakeException)
            {
            }
        }
    }

    [Fact]
    public void Any_words_are_scanned_without_an_error()
    {
        string[] words =
        [
            "ALTER", "TABLE", "DROP", "CREATE", "RENAME", "TO", "IF", "NOT", "EXISTS", "t", "`a b`", "db", ".", ",", "(", ")", "ADD", "INDEX", "INSERT", "INTO", "FROM",
            "DELETE", "TRUNCATE", "DATABASE", "EXCHANGE", "PARTITION", "WITH", "'x", "\"y\"", "/*!50000", "*/", "/*", "--", "#", "\n", "=", "\\", "XA", "START", "\0", "ß表", "SELECT", "f", "UPDATE", "mysql", "SET", "IMPORT", "TABLESPACE",
        ];
        for (var seed = 0; seed < 20_000; seed++)
        {
            var random = new Random(seed);
            var sql = string.Join(random.Next(3) == 0 ? "" : " ", Enumerable.Range(0, random.Next(10)).Select(_ => words[random.Next(words.Length)]));
            Assert.NotNull(StatementScanner.Scan(new QueryEvent("db"u8, System.Text.Encoding.UTF8.GetBytes(sql), (ulong)random.Next(2) << 2, random.Next(100))));
        }
    }

    private static void Parse(int kind, byte[] body)
    {
        var reader = new PacketReader(body);
        switch (kind)
        {
            case 0:
                FormatDescriptionEvent.Read(ref reader);
                break;
            case 1:
                RotateEvent.Read(ref reader);
                break;
            case 2:
                GtidEvent.Read(ref reader);
                break;
            case 3:
                GtidEvent.ReadTagged(ref reader);
                break;
            case 4:
                QueryEvent.Read(ref reader);
                break;
            case 5:
                TableMapEvent.Read(body, isMariaDb: body.Length % 2 == 0);
                break;
            case 6:
                GtidSet.Decode(body);
                break;
            case 7:
                MariaDbGtidEvent.Read(ref reader);
                break;
            case 8:
                GtidListEvent.Read(ref reader);
                break;
            case 9:
                new CompressedRecord().Inflate([], body);
                break;
            default:
                XaPrepareEvent.Read(ref reader);
                break;
        }
    }

    private static async Task RunAsync(TableCapture[] captures, List<byte[]> events)
    {
        using var processor = new BinlogEventProcessor(new BinlogProcessorOptions { Tables = captures, StartsEmpty = true });
        processor.BeginStream("fuzz", checksum: true);
        foreach (var e in events)
        {
            processor.Process(e);
            if (processor.NeedsFlush)
            {
                await processor.FlushAsync(new DiscardingOutput(), idle: false, default);
            }
        }
    }

    private static List<byte[]> Mutate(List<byte[]> events, Random random)
    {
        var mutated = events.Select(e => (byte[])e.Clone()).ToList();
        for (var changes = random.Next(1, 4); changes > 0; changes--)
        {
            var index = random.Next(1, mutated.Count);
            var e = mutated[index];
            switch (random.Next(6))
            {
                case 0: // shorter or longer body
                    var length = Math.Max(23, e.Length + random.Next(-20, 20));
                    Array.Resize(ref e, length);
                    break;
                case 1: // another event in its place
                    e = (byte[])mutated[random.Next(mutated.Count)].Clone();
                    break;
                case 2: // another type
                    e[4] = (byte)(random.Next(2) == 0 ? random.Next(45) : random.Next(160, 172)); // of MariaDB alone
                    break;
                case 3: // a length, count or offset that is far off
                    e[random.Next(19, e.Length - 4)] = random.Next(2) == 0 ? (byte)0xFF : (byte)random.Next(256);
                    break;
                default:
                    e[random.Next(19, e.Length - 4)] ^= (byte)(1 << random.Next(8));
                    break;
            }

            BinaryPrimitives.WriteUInt32LittleEndian(e.AsSpan(9), (uint)e.Length);
            BinlogEvent.Seal(e);
            mutated[index] = e;
        }

        return mutated;
    }

    private static async Task<List<(TableCapture[] Captures, List<byte[]> Events)>> LogsAsync()
    {
        var recorded = await File.ReadAllBytesAsync(FixtureLog.Path("types.000001"));
        var kinds = await File.ReadAllBytesAsync(FixtureLog.Path("events.000001"));
        var table = new BinlogTable(
            "db", "t", [0], BinlogColumn.BigInt("id"), BinlogColumn.VarChar("v", 300), BinlogColumn.Blob("b", 4, 63) with { Nullable = true },
            BinlogColumn.Decimal("d", 20, 5), BinlogColumn.DateTime("dt", 3), BinlogColumn.Enum("e", "a", "b"), BinlogColumn.Set("s", "x", "y"));
        var log = new BinlogBuilder { Tag = "tag" };
        log.Transaction(t => t.Insert(table, [.. Enumerable.Range(0, 20).Select(i =>
            new object?[] { (long)i, new string('v', i), i % 3 == 0 ? null : new byte[i], "12.5", new DateTime(2026, 1, 2), 1L, 3UL })]));
        var made = log.ToArray();
        var sales = BinlogFileSourceTests.Sales();
        var packed = new BinlogBuilder { EventSize = 200 };
        packed.Gtid().Payload(t => t.Query("", "BEGIN").Insert(sales, BinlogFileSourceTests.Row(1, "1.00"), BinlogFileSourceTests.Row(2, "2.00")).Xid(), null).EndGroup();
        packed.Gtid().Query("", "XA START X'61',X'',1").Insert(sales, BinlogFileSourceTests.Row(3, "3.00")).Query("", "XA END X'61',X'',1");
        packed.Event(38, [0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, (byte)'a']).EndGroup();
        packed.Gtid().Payload(t => t.Query("", "BEGIN").Insert(sales, BinlogFileSourceTests.Row(4, "4.00")).Xid(), Compressed).EndGroup().Ddl("", "XA COMMIT X'61',X'',1");
        var (old, current) = (await File.ReadAllBytesAsync(FixtureLog.Path("mariadb_10_5.000001")), await File.ReadAllBytesAsync(FixtureLog.Path("mariadb_11_8.000001")));
        return
        [
            (await EventFeed.CapturesAsync(old, "fx.t", "fx.nokey"), EventFeed.Events(old)),
            (await EventFeed.CapturesAsync(current, "fx.t", "fx.nokey"), EventFeed.Events(current)),
            (await EventFeed.CapturesAsync(made, "db.t"), EventFeed.Events(made)),
            (await EventFeed.CapturesAsync(packed.ToArray(), "appdb.sales"), EventFeed.Events(packed.ToArray())),
            (await EventFeed.CapturesAsync(recorded, "fx.types"), EventFeed.Events(recorded)),
            (await EventFeed.CapturesAsync(kinds, "fx.t", "fx.nokey"), EventFeed.Events(kinds)),
        ];
    }

    private static byte[] Compressed(byte[] bytes)
    {
        using var compressor = new ZstdSharp.Compressor();
        return compressor.Wrap(bytes).ToArray();
    }

    private sealed class DiscardingOutput : ISourceOutput
    {
        public ValueTask BeginEpochAsync(EpochKind kind, CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public ValueTask ChangesAsync(int table, CdcLake.Columnar.ChangeBatch batch, CancellationToken cancellationToken)
        {
            batch.Dispose();
            return ValueTask.CompletedTask;
        }

        public ValueTask EndEpochAsync(Epoch epoch, CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public ValueTask TableChangedAsync(TableChange change, CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public void Report(SourceProgress progress)
        {
        }
    }
}
