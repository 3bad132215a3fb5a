using CdcLake.Columnar;
using CdcLake.Expressions;
using CdcLake.Expressions.Binding;

namespace CdcLake.Planning.Binding;

/// <summary>A bound operator, and where the columns are by which the logical plan knows its output.</summary>
/// <param name="Node">The operator.</param>
/// <param name="Stem">What names of consumers are made of: stateless operators pass on that of their input.</param>
/// <param name="Ordinals">(input of a join or 0, logical name) → ordinal in the node's schema.</param>
/// <param name="NaturalKey">Logical names of columns that identify a row, or null when there are none.</param>
internal sealed record BoundStream(
    PlanNode Node, string Stem, IReadOnlyDictionary<(int Input, string Name), int> Ordinals, IReadOnlyList<string>? NaturalKey)
{
    /// <summary>Binds expressions over the node's output.</summary>
    public ExprBinder Binder => new(Resolve);

    private BoundColumn Resolve(ColumnExpr column)
    {
        var ordinal = Ordinals[(column.Input, column.Name)];
        return new BoundColumn(ordinal, Node.Schema[ordinal]);
    }

    public static Schema SchemaOf(IEnumerable<(string Name, BoundExpr Value)> columns) =>
        new(columns.Select(c => FieldOf(c.Name, c.Value)));

    public static Field FieldOf(string name, BoundExpr value) => new(name, value.Type, value.Nullable) { Labels = value.Labels };
}
