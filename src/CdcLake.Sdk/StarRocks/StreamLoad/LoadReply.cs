using System.Globalization;
using System.Text.Json;

namespace CdcLake.StarRocks.StreamLoad;

/// <summary>
/// What a cluster answered over HTTP. Frontends and backends have three dialects, <c>Status</c> and <c>Message</c> or <c>status</c> and <c>msg</c>; one tolerant reader takes all. An answer
/// that did not come, or is none of StarRocks', is lost: then nobody knows whether the request was carried out.
/// </summary>
internal sealed record LoadReply(string Status, string Message)
{
    private const int ShownBody = 200;

    /// <summary>True when no answer of StarRocks came; <see cref="Message"/> says why.</summary>
    public bool IsLost { get; private init; }

    /// <summary>RUNNING or FINISHED, where a label was used before.</summary>
    public string? ExistingJobStatus { get; private init; }

    /// <summary>Where the rejected rows can be read.</summary>
    public string? ErrorUrl { get; private init; }

    /// <summary>State of a transaction that was asked for.</summary>
    public string? State { get; private init; }

    /// <summary>Why it was aborted.</summary>
    public string? Reason { get; private init; }

    /// <summary>Rows that were left out.</summary>
    public long FilteredRows { get; private init; }

    public bool IsOk => !IsLost && (Status.Equals("OK", StringComparison.OrdinalIgnoreCase) || Status.Equals("Success", StringComparison.OrdinalIgnoreCase));

    /// <summary>Committed, and visible some time later.</summary>
    public bool IsPublishTimeout => Status.Equals("Publish Timeout", StringComparison.OrdinalIgnoreCase);

    /// <summary>The label belongs to a transaction that was not aborted.</summary>
    public bool IsLabelUsed => Status.Equals("Label Already Exists", StringComparison.OrdinalIgnoreCase) || Status.Equals("LABEL_ALREADY_EXISTS", StringComparison.OrdinalIgnoreCase);

    /// <summary>Another request of the same transaction is being served; nothing was done.</summary>
    public bool IsInProcess => Status.Equals("TXN_IN_PROCESSING", StringComparison.OrdinalIgnoreCase);

    public static LoadReply Lost(string why) => new("", why) { IsLost = true };

    public static LoadReply Parse(int statusCode, ReadOnlyMemory<byte> body, string peer)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var fields = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
            foreach (var property in document.RootElement.EnumerateObject())
            {
                fields.TryAdd(property.Name, property.Value.ToString());
            }

            if (fields.TryGetValue("Status", out var status))
            {
                return new LoadReply(status, fields.GetValueOrDefault("Message") ?? fields.GetValueOrDefault("msg") ?? "")
                {
                    ExistingJobStatus = fields.GetValueOrDefault("ExistingJobStatus"),
                    ErrorUrl = fields.GetValueOrDefault("ErrorURL"),
                    State = fields.GetValueOrDefault("state"),
                    Reason = fields.GetValueOrDefault("reason"),
                    FilteredRows = long.TryParse(fields.GetValueOrDefault("NumberFilteredRows"), NumberStyles.None, CultureInfo.InvariantCulture, out var filtered) ? filtered : 0,
                };
            }
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // not StarRocks': what follows says so
        }

        var text = System.Text.Encoding.UTF8.GetString(body.Span[..Math.Min(ShownBody, body.Length)]);
        return Lost(string.Create(CultureInfo.InvariantCulture, $"{peer} answered with HTTP {statusCode} and \"{text}\", which is no answer of StarRocks; check that LoadUrl names the HTTP port of a frontend, 8030 unless configured otherwise (http_port)"));
    }
}
