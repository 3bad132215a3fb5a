using System.Collections.Immutable;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Tables;
using CdcLake.Storage;

namespace CdcLake.Iceberg.Catalogs;

/// <summary>
/// Metadata files of one table that left the log. They stay for a minute more, so that an instance that was put to sleep for a moment still finds the version it
/// builds on; however quickly versions follow each other, there are never more than <see cref="MostTimes"/> times as many as the log has. Safe for concurrent use.
/// </summary>
internal sealed class RetiredMetadata
{
    /// <summary>How long a file stays after it left the log.</summary>
    public static readonly TimeSpan KeptAge = TimeSpan.FromMinutes(1);

    private const int MostTimes = 10;
    private readonly Lock _lock = new();
    private readonly Queue<(long RetiredMs, string Uri)> _files = new();

    /// <summary>Puts files at the end.</summary>
    /// <param name="uris">Oldest first.</param>
    /// <param name="nowMs">Time of the version that dropped them, or of the one at which they were found.</param>
    public void Add(IEnumerable<string> uris, long nowMs)
    {
        lock (_lock)
        {
            foreach (var uri in uris)
            {
                _files.Enqueue((nowMs, uri));
            }
        }
    }

    /// <summary>Removes the files whose time has come.</summary>
    /// <param name="files">Where they are.</param>
    /// <param name="table">The version that was just committed.</param>
    public Task DeleteAsync(FileIO files, TableMetadata table) => files.DeleteManyAsync(Due(table), CancellationToken.None);

    private ImmutableArray<string> Due(TableMetadata table)
    {
        var most = TableProperties.PreviousMetadata(table.Properties) * MostTimes;
        var due = ImmutableArray.CreateBuilder<string>();
        lock (_lock)
        {
            while (_files.TryPeek(out var oldest) && (table.LastUpdatedMs - oldest.RetiredMs > KeptAge.TotalMilliseconds || _files.Count > most))
            {
                due.Add(_files.Dequeue().Uri);
            }
        }

        return due.ToImmutable();
    }
}
