using System.Text;

namespace CdcLake.Expressions.Translation;

/// <summary>Lays the leaves of a shape out as columns.</summary>
internal static class ShapeColumns
{
    /// <summary>
    /// Every leaf with its column name: <see cref="ColumnNameAttribute"/>, else the member in snake case (<c>ProductId</c> → <c>product_id</c>); members of nested records are
    /// prefixed by the outer member (<c>sale_qty</c>). A lone scalar is named after its column, or <paramref name="scalarName"/>.
    /// </summary>
    /// <exception cref="UnsupportedExpressionException">A whole untyped row or a group was put into the result.</exception>
    public static List<(string Name, Expr Value)> Flatten(Shape shape, string scalarName)
    {
        var columns = new List<(string Name, Expr Value)>();
        Add(columns, shape, "", scalarName);
        return columns;
    }

    /// <summary>The same structure with every leaf replaced by a column of that name.</summary>
    /// <remarks>Constants stay as they are when <paramref name="keepConstants"/> is set.</remarks>
    public static Shape Rebase(Shape shape, string scalarName, bool keepConstants = false) => Rebase(shape, "", scalarName, keepConstants);

    /// <summary>Snake case of a member name; digits stay with the word before them.</summary>
    public static string Snake(string name)
    {
        var text = new StringBuilder(name.Length + 4);
        for (var i = 0; i < name.Length; i++)
        {
            var c = name[i];
            if (char.IsUpper(c) && i > 0 && name[i - 1] != '_'
                && (!char.IsUpper(name[i - 1]) || (i + 1 < name.Length && char.IsLower(name[i + 1]))))
            {
                text.Append('_');
            }

            text.Append(char.ToLowerInvariant(c));
        }

        return text.ToString();
    }

    private static void Add(List<(string Name, Expr Value)> columns, Shape shape, string name, string scalarName)
    {
        switch (shape)
        {
            case ScalarShape scalar:
                columns.Add((LeafName(scalar, name, scalarName), scalar.Value));
                break;
            case RecordShape record:
                foreach (var member in record.Members)
                {
                    Add(columns, member.Value, MemberName(name, member), scalarName);
                }

                break;
            case OpenRowShape:
                throw new UnsupportedExpressionException(
                    "A lambda puts a whole Row into its result, whose columns are not known before the pipeline starts. Name the columns: r.Get<int>(\"id\").");
            default:
                throw new UnsupportedExpressionException(
                    "A lambda puts a whole group into its result. Use its Key and aggregates such as g.Sum(r => r.Amount).");
        }
    }

    private static Shape Rebase(Shape shape, string name, string scalarName, bool keepConstants) => shape switch
    {
        ScalarShape { Value: ConstantExpr } when keepConstants => shape,
        ScalarShape scalar => new ScalarShape(new ColumnExpr(0, LeafName(scalar, name, scalarName), scalar.Type)),
        RecordShape record => new RecordShape(
            record.Type, [.. record.Members.Select(m => m with { Value = Rebase(m.Value, MemberName(name, m), scalarName, keepConstants) })]),
        _ => shape,
    };

    private static string LeafName(ScalarShape scalar, string name, string scalarName)
    {
        if (name.Length > 0)
        {
            return name;
        }

        return scalar.Value is ColumnExpr column ? Snake(column.Name) : scalarName;
    }

    private static string MemberName(string prefix, ShapeMember member)
    {
        var name = member.ColumnName ?? Snake(member.Name);
        return prefix.Length == 0 ? name : prefix + "_" + name;
    }
}
