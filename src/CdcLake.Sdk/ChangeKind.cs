namespace CdcLake;

/// <summary>What happened to a row of a result.</summary>
public enum ChangeKind
{
    /// <summary>The key had no row.</summary>
    Added,

    /// <summary>The key has another row. Untyped rows and classes without equality of their own count as another whenever they were written.</summary>
    Updated,

    /// <summary>The key has no row any more.</summary>
    Removed,
}
