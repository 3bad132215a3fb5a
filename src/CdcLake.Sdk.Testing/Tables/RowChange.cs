namespace CdcLake.Testing.Tables;

/// <summary>A row event: what one row was before and after. One of the two is null for a row that came or went.</summary>
/// <param name="Table">Its table.</param>
/// <param name="Before">Stored values, or null.</param>
/// <param name="After">Stored values, or null.</param>
internal sealed record RowChange(MemoryTable Table, object?[]? Before, object?[]? After);
