using CdcLake.Tests.Runtime;

namespace CdcLake.Tests.RowSinks;

/// <summary>A target of an application: rows and position change together. Checks that every change fits what it holds.</summary>
internal sealed class ItemTable : ISink<ScriptedPipeline.Item>
{
    public string Name => "items";

    public SortedDictionary<int, long> Rows { get; private set; } = [];

    public string? Position { get; set; }

    public List<string> Commits { get; } = [];

    /// <summary>Called with <c>open</c>, <c>before</c> and <c>after</c>; may throw.</summary>
    public Action<string> Fault { get; set; } = _ => { };

    public Task<string?> OpenAsync(string pipeline, CancellationToken cancellationToken)
    {
        Assert.Equal("scripted", pipeline);
        Fault("open");
        return Task.FromResult(Position);
    }

    public Task CommitAsync(SinkCommit<ScriptedPipeline.Item> commit, CancellationToken cancellationToken)
    {
        Fault("before");
        var rows = commit.IsCompleteResult ? [] : new SortedDictionary<int, long>(Rows);
        foreach (var (kind, before, after) in commit.Changes)
        {
            Assert.Equal((kind != ChangeKind.Added, kind != ChangeKind.Removed), (before is not null, after is not null));
            Assert.True(before is null ? !rows.ContainsKey(after!.Id) : rows[before.Id] == before.Qty && (after is null || after.Id == before.Id), $"{kind} {before} {after}");
            if (after is null)
            {
                rows.Remove(before!.Id);
            }
            else
            {
                rows[after.Id] = after.Qty;
            }
        }

        (Rows, Position) = (rows, commit.Position);
        Commits.Add($"{TestPosition.Short(commit.Gtid)}{(commit.IsCompleteResult ? "!" : "")} {commit.Changes.Count()}");
        Fault("after");
        return Task.CompletedTask;
    }
}
