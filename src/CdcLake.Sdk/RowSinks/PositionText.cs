using CdcLake.Connectors;

namespace CdcLake.RowSinks;

/// <summary>A position, and the computation and tables it belongs to, as text that a target of the application keeps: lines of <c>name=value</c>.</summary>
internal sealed record PositionText(IReadOnlyDictionary<string, string> Properties, string Plan, string Tables)
{
    private const string PlanName = "plan";
    private const string TablesName = "tables";

    public static string Of(SourcePosition position, SinkOpening opening) =>
        string.Join('\n', position.Properties.Prepend(new(TablesName, opening.Tables)).Prepend(new(PlanName, opening.Fingerprint)).Select(p => $"{p.Key}={p.Value}"));

    /// <exception cref="SinkException">It is no such text.</exception>
    public static PositionText Read(string text, string sink)
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

        return properties.Remove(PlanName, out var plan) && properties.Remove(TablesName, out var tables) && properties.Count > 0
            ? new PositionText(properties, plan, tables)
            : throw Foreign(text, sink);
    }

    /// <summary>True when the target's rows have to be replaced, since captured tables were altered.</summary>
    /// <exception cref="PlanChangedException">They are the result of another computation.</exception>
    public bool NeedsCompleteResult(SinkOpening opening, string sink) =>
        Plan != opening.Fingerprint && (opening.FollowsAlteration(Tables)
            ? true
            : throw new PlanChangedException(
                $"{sink} holds the result of another computation than the one that was built (its fingerprint is {Plan}, not {opening.Fingerprint}): rows of both would stand side by side. "
                + "Undo the change, or empty the target and have OpenAsync answer null: the result is then written anew."));

    private static SinkException Foreign(string text, string sink) => new(
        $"{sink} gave back \"{(text.Length > 200 ? text[..200] + "…" : text)}\" as its position, which is none. OpenAsync must return what CommitAsync was given, unchanged (is the column wide enough?), or null.");
}
