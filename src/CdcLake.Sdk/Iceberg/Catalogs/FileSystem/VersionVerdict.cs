namespace CdcLake.Iceberg.Catalogs.FileSystem;

/// <summary>What became of a version that was created.</summary>
/// <param name="IsKnown">False when nobody can say any more: its writer slept for longer than former versions are kept.</param>
/// <param name="Objection">Why it is no commit, as a clause about the table; null when it is one.</param>
internal readonly record struct VersionVerdict(bool IsKnown, string? Objection)
{
    public static VersionVerdict Commit { get; } = new(true, null);

    public static VersionVerdict Unknown { get; } = new(false, null);
}
