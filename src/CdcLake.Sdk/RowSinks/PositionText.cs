namespace CdcLake.RowSinks;

/// <summary>A position, and the computation it belongs to, as text that a target of the application keeps: lines of <c>name=value</c>.</summary>
internal static class PositionText
{
    private const string Plan = "plan";

    public static string Of(IReadOnlyDictionary<string, string> properties, string fingerprint) =>
        string.Join('\n', properties.Prepend(new(Plan, fingerprint)).Select(p => $"{p.Key}={p.Value}"));

    /// <exception cref="SinkException">It is no such text.</exception>
    /// <exception cref="PlanChangedException">It belongs to another computation.</exception>
    public static IReadOnlyDictionary<string, string> Read(string text, string sink, string fingerprint)
    {
        var properties = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in text.ReplaceLineEndings("\n").Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0 || !properties.TryAdd(line[..equals], line[(equals + 1)..]))
            {
                throw Foreign(text, sink);
            }
        }

        if (!properties.Remove(Plan, out var plan) || properties.Count == 0)
        {
            throw Foreign(text, sink);
        }

        return plan == fingerprint
            ? properties
            : throw new PlanChangedException(
                $"{sink} holds the result of another computation than the one that was built (its fingerprint is {plan}, not {fingerprint}): rows of both would stand side by side. "
                + "Undo the change, or empty the target and have OpenAsync answer null: the result is then written anew.");
    }

    private static SinkException Foreign(string text, string sink) => new(
        $"{sink} gave back \"{(text.Length > 200 ? text[..200] + "…" : text)}\" as its position, which is none. OpenAsync must return what CommitAsync was given, unchanged (is the column wide enough?), or null.");
}
