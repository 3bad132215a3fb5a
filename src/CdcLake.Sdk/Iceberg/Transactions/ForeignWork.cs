namespace CdcLake.Iceberg.Transactions;

/// <summary>What others did to a table between two of its versions; each kind includes those before it.</summary>
internal enum ForeignWork
{
    /// <summary>The same rows lie in other files: compaction.</summary>
    Rearranged,

    /// <summary>Rows came, and none of those that were there went.</summary>
    Appended,

    /// <summary>Anything.</summary>
    Any,
}
