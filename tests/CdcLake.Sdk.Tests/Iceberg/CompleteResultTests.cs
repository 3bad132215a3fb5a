using CdcLake.Iceberg;
using CdcLake.Iceberg.Writing;
using CdcLake.Storage;

namespace CdcLake.Tests.Iceberg;

/// <summary>An initial snapshot over a table that holds rows already.</summary>
public sealed class CompleteResultTests : IDisposable
{
    private const int Keys = 60_000;
    private const long Budget = 256 << 10;
    private const long BatchBytes = 128 << 10;
    private static readonly IcebergSinkSettings Settings = new() { MemoryBudgetBytes = Budget };
    private readonly TemporaryFolder _folder = new(inMemory: true);
    private readonly LocalObjectStore _store;

    public CompleteResultTests() => _store = new LocalObjectStore(_folder.Path, TimeProvider.System);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Complete_result_over_existing_rows_never_waits_with_more_than_the_budget()
    {
        await using var model = await FilledAsync();
        model.StartOver();
        var most = await PushAllAsync(model, id => id * 2);
        Assert.Equal(0, most); // keys of one row each: nothing has to be summed
        await model.EndAndCommitAsync();
        await model.CheckAsync();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(64 << 10)]
    [InlineData(64 << 20)]
    public async Task Rows_that_replace_each_other_within_a_complete_result_are_summed(long budget)
    {
        await using var model = new SinkModel(_store, new IcebergSinkSettings { MemoryBudgetBytes = budget, TargetFileSizeBytes = 100_000 });
        await model.OpenAsync();
        await PushAllAsync(model, id => id);
        await model.EndAndCommitAsync();
        model.StartOver();
        var random = new Random(5);
        for (var change = 0; change < 20_000; change++)
        {
            var id = random.Next(4_000);
            if (random.Next(5) == 0)
            {
                model.Remove(id);
            }
            else if (random.Next(20) == 0)
            {
                await model.PutBeforeRemovingAsync(id, $"later {change}", change);
            }
            else
            {
                model.Put(id, $"name {change}", change);
            }

            if (random.Next(300) == 0)
            {
                await model.PushAsync();
            }
        }

        await model.EndAndCommitAsync();
        await model.CheckAsync();
    }

    [Fact]
    public async Task Second_row_of_a_key_in_a_complete_result_is_refused_although_the_first_is_in_a_file()
    {
        await using var model = await FilledAsync();
        model.StartOver();
        model.Put(7, "first", 7);
        await model.PushAsync();
        model.Rows.Clear(); // so that the model does not withdraw the first
        model.Put(7, "second", 8);
        var error = await Assert.ThrowsAsync<DuplicateKeyException>(model.EndEpochAsync);
        Assert.Contains("id=7", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Complete_result_replaces_rows_that_were_written_but_never_committed()
    {
        await using var model = await FilledAsync();
        await PushAllAsync(model, id => id + Keys);
        await model.EndEpochAsync();
        model.StartOver();
        model.Put(7, "seven", 7);
        await model.EndAndCommitAsync();
        await model.CheckAsync();
        model.Put(8, "eight", 8);
        await model.EndAndCommitAsync();
        await model.CheckAsync();
    }

    [Fact]
    public async Task Complete_result_whose_key_is_none_is_refused_before_it_fills_the_memory()
    {
        await using var model = await FilledAsync();
        model.StartOver();
        var error = await Assert.ThrowsAsync<DuplicateKeyException>(() => PushAllAsync(model, id =>
        {
            model.Rows.Clear(); // so that the model does not withdraw the row before
            return id % 10;
        }));
        Assert.Contains("id=", error.Message, StringComparison.Ordinal);
        Assert.InRange(model.Sink.Backlog.Bytes, 1, Budget + BatchBytes + BatchBytes);
    }

    private async Task<SinkModel> FilledAsync()
    {
        var model = new SinkModel(_store, Settings);
        await model.OpenAsync();
        await PushAllAsync(model, id => id);
        await model.EndAndCommitAsync();
        return model;
    }

    /// <summary>Puts many rows in batches of 1,000.</summary>
    /// <returns>Bytes that waited in memory at most.</returns>
    private static async Task<long> PushAllAsync(SinkModel model, Func<int, int> keyOf)
    {
        var most = 0L;
        for (var id = 0; id < Keys; id++)
        {
            model.Put(keyOf(id), $"a name of some length {id}", id);
            if (id % 1000 == 999)
            {
                await model.PushAsync();
                most = Math.Max(most, model.Sink.Backlog.Bytes);
            }
        }

        return most;
    }
}
