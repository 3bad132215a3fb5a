using CdcLake.Iceberg.Writing;
using CdcLake.Storage;
using CdcLake.Tests.Iceberg;
using CdcLake.Testing;

namespace CdcLake.Tests.Storage.S3;

/// <summary>
/// Every request of a commit goes wrong in every way, once (then it passes by itself) and for good (then the process is as good as dead): nothing is lost, no table is
/// damaged, nothing is committed twice.
/// </summary>
public sealed class S3CommitFaultProperties : IAsyncLifetime
{
    private static readonly IcebergSinkSettings Settings = new() { SmallFileBytes = 0, TargetFileSizeBytes = 4_000, FoldAt = 3 };
    private readonly FakeS3Server _server = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData(FakeS3Fault.SlowDown)]
    [InlineData(FakeS3Fault.InternalError)]
    [InlineData(FakeS3Fault.ExpiredToken)]
    [InlineData(FakeS3Fault.CutBefore)]
    [InlineData(FakeS3Fault.CutAfter)]
    [InlineData(FakeS3Fault.CutBody)]
    [InlineData(FakeS3Fault.DamagedBody)]
    [InlineData(FakeS3Fault.WrongETag)]
    public async Task Request_that_fails_once_costs_nothing_or_the_attempt(FakeS3Fault fault) => await EachRequestAsync(fault, goesOn: false);

    [Theory]
    [InlineData(FakeS3Fault.SlowDown)]
    [InlineData(FakeS3Fault.ExpiredToken)]
    [InlineData(FakeS3Fault.CutBefore)]
    [InlineData(FakeS3Fault.CutAfter)]
    public async Task Store_that_is_gone_from_some_request_on_leaves_the_old_or_the_new_state(FakeS3Fault fault) => await EachRequestAsync(fault, goesOn: true);

    [Theory]
    [InlineData(FakeS3Fault.SilentBefore)]
    [InlineData(FakeS3Fault.SilentAfter)]
    public async Task Request_without_answer_costs_its_time_only(FakeS3Fault fault) => await EachRequestAsync(fault, goesOn: false);

    private async Task EachRequestAsync(FakeS3Fault fault, bool goesOn)
    {
        var requests = int.MaxValue;
        for (var failAt = 1; failAt <= requests; failAt++)
        {
            _server.Script = (_, _) => FakeS3Fault.None;
            var store = _server.Store($"w{failAt}-{fault}", o => (o.RetryCount, o.RequestTimeout) = (goesOn ? 1 : 3, TimeSpan.FromMilliseconds(400)));
            await using var model = new SinkModel(store, Settings);
            await PrepareAsync(model);
            var before = new Dictionary<long, (string?, int?)>(model.Rows);

            _server.Reset();
            var (at, dead) = (failAt, false);
            _server.Script = (n, _) =>
            {
                var now = n == at || (dead && goesOn);
                dead |= now;
                return !now ? FakeS3Fault.None : n == at || fault != FakeS3Fault.CutAfter ? fault : FakeS3Fault.CutBefore;
            };
            var committed = await TryCommitAsync(model);
            requests = !dead ? failAt : requests;
            var after = new Dictionary<long, (string?, int?)>(model.Rows);
            _server.Script = (_, _) => FakeS3Fault.None;
            Assert.True(committed || goesOn || fault is FakeS3Fault.ExpiredToken or FakeS3Fault.DamagedBody, $"{fault} of request {failAt} was not waited out");
            await CheckAsync(model, store, before, after, committed);
        }

        Assert.InRange(requests, 8, 60);
    }

    private static async Task PrepareAsync(SinkModel model)
    {
        await model.OpenAsync();
        for (var id = 0; id < 200; id++)
        {
            model.Put(id, $"row {id}", id);
        }

        await model.EndAndCommitAsync();
        for (var id = 200; id < 300; id++)
        {
            model.Put(id, $"row {id}", id);
        }

        await model.EndAndCommitAsync();
    }

    private static async Task<bool> TryCommitAsync(SinkModel model)
    {
        for (var id = 100; id < 250; id += 3)
        {
            model.Put(id, "changed", -id);
            model.Remove(id + 1);
        }

        for (var id = 1000; id < 1100; id++)
        {
            model.Put(id, $"new row {id}", id);
        }

        try
        {
            await model.EndAndCommitAsync();
            return true;
        }
        catch (CdcLakeException e) when (e is ObjectStoreException or CatalogException or CommitConflictException)
        {
            return false;
        }
    }

    private static async Task CheckAsync(SinkModel model, IObjectStore store, Dictionary<long, (string?, int?)> before, Dictionary<long, (string?, int?)> after, bool committed)
    {
        var read = SinkModel.Print(await SinkModel.ReadAsync(store));
        await using var next = new SinkModel(store, Settings);
        var position = TestPosition.NumberOf(await next.OpenAsync());
        Assert.True(position is 2 or 3, $"position {position}");
        Assert.True(position == 3 || !committed, "a commit that was reported is not there");
        Assert.Equal(SinkModel.Print(position == 3 ? after : before), read);
        Assert.Equal(position, next.Sink.Version!.Table.Metadata.Snapshots.Length); // no commit is there twice
        await model.Sink.DisposeAsync();
        foreach (var (id, row) in position == 3 ? after : before)
        {
            next.Rows[id] = row;
        }

        next.Put(1, "goes on", 1);
        next.Remove(2);
        await next.EndAndCommitAsync();
        await next.CheckAsync();
    }
}
