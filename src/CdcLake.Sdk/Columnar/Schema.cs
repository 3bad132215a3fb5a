using System.Collections.Immutable;

namespace CdcLake.Columnar;

/// <summary>Names and types of the columns of a batch, in order. Immutable; compared by content.</summary>
internal sealed class Schema : IEquatable<Schema>
{
    private readonly Dictionary<string, int> _ordinals;

    /// <exception cref="SchemaMismatchException">Two fields have the same name.</exception>
    public Schema(IEnumerable<Field> fields)
    {
        Fields = [.. fields];
        _ordinals = new Dictionary<string, int>(Fields.Length, StringComparer.Ordinal);
        for (var i = 0; i < Fields.Length; i++)
        {
            if (!_ordinals.TryAdd(Fields[i].Name, i))
            {
                throw new SchemaMismatchException($"Column \"{Fields[i].Name}\" appears twice in one schema. Give one of the two another name.");
            }
        }
    }

    public ImmutableArray<Field> Fields { get; }

    public int Count => Fields.Length;

    public Field this[int ordinal] => Fields[ordinal];

    /// <summary>The ordinal of a column, or −1.</summary>
    public int IndexOf(string name) => _ordinals.GetValueOrDefault(name, -1);

    public bool Equals(Schema? other) => other is not null && Fields.SequenceEqual(other.Fields);

    public override bool Equals(object? obj) => Equals(obj as Schema);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (var field in Fields)
        {
            hash.Add(field);
        }

        return hash.ToHashCode();
    }

    public override string ToString() => $"({string.Join(", ", Fields)})";
}
