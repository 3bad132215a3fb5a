using System.Text.Json;

namespace CdcLake.Flink.Gateway;

/// <summary>Finds the line that matters in what Flink says of an error: the innermost cause of a stack trace.</summary>
internal static class ServerError
{
    private const string Cause = "Caused by: ";

    /// <summary>Of an answer: the texts in <c>errors</c>, else the whole.</summary>
    public static string Of(FlinkAnswer answer) => Texts(answer) is var texts && texts.Trim().Length == 0 ? $"HTTP status {answer.Status}" : Of(texts);

    /// <summary>All that an answer says.</summary>
    public static string Texts(FlinkAnswer answer) =>
        answer.Body.ValueKind == JsonValueKind.Object && answer.Body.TryGetProperty("errors", out var errors) && errors.ValueKind == JsonValueKind.Array
            ? string.Join('\n', errors.EnumerateArray().Select(e => e.ToString()))
            : answer.Text;

    /// <summary>Of a stack trace: the last cause, without the class of the exception where a message follows; else the first line that says something.</summary>
    public static string Of(string trace)
    {
        var lines = trace.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var cause = Array.FindLastIndex(lines, l => l.StartsWith(Cause, StringComparison.Ordinal));
        var first = cause >= 0 ? cause : Array.FindIndex(lines, l => l is not "Internal server error." && !l.StartsWith('<') && !l.StartsWith("at ", StringComparison.Ordinal));
        if (first < 0)
        {
            return lines.Length == 0 ? "" : lines[0];
        }

        // A message may go on over several lines, up to the first frame.
        var message = string.Join(' ', lines.Skip(first).TakeWhile((l, i) => i == 0 || !(l.StartsWith("at ", StringComparison.Ordinal) || l.StartsWith("...", StringComparison.Ordinal) || l.StartsWith("End of exception", StringComparison.Ordinal))).Take(6));
        message = message.StartsWith(Cause, StringComparison.Ordinal) ? message[Cause.Length..] : message;
        var colon = message.IndexOf(": ", StringComparison.Ordinal);
        return colon > 0 && !message.AsSpan(0, colon).Contains(' ') && colon + 2 < message.Length ? message[(colon + 2)..] : message;
    }
}
