namespace CdcLake.Testing;

/// <summary>One of the things that an operator keeps, all partitions together. Immutable.</summary>
/// <param name="Name"><c>left</c> and <c>right</c> of a join, <c>groups</c> of an aggregate, the name of a foreign key, <c>rows</c> of all others.</param>
/// <param name="Rows">Rows, each as often as it is kept; groups of an aggregate.</param>
/// <param name="Bytes">Bytes that a checkpoint of them takes when it is written anew, wherever they lie while the pipeline runs.</param>
/// <param name="Columns">What a row has. Of a group the key and the results of the aggregates, under their names in the plan: <c>sum(qty)</c>.</param>
public sealed record StateStore(string Name, long Rows, long Bytes, IReadOnlyList<ColumnDescription> Columns);
