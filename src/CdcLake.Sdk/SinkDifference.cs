namespace CdcLake;

/// <summary>A row that differs between a table and its replica.</summary>
/// <param name="Key">Columns of the key with their values: <c>id=5</c>.</param>
/// <param name="Kind">How it differs.</param>
/// <param name="Columns">Of a row that both have, the columns that differ, with both values; long values are cut.</param>
public sealed record SinkDifference(string Key, SinkDifferenceKind Kind, IReadOnlyList<string> Columns);
