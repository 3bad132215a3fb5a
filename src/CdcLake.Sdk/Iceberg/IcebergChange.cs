namespace CdcLake;

/// <summary>A row that differs between two snapshots of an <see cref="IcebergTable"/>.</summary>
/// <param name="Kind">How.</param>
/// <param name="Row">The row as it was before, or as it is now.</param>
public sealed record IcebergChange<T>(IcebergChangeKind Kind, T Row);
