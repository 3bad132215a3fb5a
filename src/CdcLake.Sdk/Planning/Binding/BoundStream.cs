using CdcLake.Columnar;
using CdcLake.Expressions;
using CdcLake.Expressions.Binding;
using CdcLake.Planning.Logical;

namespace CdcLake.Planning.Binding;

/// <summary>A bound operator, and where the columns are by which the logical plan knows its output.</summary>
/// <param name="Node">The operator.</param>
/// <param name="Stem">What names of consumers are made of: stateless operators pass on that of their input.</param>
/// <param name="Ordinals">Logical name → ordinal in the node's schema.</param>
/// <param name="NaturalKey">Columns that identify a row, or null when none are known.</param>
internal sealed record BoundStream(
    PlanNode Node, string Stem, IReadOnlyDictionary<ColumnName, int> Ordinals, IReadOnlyList<ColumnName>? NaturalKey)
{
    /// <summary>For columns that are passed on from a table as they are, by ordinal, which row of it they come from.</summary>
    public IReadOnlyDictionary<int, ColumnOrigin> Origins { get; init; } = new Dictionary<int, ColumnOrigin>();

    /// <summary>Binds expressions over the node's output.</summary>
    public ExprBinder Binder => new(Resolve);

    public int OrdinalOf(string name, int input = 0) => Ordinals[new ColumnName(input, name)];

    /// <summary>The logical names that consumers use: those asked for, or all, in the order of the columns.</summary>
    public IEnumerable<string> Names(ColumnSet wanted) => wanted.All
        ? Ordinals.Where(o => o.Key.Input == 0).OrderBy(o => o.Value).Select(o => o.Key.Name)
        : wanted.Names(0);

    private BoundColumn Resolve(ColumnExpr column)
    {
        var ordinal = OrdinalOf(column.Name, column.Input);
        return new BoundColumn(ordinal, Node.Schema[ordinal]);
    }

    public static Schema SchemaOf(IEnumerable<(string Name, BoundExpr Value)> columns) =>
        new(columns.Select(c => FieldOf(c.Name, c.Value)));

    public static Field FieldOf(string name, BoundExpr value) => new(name, value.Type, value.Nullable)
    {
        Labels = value.Labels,
        Collation = value.Collation,
        IsJson = value.IsJson,
        ShownScale = value.ShownScale < value.Type.Scale ? value.ShownScale : null,
    };

    /// <summary>Origins of columns that are computed from this stream: those that only pass on a column have its own.</summary>
    public Dictionary<int, ColumnOrigin> OriginsOf(IReadOnlyList<BoundExpr> columns)
    {
        var origins = new Dictionary<int, ColumnOrigin>();
        for (var i = 0; i < columns.Count; i++)
        {
            if (columns[i] is BoundColumn column && Origins.TryGetValue(column.Ordinal, out var origin))
            {
                origins[i] = origin;
            }
        }

        return origins;
    }

    /// <summary>True when all rows that agree in <paramref name="known"/> have the same bytes in a column: it is of a table's row whose whole primary key is among these.</summary>
    public bool IsDetermined(BoundExpr value, IEnumerable<BoundExpr> known) =>
        value is BoundColumn column && Origins.TryGetValue(column.Ordinal, out var origin) && origin.KeyParts > 0
        && known.OfType<BoundColumn>().Select(k => Origins.TryGetValue(k.Ordinal, out var o) && o.Row == origin.Row ? o.KeyPart : -1).Where(p => p >= 0).Distinct().Count() == origin.KeyParts;
}

/// <summary>Where a column comes from.</summary>
/// <param name="Row">Names the table's row among the rows of tables that a row of the stream is made of.</param>
/// <param name="KeyPart">Which part of the table's primary key the column is, or −1.</param>
/// <param name="KeyParts">How many parts that key has; 0 for no key.</param>
internal readonly record struct ColumnOrigin(string Row, int KeyPart, int KeyParts)
{
    /// <summary>The same behind a join, of its left (0) or right (1) side.</summary>
    public ColumnOrigin BehindJoin(int side) => this with { Row = side == 0 ? "l" + Row : "r" + Row };
}

/// <summary>How the logical plan calls a column of an operator's output.</summary>
/// <param name="Input">Side of a join, else 0.</param>
/// <param name="Name">Logical name there.</param>
internal readonly record struct ColumnName(int Input, string Name);
