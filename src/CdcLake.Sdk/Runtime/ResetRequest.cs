using CdcLake.Storage;

namespace CdcLake.Runtime;

/// <summary>
/// The wish that a pipeline begins anew, kept as an object beside its checkpoints from <see cref="AskAsync"/> until a run has committed a new snapshot. A run that is killed in
/// between finds it again.
/// </summary>
internal static class ResetRequest
{
    private const string Name = "reset-requested";

    /// <summary>Notes the wish, and then removes the checkpoints.</summary>
    /// <exception cref="InvalidOperationException">The source has no snapshot.</exception>
    public static async Task AskAsync(PipelineDefinition definition, CancellationToken cancellationToken)
    {
        var source = definition.CreateSource();
        await using (source.ConfigureAwait(false))
        {
            if (!source.StartsWithSnapshot)
            {
                throw new InvalidOperationException(
                    $"Pipeline \"{definition.Name}\" reads {source.Name}, of which there is no snapshot to begin anew with. Remove its tables and its checkpoint folder instead.");
            }
        }

        var files = definition.OpenCheckpoints();
        _ = await files.TryPutNewAsync(Name, "{}"u8.ToArray(), cancellationToken).ConfigureAwait(false); // false: it was noted before
        var stale = new List<string>();
        await foreach (var name in files.ListAsync("", cancellationToken).ConfigureAwait(false))
        {
            stale.Add(name);
        }

        foreach (var name in stale.Where(n => n != Name))
        {
            await files.DeleteAsync(name, cancellationToken).ConfigureAwait(false);
        }
    }

    public static async Task<bool> IsAskedAsync(IObjectStore files, CancellationToken cancellationToken) =>
        await files.TryReadAsync(Name, cancellationToken).ConfigureAwait(false) is not null;

    public static Task DoneAsync(IObjectStore files, CancellationToken cancellationToken) => files.DeleteAsync(Name, cancellationToken);
}
