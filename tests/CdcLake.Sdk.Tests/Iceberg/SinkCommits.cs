using CdcLake.Connectors;

namespace CdcLake.Tests.Iceberg;

/// <summary>A commit of one sink by itself, as the runtime does it with all sinks of a pipeline.</summary>
internal static class SinkCommits
{
    public static async Task<SinkCommit?> PrepareAndPublishAsync(this ISink sink, CancellationToken cancellationToken)
    {
        var prepared = await sink.PrepareAsync(cancellationToken);
        if (prepared is null)
        {
            return null;
        }

        await using (prepared)
        {
            return (await prepared.Group.PublishAsync([prepared], cancellationToken))[0];
        }
    }
}
