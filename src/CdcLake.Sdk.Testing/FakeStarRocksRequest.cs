namespace CdcLake.Testing;

/// <summary>A request that reached a <see cref="FakeStarRocks"/> over HTTP.</summary>
/// <param name="Number">Counts from 1, redirected hops included.</param>
/// <param name="Step">
/// Who was asked for what: <c>frontend</c> or <c>backend</c>, then <c>stream-load</c>, <c>begin</c>, <c>load</c>, <c>prepare</c>, <c>commit</c>, <c>rollback</c>, <c>state</c>, <c>cancel</c>
/// or <c>error-log</c>: <c>backend load</c>.
/// </param>
/// <param name="Database">Empty where the request names none.</param>
/// <param name="Table">Empty where the request names none.</param>
/// <param name="Label">Empty where the request names none.</param>
/// <param name="Headers">All headers but the password, one line each, sorted: <c>format: json</c>.</param>
public sealed record FakeStarRocksRequest(int Number, string Step, string Database, string Table, string Label, IReadOnlyList<string> Headers);
