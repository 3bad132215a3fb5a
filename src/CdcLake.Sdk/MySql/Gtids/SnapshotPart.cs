using System.Globalization;
using CdcLake.Connectors;

namespace CdcLake.MySql.Gtids;

/// <summary>How far an initial snapshot has come that is not whole yet.</summary>
/// <param name="Number">Counts the parts of it from 1.</param>
/// <param name="Progress">Which rows of which tables were read; only the snapshot itself knows what it means. Non-empty, one line.</param>
internal sealed record SnapshotPart(int Number, string Progress)
{
    private const string ProgressProperty = "snapshot-progress";

    /// <summary>Reads back what <see cref="AddTo"/> wrote; null when there is none.</summary>
    /// <exception cref="CheckpointException">There is one that does not parse.</exception>
    public static SnapshotPart? Parse(IReadOnlyDictionary<string, string> properties)
    {
        if (!properties.TryGetValue(SourcePosition.PartProperty, out var text))
        {
            return null;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && properties.TryGetValue(ProgressProperty, out var progress)
            ? new SnapshotPart(number, progress)
            : throw new CheckpointException(
                $"The stored position has {SourcePosition.PartProperty} \"{text}\" without a number or without {ProgressProperty}: the stored properties were changed by somebody else. Start with an empty target.");
    }

    public void AddTo(IDictionary<string, string> properties)
    {
        properties[SourcePosition.PartProperty] = Number.ToString(CultureInfo.InvariantCulture);
        properties[ProgressProperty] = Progress;
    }
}
