using System.Text.Json;

namespace CdcLake.Flink.Gateway;

/// <summary>What a statement gave: pages of rows, and for one that starts a job its id.</summary>
internal sealed class StatementResult
{
    private readonly List<string> _texts = [];
    private string? _jobId;

    /// <summary>First column of each row.</summary>
    public IReadOnlyList<string> Texts => _texts;

    /// <summary>32 hex digits; from v1 it is the only row.</summary>
    public string? JobId => _jobId ?? (_texts is [var only] && only.Length == 32 && only.All(char.IsAsciiHexDigitLower) ? only : null);

    public void Add(FlinkAnswer page)
    {
        _jobId = page.Value("jobID") ?? _jobId;
        if (page.Body.ValueKind != JsonValueKind.Object || !page.Body.TryGetProperty("results", out var results) || results.ValueKind != JsonValueKind.Object
            || !results.TryGetProperty("data", out var rows) || rows.ValueKind != JsonValueKind.Array)
        {
            return;
        }

        _texts.AddRange(rows.EnumerateArray().Select(r => r.GetProperty("fields")).Where(f => f.GetArrayLength() > 0).Select(f => f[0].ToString()));
    }
}
