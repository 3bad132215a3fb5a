using System.Globalization;
using CdcLake.StarRocks.Ddl;

namespace CdcLake.StarRocks.StreamLoad;

/// <summary>Rows on their way into a table.</summary>
/// <param name="Table">Where they go.</param>
/// <param name="Headers">How the body is to be read.</param>
/// <param name="Body">Belongs to this piece.</param>
internal sealed record LoadPiece(TableName Table, IReadOnlyList<KeyValuePair<string, string>> Headers, LoadBody Body) : IDisposable
{
    public void Dispose() => Body.Dispose();
}

/// <summary>The requests of Stream Load and of its transactions, one attempt each.</summary>
/// <param name="client">Sends them.</param>
/// <param name="options">Their limits.</param>
/// <param name="clock">Measures those.</param>
internal sealed class LoadCalls(LoadClient client, StarRocksOptions options, TimeProvider clock)
{
    /// <summary>How long a commit waits until it is visible; after that it is committed all the same.</summary>
    private const string PublicationSeconds = "30";

    private readonly string _timeout = ((long)options.LoadTimeout.TotalSeconds).ToString(CultureInfo.InvariantCulture);

    /// <summary>A whole load: begins, takes the rows, commits.</summary>
    public Task<LoadReply> StreamLoadAsync(LoadPiece piece, string label, CancellationToken cancellationToken) =>
        SendAsync($"/api/{piece.Table.Database}/{piece.Table.Table}/_stream_load", piece, [new("label", label), new("timeout", _timeout)], cancellationToken);

    /// <param name="database">Where the label is unique.</param>
    /// <param name="table">The one table; null for a transaction over several.</param>
    /// <param name="label">Name of the transaction from now on.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public Task<LoadReply> BeginAsync(string database, string? table, string label, CancellationToken cancellationToken)
    {
        const string LongTime = "86400"; // rows may be sent ahead long before the commit
        KeyValuePair<string, string> of = table is null ? new("transaction_type", "multi") : new("table", table);
        return PostAsync("begin", database, label, [of, new("timeout", LongTime), new("idle_transaction_timeout", LongTime)], cancellationToken);
    }

    public Task<LoadReply> LoadAsync(LoadPiece piece, string label, CancellationToken cancellationToken) =>
        SendAsync("/api/transaction/load", piece, [new("label", label), new("db", piece.Table.Database), new("table", piece.Table.Table)], cancellationToken);

    public Task<LoadReply> PrepareAsync(string database, string label, CancellationToken cancellationToken) => PostAsync("prepare", database, label, [], cancellationToken);

    public Task<LoadReply> CommitAsync(string database, string label, CancellationToken cancellationToken) => PostAsync("commit", database, label, [new("timeout", PublicationSeconds)], cancellationToken);

    public Task<LoadReply> RollbackAsync(string database, string label, CancellationToken cancellationToken) => PostAsync("rollback", database, label, [], cancellationToken);

    /// <summary>Aborts by label at the frontend, which works without the backend that held the rows.</summary>
    public Task<LoadReply> CancelAsync(string database, string label, CancellationToken cancellationToken) =>
        client.SendAsync(new LoadRequest(HttpMethod.Post, $"/api/{database}/{label}/_cancel", []), clock, cancellationToken);

    public Task<LoadReply> StateAsync(string database, string label, CancellationToken cancellationToken) =>
        client.SendAsync(new LoadRequest(HttpMethod.Get, $"/api/{database}/get_load_state?label={label}", []), clock, cancellationToken);

    /// <summary>The list of rejected rows that a backend keeps, or why it cannot be read.</summary>
    public Task<string> ReadErrorsAsync(string url, CancellationToken cancellationToken) => client.ReadErrorsAsync(url, clock, cancellationToken);

    private Task<LoadReply> PostAsync(string verb, string database, string label, KeyValuePair<string, string>[] more, CancellationToken cancellationToken) =>
        client.SendAsync(new LoadRequest(HttpMethod.Post, $"/api/transaction/{verb}", [new("label", label), new("db", database), .. more]), clock, cancellationToken);

    private async Task<LoadReply> SendAsync(string path, LoadPiece piece, KeyValuePair<string, string>[] more, CancellationToken cancellationToken)
    {
        KeyValuePair<string, string>[] common = [.. more, .. piece.Headers, new("strict_mode", "true"), new("max_filter_ratio", "0"), new("timezone", "+00:00")];
        if (!options.Compress)
        {
            return await client.SendAsync(new LoadRequest(HttpMethod.Put, path, common, piece.Body.Bytes), clock, cancellationToken).ConfigureAwait(false);
        }

        using var packed = piece.Body.Gzip();
        var headers = piece.Headers.Contains(new("format", "json"))
            ? [.. common, new("compression", "gzip")]
            : common.Select(h => h.Key == "format" ? new("format", "gzip") : h).ToArray();
        return await client.SendAsync(new LoadRequest(HttpMethod.Put, path, headers, packed.Bytes), clock, cancellationToken).ConfigureAwait(false);
    }
}
