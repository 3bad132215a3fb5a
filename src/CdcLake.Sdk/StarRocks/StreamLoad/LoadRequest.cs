namespace CdcLake.StarRocks.StreamLoad;

/// <summary>A request to a cluster, the same on every hop.</summary>
/// <param name="Method">PUT for loads, else POST or GET.</param>
/// <param name="Path">Path and query.</param>
/// <param name="Headers">Without credentials and <c>Expect</c>, which the client adds.</param>
/// <param name="Body">Rows; null for a request without any.</param>
internal sealed record LoadRequest(HttpMethod Method, string Path, IReadOnlyList<KeyValuePair<string, string>> Headers, ReadOnlyMemory<byte>? Body = null);
