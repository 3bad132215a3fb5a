namespace CdcLake.Iceberg.Index;

/// <summary>The form in which an index keeps keys.</summary>
/// <typeparam name="TSelf">The form itself.</typeparam>
internal interface IIndexKey<TSelf> : IEquatable<TSelf>
    where TSelf : unmanaged, IIndexKey<TSelf>
{
    /// <summary>A hash for tables, all bits usable.</summary>
    /// <param name="seed">That of the index.</param>
    ulong Hash(ulong seed);

    /// <summary>The key of an encoded row.</summary>
    /// <param name="encoded">The row.</param>
    /// <param name="seed">That of the index.</param>
    static abstract TSelf Of(ReadOnlySpan<byte> encoded, ulong seed);
}
