using System.Globalization;
using System.Linq.Expressions;

namespace CdcLake.IntegrationTests.Pipelines;

/// <summary>A pipeline in this process whose result is a view.</summary>
/// <param name="pipeline">The pipeline.</param>
/// <param name="lines">The rows of its view.</param>
internal sealed class FollowedView(Pipeline pipeline, Func<IEnumerable<string>> lines) : IAsyncDisposable
{
    public Pipeline Pipeline => pipeline;

    /// <summary>Checkpoints often.</summary>
    public static FollowedView Of<TKey, TRow>(ChangeStream<TRow> stream, Expression<Func<TRow, TKey>> key, string name, string checkpoints)
    {
        var view = new View<TKey, TRow>(name);
        var pipeline = stream.ToView(view, key).Build(name, o => (o.CheckpointFolder, o.CheckpointInterval) = (checkpoints, TimeSpan.FromMilliseconds(20)));
        return new FollowedView(pipeline, () => view.Current.Select(r => Line(r!)));
    }

    /// <summary>Its rows in the form of <see cref="SteppedReplica.NamedLines"/>, sorted.</summary>
    public string[] Lines() => [.. lines().Order(StringComparer.Ordinal)];

    public ValueTask DisposeAsync() => pipeline.DisposeAsync();

    private static string Line(object row)
    {
        var values = row is Row untyped
            ? untyped.Columns.Select(c => (Name: c, Value: untyped[c]))
            : row.GetType().GetProperties().Where(p => p.Name != "EqualityContract").Select(p => (p.Name, Value: p.GetValue(row)));
        return string.Join(", ", values.Select(v => $"{v.Name}={Convert.ToString(v.Value ?? "NULL", CultureInfo.InvariantCulture)}").Order(StringComparer.Ordinal));
    }
}

/// <summary>Several such pipelines, running.</summary>
internal sealed class FollowedViews : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _running;

    public FollowedViews(IReadOnlyList<FollowedView> views)
    {
        Views = views;
        _running = [.. views.Select(v => v.Pipeline.RunAsync(_stop.Token))];
    }

    public IReadOnlyList<FollowedView> Views { get; }

    /// <summary>Waits until all show a position; passes on the error of one that ends.</summary>
    public async Task WaitForGtidAsync(string gtid)
    {
        using var limit = new CancellationTokenSource(ChildProcess.Limit);
        foreach (var (view, running) in Views.Zip(_running))
        {
            var reached = view.Pipeline.WaitForGtidAsync(gtid, cancellationToken: limit.Token);
            await await Task.WhenAny(reached, running);
        }
    }

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_running);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        foreach (var (view, running) in Views.Zip(_running))
        {
            await running.ContinueWith(_ => { }, TaskScheduler.Default);
            await view.DisposeAsync();
        }

        _stop.Dispose();
    }
}
