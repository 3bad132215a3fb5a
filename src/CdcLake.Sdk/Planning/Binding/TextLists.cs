using System.Text;
using CdcLake.Columnar;
using CdcLake.Columnar.Collations;
using CdcLake.Expressions;
using CdcLake.Expressions.Binding;

namespace CdcLake.Planning.Binding;

/// <summary>What <see cref="AggregateKind.Collect"/> takes, and the text that is made of what it gives.</summary>
internal static class TextLists
{
    /// <summary>What decides the order, and behind it the text; null where that is.</summary>
    public static BoundPack Argument(ExprBinder binder, CallExpr call)
    {
        var text = binder.Bind(call.Arguments[0]);
        if (text.Type.Kind != TypeKind.String)
        {
            throw new SchemaMismatchException($"\"{call.Arguments[0]}\" is {text.Type}, and only texts can be put together. Give its text: x.ToString().");
        }

        var order = TextKeys.Order(call.Arguments[4], binder.Bind(call.Arguments[4]));
        var collation = order is { Type.Kind: TypeKind.String, Collation: { } by } ? by.For($"The order by \"{order.Text}\"") : TextCollation.Bytes;
        return new BoundPack([new BoundSortKey(order, IsTrue(call.Arguments[3]), collation), text], isNullable: true);
    }

    public static BoundJoinedTexts Result(CallExpr call, BoundPack argument, BoundColumn column)
    {
        var separator = (string)((ConstantExpr)call.Arguments[1]).Value!;
        return new BoundJoinedTexts(column, argument.Values.Count, Encoding.UTF8.GetBytes(separator), IsTrue(call.Arguments[2]), argument.Values[^1].Collation);
    }

    private static bool IsTrue(Expr constant) => ((ConstantExpr)constant).Value is true;
}
