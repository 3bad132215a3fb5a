using System.Collections.Immutable;

namespace CdcLake.Iceberg.Puffin;

/// <summary>What the footer of a Puffin file says of one blob. Immutable.</summary>
/// <param name="Type">What it holds, for example <see cref="DeletionVector.BlobType"/>.</param>
/// <param name="Fields">Ids of the columns it is about.</param>
/// <param name="Offset">Where it begins in the file.</param>
/// <param name="Length">Its bytes, as they are stored.</param>
internal sealed record PuffinBlob(string Type, ImmutableArray<int> Fields, long Offset, long Length)
{
    /// <summary>For blobs whose snapshot is the one that adds the file.</summary>
    public const long Inherited = -1;

    public long SnapshotId { get; init; } = Inherited;

    public long SequenceNumber { get; init; } = Inherited;

    /// <summary><c>lz4</c> or <c>zstd</c>; null when it is stored as it is.</summary>
    public string? Codec { get; init; }

    public ImmutableSortedDictionary<string, string> Properties { get; init; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);
}
