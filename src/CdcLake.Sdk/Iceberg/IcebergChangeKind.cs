namespace CdcLake;

/// <summary>How a row differs between two snapshots.</summary>
public enum IcebergChangeKind
{
    /// <summary>It is only in the later one.</summary>
    Insert,

    /// <summary>Its identifier columns are in both, and this is the earlier row; <see cref="UpdateAfter"/> follows at once.</summary>
    UpdateBefore,

    /// <summary>The later row with these identifier columns.</summary>
    UpdateAfter,

    /// <summary>It was only in the earlier one.</summary>
    Delete,
}
