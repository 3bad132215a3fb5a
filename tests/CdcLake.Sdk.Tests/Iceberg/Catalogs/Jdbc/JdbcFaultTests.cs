using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.Iceberg;
using CdcLake.Iceberg.Tables;
using CdcLake.Iceberg.Transactions;

namespace CdcLake.Tests.Iceberg.Catalogs.Jdbc;

/// <summary>
/// Every call of the database fails while two tables are committed in one transaction, before or after it took effect, once or for good: both tables are in the old or both
/// in the new state, with all their files, and a new instance goes on.
/// </summary>
public sealed class JdbcFaultTests
{
    private static readonly string[] Tables = ["demo.first", "demo.second"];

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task Failure_at_any_call_leaves_both_tables_in_the_old_or_the_new_state(bool afterEffect, bool onlyOnce)
    {
        var calls = int.MaxValue;
        for (var failAt = 1; failAt <= calls; failAt++)
        {
            using var fixture = new JdbcFixture();
            await using (var pair = await Pair.OpenAsync(fixture))
            {
                await pair.CommitAsync();
                fixture.Database.Arm(failAt, afterEffect, onlyOnce);
                var committed = await TryAsync(pair);
                calls = committed && fixture.Database.Calls < failAt ? fixture.Database.Calls : calls;
                fixture.Database.Arm(0, false, false);
                var positions = await PositionsAsync(fixture);
                Assert.True(positions is (1, 1) or (2, 2), $"call {failAt}: {positions}");
                Assert.True(positions.Item1 == 2 || !committed, $"call {failAt}: a commit that was reported is not there");
            }

            var before = await PositionsAsync(fixture);
            await using var next = await Pair.OpenAsync(fixture);
            await next.CommitAsync();
            Assert.Equal((before.First + 1, before.Second + 1), await PositionsAsync(fixture));
            Assert.Equal(before.First + 1, await RowsAsync(fixture, Tables[0]));
            Assert.Equal(before.First + 1, await RowsAsync(fixture, Tables[1]));
        }

        Assert.InRange(calls, 6, 60);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Failure_at_any_call_of_a_creation_leaves_a_table_or_none(bool afterEffect)
    {
        var calls = int.MaxValue;
        for (var failAt = 1; failAt <= calls; failAt++)
        {
            using var fixture = new JdbcFixture();
            fixture.Database.Arm(failAt, afterEffect, onlyOnce: true);
            await using (var model = fixture.NewModel())
            {
                try
                {
                    await model.OpenAsync();
                    calls = fixture.Database.Calls < failAt ? fixture.Database.Calls : calls;
                }
                catch (CatalogException e)
                {
                    Assert.True(e.IsTransient, e.Message);
                }
            }

            fixture.Database.Arm(0, false, false);
            await using var next = fixture.NewModel();
            await next.OpenAsync();
            next.Put(1, "row", 1);
            await next.EndAndCommitAsync();
            await next.CheckAsync();
        }

        Assert.InRange(calls, 6, 60);
    }

    private static async Task<bool> TryAsync(Pair pair)
    {
        try
        {
            await pair.CommitAsync();
            return true;
        }
        catch (CdcLakeException e)
        {
            Assert.True(e.IsTransient, e.Message);
            return false;
        }
    }

    private static async Task<(long First, long Second)> PositionsAsync(JdbcFixture fixture) => (await PositionAsync(fixture, Tables[0]), await PositionAsync(fixture, Tables[1]));

    private static async Task<long> PositionAsync(JdbcFixture fixture, string table) =>
        MarkedHistory.Of((await fixture.LoadAsync(table))!.Metadata, SinkModel.Opening.Pipeline).Marker?.Epoch ?? 0;

    private static async Task<long> RowsAsync(JdbcFixture fixture, string table)
    {
        var rows = 0L;
        await foreach (var _ in IcebergCatalog.Jdbc(fixture.Database, "lake", fixture.Warehouse).Table(table).ReadAsync())
        {
            rows++;
        }

        return rows;
    }

    /// <summary>Two sinks of one pipeline, in one catalog object.</summary>
    private sealed class Pair : IAsyncDisposable
    {
        private readonly List<IcebergSink> _sinks = [];
        private long _position;

        public static async Task<Pair> OpenAsync(JdbcFixture fixture)
        {
            var pair = new Pair();
            var group = new CatalogCommitGroup(fixture.Open().Tables);
            foreach (var table in Tables)
            {
                var sink = new IcebergSink(group, TableIdentifier.Parse(table), Rest.RestFixture.Settings);
                pair._sinks.Add(sink);
                pair._position = TestPosition.NumberOf(await sink.OpenAsync(SinkModel.Opening, default));
            }

            return pair;
        }

        /// <summary>A row more in both.</summary>
        public async Task CommitAsync()
        {
            var parts = new List<IPreparedCommit>();
            _position++;
            foreach (var sink in _sinks)
            {
                await sink.BeginEpochAsync(EpochKind.Changes, default);
                var batch = new ChangeBatch(SinkModel.Columns);
                batch.Fixed<long>(0).Append(_position);
                batch[1].AppendNull();
                batch[2].AppendNull();
                batch.AppendWeight(1);
                await sink.ChangesAsync(batch, default);
                await sink.EndEpochAsync(new Epoch(new TestPosition(_position), DateTimeOffset.UnixEpoch), default);
                parts.Add((await sink.PrepareAsync(default))!);
            }

            await parts[0].Group.PublishAsync(parts, default);
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var sink in _sinks)
            {
                await sink.DisposeAsync();
            }
        }
    }
}
