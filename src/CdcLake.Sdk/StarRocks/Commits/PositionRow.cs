using System.Text.Json;
using CdcLake.Connectors;

namespace CdcLake.StarRocks.Commits;

/// <summary>What is known of a table that a pipeline fills: a row of <c>cdclake_positions</c>.</summary>
/// <param name="Table">Name of the table, without the database, which is the same.</param>
/// <param name="Pipeline">Who fills it.</param>
/// <param name="Plan">Hash of what it holds the result of; empty where that is not known.</param>
/// <param name="Number">Commits so far, begun ones included.</param>
/// <param name="Run">Who may commit next: a token that each opening chooses anew; behind it, while that opening goes on, those of earlier runs that may still have something open.</param>
/// <param name="Position">What the visible rows stand for; null while the table is filled for the first time, or anew.</param>
internal sealed record PositionRow(string Table, string Pipeline, string Plan, long Number, string Run, IReadOnlyDictionary<string, string>? Position)
{
    /// <summary>Hash of what the captured tables looked like; empty where a target does not follow them.</summary>
    public string Tables { get; init; } = "";

    /// <summary>The columns that were made for the result, so that those of them that a later definition of the captured tables has no more can go.</summary>
    public IReadOnlyList<string> Columns { get; init; } = [];

    /// <summary>Label under which the next commit may have happened: it did if the label's transaction is visible; null when none was begun.</summary>
    public string? PendingLabel { get; init; }

    /// <summary>What the rows stand for in that case.</summary>
    public IReadOnlyDictionary<string, string>? PendingPosition { get; init; }

    /// <summary>When this was written, by this machine's clock.</summary>
    public DateTimeOffset WrittenAt { get; init; }

    /// <summary>Who may commit next; empty when nobody has.</summary>
    public string Owner => Run.Split(' ')[0];

    /// <summary>Earlier runs that may have something open, as seen by a run.</summary>
    public IEnumerable<string> Former(string run) => Run.Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(r => r != run);

    public bool IsAt(IReadOnlyDictionary<string, string> position) =>
        PendingLabel is null && Position is not null && Position.Count == position.Count && position.All(p => Position.GetValueOrDefault(p.Key) == p.Value);

    /// <summary>True when another definition of the captured tables, and not of the pipeline, may be why the table is not what is wanted now; or when its rows count for nothing anyway.</summary>
    public bool MayBeReplaced(SinkOpening opening) => Position is null || opening.FollowsAlteration(Tables);

    public static string? Write(IReadOnlyDictionary<string, string>? position)
    {
        if (position is null)
        {
            return null;
        }

        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            foreach (var (name, value) in position)
            {
                json.WriteString(name, value);
            }

            json.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    public static IReadOnlyDictionary<string, string>? Read(string? text)
    {
        if (text is null)
        {
            return null;
        }

        using var json = JsonDocument.Parse(text);
        return json.RootElement.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetString()!, StringComparer.Ordinal);
    }
}
