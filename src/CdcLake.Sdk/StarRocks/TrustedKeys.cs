using CdcLake.State.Rows;
using CdcLake.Upserts;

namespace CdcLake.StarRocks;

/// <summary>The key of a captured table is unique in it, so the keys of its copy need not be kept: the changes themselves say whether there was a row.</summary>
internal sealed class TrustedKeys : ICommittedKeys
{
    public static TrustedKeys Instance { get; } = new();

    public bool AreKnown => false;

    public void Find(EncodedRows keys, Span<bool> present) => throw new InvalidOperationException("Whether a row was there is for the changes to say.");
}
