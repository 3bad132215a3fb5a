using System.Collections.Frozen;
using CdcLake.Columnar;

namespace CdcLake.Connectors;

/// <summary>A captured table as the source describes it.</summary>
/// <param name="Name">Qualified name such as <c>appdb.sales</c>.</param>
/// <param name="Schema">All columns, in table order.</param>
/// <param name="NativeTypes">For each column the source's own type text, for messages: <c>int unsigned</c>, <c>decimal(10,2)</c>. When unrepresentable the column has no entry in <see cref="Unsupported"/>.</param>
/// <param name="PrimaryKey">Ordinals of the primary key columns in key order; empty when the table has none.</param>
/// <param name="Unsupported">Ordinal → reason, for columns whose type cannot be captured; an error only when somebody reads them. Their <see cref="Field"/> has type <see cref="TypeKind.Binary"/>.</param>
internal sealed record SourceTable(
    string Name,
    Schema Schema,
    IReadOnlyList<string> NativeTypes,
    IReadOnlyList<int> PrimaryKey,
    IReadOnlyDictionary<int, string> Unsupported)
{
    /// <summary>Character set of text columns that are added without one, by the source's name for it; null when it is not known.</summary>
    public string? Charset { get; init; }

    /// <summary>Ordinals of columns that the source computes from others: a change of another column's definition may change their values.</summary>
    public IReadOnlySet<int> Generated { get; init; } = FrozenSet<int>.Empty;

    /// <summary>True when nobody asked for the table, but rows of one that was asked for refer to it by a foreign key that has to be followed.</summary>
    public bool IsOnlyReferredTo { get; init; }

    /// <summary>How rows that the log has in part are made whole; null where it has to have them whole.</summary>
    public RowCompletion? Completion { get; init; }

    /// <summary>Foreign keys of the table that change its rows without a word in the log; empty where the log tells, or there are none.</summary>
    public IReadOnlyList<ForeignKey> ForeignKeys { get; init; } = [];
}
