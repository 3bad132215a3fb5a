using CdcLake.Columnar;
using CdcLake.Columnar.Collations;
using CdcLake.Expressions;

namespace CdcLake.Planning.Binding;

/// <summary>
/// What operators take in place of texts that do not compare by bytes: keys of their collation, which do. So joins, groups and orders know nothing of collations, and cost nothing
/// more where bytes decide.
/// </summary>
internal static class TextKeys
{
    /// <summary>The key of a text; other values, and texts that compare by bytes, as they are.</summary>
    /// <param name="value">The value.</param>
    /// <param name="what">For the message.</param>
    /// <exception cref="UnsupportedTypeException">Its collation is not known.</exception>
    public static BoundExpr Of(BoundExpr value, string what) =>
        value.Type.Kind == TypeKind.String && value.Collation is { IsBytes: false } collation ? new BoundTextKey(value, collation.For(what)) : value;

    /// <summary>What rows are ordered by: an ENUM by the places of its labels, unless its text is asked for.</summary>
    public static BoundExpr Order(Expr asked, BoundExpr value) =>
        !value.Labels.IsEmpty && (asked is ColumnExpr || ClrTypes.Strip(asked.Type).IsEnum) ? BoundLabel.PlaceOf(value) : value;

    /// <summary>Two values that are compared for equality.</summary>
    public static (BoundExpr Left, BoundExpr Right) Pair(BoundExpr left, BoundExpr right, string what)
    {
        var areLabels = !left.Labels.IsEmpty && left.Labels.SequenceEqual(right.Labels); // of one list, in which none equals another one
        return left.Type.Kind == TypeKind.String && !areLabels && TextCollation.Combine(left.Collation, right.Collation) is { IsBytes: false } collation
            ? (new BoundTextKey(left, collation.For(what)), new BoundTextKey(right, collation))
            : (left, right);
    }

    /// <summary>What an aggregate takes of a text: MIN and MAX the key with the text behind it, so that of texts that are equal always the same one comes out.</summary>
    public static BoundExpr Argument(AggregateKind kind, BoundExpr value)
    {
        var key = kind is AggregateKind.Min or AggregateKind.Max or AggregateKind.PercentileDisc or AggregateKind.CountDistinct ? Of(value, $"{kind} of \"{value.Text}\"") : value;
        return ReferenceEquals(key, value) || kind == AggregateKind.CountDistinct ? key : new BoundPack([key, value], isNullable: true);
    }

    /// <summary>For plans: which collations a condition compares by, in brackets; empty for none.</summary>
    public static string Print(BoundExpr condition)
    {
        var names = new SortedSet<string>(StringComparer.Ordinal);
        Collect(condition, names);
        return names.Count == 0 ? "" : $"  (text by {string.Join(", ", names)})";
    }

    private static void Collect(BoundExpr expression, SortedSet<string> names)
    {
        if (expression is BoundCall call)
        {
            if (call.ComparedBy is { } collation)
            {
                names.Add(collation.Name);
            }

            foreach (var argument in call.Arguments)
            {
                Collect(argument, names);
            }
        }
    }

    /// <summary>What comes out of the aggregate's column.</summary>
    public static BoundExpr Result(BoundExpr? argument, BoundColumn column) => argument is BoundPack { Values: [BoundTextKey, var text] } ? new BoundUnpack(column, 1, 2, text, column.Name) : column;
}
