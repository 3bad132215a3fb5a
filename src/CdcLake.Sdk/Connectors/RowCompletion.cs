using CdcLake.Columnar;

namespace CdcLake.Connectors;

/// <summary>What makes rows of a table whole of which the source's log has only some columns: the row as it was, found by its key, and what an inserted row has where nothing was said.</summary>
/// <param name="Key">Ordinals of the columns by which the log tells rows apart; empty where it has all former values, so that nothing needs to be kept.</param>
/// <param name="Defaults">For each column of the table its default as the source prints it, which says when it became another one.</param>
/// <param name="Values">For each column that default as one row; null where it is not known.</param>
internal sealed record RowCompletion(IReadOnlyList<int> Key, IReadOnlyList<string> Defaults, IReadOnlyList<Column?> Values);
