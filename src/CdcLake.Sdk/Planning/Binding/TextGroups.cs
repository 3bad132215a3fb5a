using CdcLake.Columnar;
using CdcLake.Expressions;

namespace CdcLake.Planning.Binding;

/// <summary>
/// What rows are grouped by, and which spelling a group shows of texts that are equal without having the same bytes: that of one of its rows, all texts of the same row, and of
/// these the first by bytes. MySQL shows the row that it meets first, which depends on its plan; this one depends on the rows alone, so that a restart shows the same.
/// </summary>
internal sealed class TextGroups
{
    private readonly IReadOnlyList<BoundExpr> _values;
    private readonly List<int> _spelled = [];

    public TextGroups(BoundStream input, IReadOnlyList<BoundExpr> values)
    {
        _values = values;
        Keys = [.. values.Select(v => v.Labels.IsEmpty && !input.IsDetermined(v, values) ? TextKeys.Of(v, $"The group by \"{v.Text}\"") : v)];
        _spelled.AddRange(Enumerable.Range(0, values.Count).Where(i => Keys[i] is BoundTextKey && values[i] is not BoundTextKey));
        Spelling = _spelled.Count == 0 ? null : new BoundPack([.. _spelled.Select(i => values[i])], isNullable: false);
    }

    /// <summary>For each value what takes its place in the key.</summary>
    public IReadOnlyList<BoundExpr> Keys { get; }

    /// <summary>The texts of a row that are in no key as they are; null when there are none.</summary>
    public BoundPack? Spelling { get; }

    /// <summary>The column that holds the spelling.</summary>
    public static Field SpellingField(IEnumerable<string> taken)
    {
        var name = "(spelling)";
        return new Field(taken.Contains(name) ? name + "'" : name, DataType.Binary, false);
    }

    public static AggregateCall SpellingCall(int ordinal) => new(AggregateKind.Min, ordinal, DataType.Binary);

    /// <summary>One of the values, as it comes out of the group.</summary>
    /// <param name="value">Which one.</param>
    /// <param name="schema">Of the group: the keys first.</param>
    /// <param name="spelling">Ordinal of the spelling there.</param>
    public BoundExpr Shown(int value, Schema schema, int spelling)
    {
        var part = _spelled.IndexOf(value);
        return part < 0
            ? new BoundColumn(value, schema[value])
            : new BoundUnpack(new BoundColumn(spelling, schema[spelling]), part, _spelled.Count, _values[value], schema[value].Name);
    }
}
