namespace CdcLake.Connectors;

/// <summary>
/// Where a source stands, always at a transaction boundary. A position says which transactions are included; it is opaque to engine and sinks,
/// which only compare it and store its <see cref="Properties"/>.
/// </summary>
internal abstract class SourcePosition : IEquatable<SourcePosition>
{
    /// <summary>
    /// What a sink stores with its commit and hands back on start, such as <c>gtid</c>, <c>binlog-file</c>, <c>binlog-pos</c>; values are non-empty
    /// and without line breaks. <see cref="ISource.ParsePosition"/> reads them back.
    /// </summary>
    public abstract IReadOnlyDictionary<string, string> Properties { get; }

    /// <summary>
    /// The property of a position at which the tables are not whole, since the pipeline began at a place in the log and not with their rows: which place that was. A change of a row from
    /// before it is that row's first.
    /// </summary>
    public const string SinceProperty = "since";

    /// <summary>The value of <see cref="SinceProperty"/>; null when the tables are whole.</summary>
    public string? Since => Properties.GetValueOrDefault(SinceProperty);

    /// <summary>The property of a position up to which the rows of the tables were read in part only: the number of the part, counting from 1.</summary>
    public const string PartProperty = "snapshot-part";

    /// <summary>
    /// True while an initial snapshot is under way: the rows that were read are those of this position, and others are still to come. It can be gone on from, but nobody must be shown
    /// what it stands for.
    /// </summary>
    public bool IsPartial => Properties.ContainsKey(PartProperty);

    /// <summary>True when every transaction of <paramref name="other"/> is included here too (equal positions cover each other), and this one is not a part of what that one is whole of.</summary>
    public abstract bool Covers(SourcePosition other);

    public abstract bool Equals(SourcePosition? other);

    public override bool Equals(object? obj) => Equals(obj as SourcePosition);

    public abstract override int GetHashCode();

    /// <summary>For people: the GTID set, or file and offset.</summary>
    public abstract override string ToString();
}
