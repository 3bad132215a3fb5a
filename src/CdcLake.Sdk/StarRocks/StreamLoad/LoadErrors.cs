using CdcLake.StarRocks.Ddl;

namespace CdcLake.StarRocks.StreamLoad;

/// <summary>What refusals mean, by the words that servers use.</summary>
internal static class LoadErrors
{
    public const string FilteredRows = "too many filtered rows";

    /// <summary>Somebody has to act: the same request will never succeed.</summary>
    private static readonly string[] Lasting =
    [
        FilteredRows, "primary key size exceed the limit", "Only primary key table support", "Access denied", "unknown data format", "unknown table", "unknown database",
        "Getting syntax error", "Getting analyzing error", "exceed the max size", "exceed limit:", "no valid Basic authorization", "Unknown column", "Failed to parse json", "compressed JSON format",
        "There is no 100-continue header", "Not implemented",
    ];

    /// <summary>It passes by itself, or when the administrator helps the cluster.</summary>
    private static readonly (string Words, string Cure)[] Passing =
    [
        ("too many versions", " Compaction does not keep up with commits: commit less often (PipelineOptions.CommitInterval), or give the cluster more room."),
        ("too large compaction score", " Compaction does not keep up with commits: commit less often (PipelineOptions.CommitInterval), or give the cluster more room."),
        ("No backend alive", " All backends are down, or the frontend cannot reach them: see SHOW BACKENDS."),
        ("current running txns on db", " Other loads leave too many transactions open: see SHOW PROC '/transactions'."),
    ];

    public static bool IsLasting(LoadReply reply) => !reply.IsLost && Lasting.Any(w => reply.Message.Contains(w, StringComparison.OrdinalIgnoreCase));

    /// <summary>The error of a refusal.</summary>
    /// <param name="calls">Fetches the rejected rows.</param>
    /// <param name="reply">The refusal.</param>
    /// <param name="table">What was loaded.</param>
    /// <param name="label">Under which label.</param>
    /// <param name="cancellationToken">Ends the fetching.</param>
    public static async Task<StarRocksLoadException> OfAsync(LoadCalls calls, LoadReply reply, TableName table, string label, CancellationToken cancellationToken)
    {
        var rows = reply.ErrorUrl is { } url ? $" Rejected rows, as the server lists them: {await calls.ReadErrorsAsync(url, cancellationToken).ConfigureAwait(false)}" : "";
        var cure = Passing.FirstOrDefault(p => reply.Message.Contains(p.Words, StringComparison.OrdinalIgnoreCase)).Cure ?? "";
        var what = reply.IsLost ? $"StarRocks did not say whether it took rows of {table}: {reply.Message}." : $"StarRocks refused rows of {table}: {reply.Message.TrimEnd('.')} ({reply.Status}).";
        return new StarRocksLoadException($"{what}{rows}{cure} Label {label}.") { IsTransient = !IsLasting(reply), Label = label };
    }
}
