using System.Globalization;
using System.Text.Json.Serialization;

namespace CdcLake;

/// <summary>An error as a status shows it: plain values that can be kept, compared and written as JSON.</summary>
public sealed record PipelineError
{
    /// <summary>
    /// Kind of the error: the name of its class without <c>Exception</c>, followed by the peer's own code where it has one, such as <c>MySqlServer/1045</c>,
    /// <c>ObjectStore/AccessDenied</c>, <c>PlanChanged</c>. Does not change between versions as texts may.
    /// </summary>
    public required string Code { get; init; }

    /// <summary>What happened, where, why probably, and what to do; without secrets.</summary>
    public required string Message { get; init; }

    /// <summary>When it was met.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>True when it may pass by itself: then it is waited out. False: somebody has to act.</summary>
    public bool IsTransient { get; init; }

    /// <summary>How many attempts in a row have failed by now; 0 where nothing is tried again.</summary>
    public int Attempt { get; init; }

    /// <summary>When the next attempt begins; null when there will be none, or it has begun.</summary>
    public DateTimeOffset? NextAttempt { get; init; }

    /// <summary>The source, operator or sink that failed; null when that is not known.</summary>
    public string? Stage { get; init; }

    /// <summary>Source position of the last transaction that was complete before it; null when there was none.</summary>
    public string? Position { get; init; }

    /// <summary>The error itself, with stack and causes; not part of the JSON.</summary>
    [JsonIgnore]
    public Exception? Exception { get; init; }

    /// <summary>Code and message.</summary>
    public override string ToString() => $"{Code}: {Message}";

    internal static PipelineError Of(Exception error, DateTimeOffset at, int attempt = 0, DateTimeOffset? next = null)
    {
        var known = error as CdcLakeException;
        return new PipelineError
        {
            Code = CodeOf(error),
            Message = error.Message,
            At = at,
            IsTransient = known is { IsTransient: true },
            Attempt = attempt,
            NextAttempt = next,
            Stage = known?.Stage,
            Position = known?.Position,
            Exception = error,
        };
    }

    /// <summary>The code alone.</summary>
    internal static string CodeOf(Exception error)
    {
        const string Suffix = "Exception";
        var name = error.GetType().Name;
        name = name.Length > Suffix.Length && name.EndsWith(Suffix, StringComparison.Ordinal) ? name[..^Suffix.Length] : name;
        var detail = error switch
        {
            MySqlServerException { Code: > 0 } server => server.Code.ToString(CultureInfo.InvariantCulture),
            ObjectStoreException { Code: { } code } => code,
            CatalogException { Error: not CatalogError.Other } catalog => catalog.Error.ToString(),
            _ => null,
        };
        return detail is null ? name : $"{name}/{detail}";
    }
}
