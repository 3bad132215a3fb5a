using System.Collections.Immutable;
using CdcLake.Columnar.Collations;

namespace CdcLake.Columnar;

/// <summary>One column of a <see cref="Schema"/>. Equal when name, type and nullability are.</summary>
/// <param name="Name">Unique within its schema; as the source or the user's record spells it.</param>
/// <param name="Type">Type of the values that are not null.</param>
/// <param name="Nullable">False only when no row can hold null.</param>
internal sealed record Field(string Name, DataType Type, bool Nullable)
{
    /// <summary>Where the values are labels from a list (MySQL's ENUM): the list as it was declared; else empty. Says how to read values, and is not part of equality.</summary>
    public ImmutableArray<string> Labels { get; init; } = [];

    /// <summary>How texts of the column compare in the source; null for other types, and where bytes decide. Not part of equality: what compares has it in its own meaning.</summary>
    public TextCollation? Collation { get; init; }

    /// <summary>Fractional digits that the values have where they become a result, when inside of a query they have more; else null.</summary>
    public int? ShownScale { get; init; }

    /// <summary>True where the texts are JSON documents of a column of that type, as MySQL prints them. Says what may be written of them, and is not part of equality.</summary>
    public bool IsJson { get; init; }

    public bool Equals(Field? other) => other is not null && Name == other.Name && Type == other.Type && Nullable == other.Nullable;

    public override int GetHashCode() => HashCode.Combine(Name, Type, Nullable);

    public override string ToString() => $"{Name} {Type}{(Nullable ? "" : " not null")}";
}
