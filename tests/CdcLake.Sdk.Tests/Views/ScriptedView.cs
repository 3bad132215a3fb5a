using CdcLake.Tests.Runtime;

namespace CdcLake.Tests.Views;

/// <summary>A view of <c>shop.items</c>, filled by a scripted source.</summary>
internal static class ScriptedView
{
    public static View<int, ScriptedPipeline.Item> New(int feedRows = 100_000) => new("items", feedRows);

    public static string[] Lines(this ViewSnapshot<int, ScriptedPipeline.Item> state) => [.. state.OrderBy(i => i.Id).Select(i => $"{i.Id}: {i.Qty}")];

    public static string Text(ViewChanges<int, ScriptedPipeline.Item> changes) =>
        $"{Short(changes.Snapshot.Position)}{(changes.IsComplete ? "!" : "")}{(changes.Missed > 0 ? $"-{changes.Missed}" : "")} "
        + string.Join(' ', changes.Changes.OrderBy(c => c.Key).Select(c => $"{c.Kind switch { ChangeKind.Added => '+', ChangeKind.Updated => '~', _ => '-' }}{c.Key}:{c.Before?.Qty}>{c.After?.Qty}"));

    /// <summary>The number of a position.</summary>
    public static string Short(string? position) => TestPosition.Short(position);

    /// <summary>Reads until what was read ends in a state at <paramref name="position"/>.</summary>
    public static async Task<List<string>> FollowAsync(this View<int, ScriptedPipeline.Item> view, int position, TaskCompletionSource? first = null)
    {
        var read = new List<string>();
        await foreach (var changes in view.ChangesAsync())
        {
            read.Add(Text(changes));
            first?.TrySetResult();
            if (Short(changes.Snapshot.Position) == $"{position}")
            {
                break;
            }
        }

        return read;
    }
}
