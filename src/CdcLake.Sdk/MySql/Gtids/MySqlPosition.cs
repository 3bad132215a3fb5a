using System.Collections.Frozen;
using System.Globalization;
using CdcLake.Connectors;

namespace CdcLake.MySql.Gtids;

/// <summary>
/// A transaction boundary in a MySQL log: the set of all transactions that are included. File and offset say where that boundary was met;
/// they help people and are not compared, since another server has other files.
/// </summary>
internal sealed class MySqlPosition : SourcePosition
{
    public const string GtidProperty = "gtid";
    public const string FileProperty = "binlog-file";
    public const string OffsetProperty = "binlog-pos";

    // An empty set has to be stored as non-empty text.
    private const string EmptySet = "none";

    private IReadOnlyDictionary<string, string>? _properties;

    /// <param name="executed">Every transaction included.</param>
    /// <param name="file">Binary log file, or null when unknown.</param>
    /// <param name="offset">Byte offset in <paramref name="file"/> behind the last included transaction; 0 when unknown.</param>
    /// <param name="since">Where the pipeline began in the log without the rows from before; null when it has all rows.</param>
    public MySqlPosition(GtidSet executed, string? file = null, long offset = 0, GtidSet? since = null)
    {
        Began = since;
        Executed = executed;
        File = file;
        Offset = offset;
    }

    public GtidSet Executed { get; }

    /// <summary>How much of an initial snapshot has been read at <see cref="Executed"/>; null when it is whole.</summary>
    public SnapshotPart? Part { get; init; }

    /// <summary>Rows from before this set are not in the result unless they changed since; null when it has all rows.</summary>
    public GtidSet? Began { get; }

    public string? File { get; }

    public long Offset { get; }

    public override IReadOnlyDictionary<string, string> Properties => _properties ??= CreateProperties();

    /// <summary>Reads back <see cref="Properties"/>; file and offset are optional.</summary>
    /// <exception cref="CheckpointException">No <c>gtid</c>, or a value that does not parse.</exception>
    public static MySqlPosition Parse(IReadOnlyDictionary<string, string> properties)
    {
        if (!properties.TryGetValue(GtidProperty, out var text))
        {
            throw new CheckpointException("The stored position has no \"gtid\": it was not written by a MySQL source. Start with an empty target, or name the pipeline that wrote it.");
        }

        var set = ParseSet(GtidProperty, text);
        var since = properties.TryGetValue(SinceProperty, out var began) ? ParseSet(SinceProperty, began) : null;
        long offset = 0;
        if (properties.TryGetValue(OffsetProperty, out var offsetText)
            && !long.TryParse(offsetText, NumberStyles.None, CultureInfo.InvariantCulture, out offset))
        {
            throw new CheckpointException($"The stored position has binlog-pos \"{offsetText}\", which is not a number: the stored properties were changed by somebody else. Restore them, or start with an empty target.");
        }

        return new MySqlPosition(set, properties.GetValueOrDefault(FileProperty), offset, since) { Part = SnapshotPart.Parse(properties) };
    }

    private static GtidSet ParseSet(string property, string text) => (text == EmptySet ? GtidSet.Empty : GtidSet.TryParse(text)) ?? throw new CheckpointException(
        $"The stored position has {property} \"{text}\", which is not a GTID set: the stored properties were changed by somebody else. Restore them, or start with an empty target.");

    /// <summary>Compares GTID sets, and how much of a snapshot has been read; false for a position of another kind of source.</summary>
    public override bool Covers(SourcePosition other) => other is MySqlPosition position && Executed.Covers(position.Executed)
        && (Part is null || Part.Number >= position.Part?.Number);

    public override bool Equals(SourcePosition? other) => other is MySqlPosition position && Executed.Equals(position.Executed) && Part == position.Part;

    public override int GetHashCode() => Executed.GetHashCode();

    public override string ToString() => Text(Executed);

    private static string Text(GtidSet set) => set.IsEmpty ? EmptySet : set.ToString();

    private FrozenDictionary<string, string> CreateProperties()
    {
        var properties = new Dictionary<string, string>(StringComparer.Ordinal) { [GtidProperty] = ToString() };
        if (File is { Length: > 0 } file)
        {
            properties[FileProperty] = file;
            properties[OffsetProperty] = Offset.ToString(CultureInfo.InvariantCulture);
        }

        if (Began is not null)
        {
            properties[SinceProperty] = Text(Began);
        }

        Part?.AddTo(properties);
        return properties.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
