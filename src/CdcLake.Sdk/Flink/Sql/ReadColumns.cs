using CdcLake.Expressions;

namespace CdcLake.Flink.Sql;

/// <summary>Which columns of its input an expression reads, each as often as it does.</summary>
internal static class ReadColumns
{
    public static IEnumerable<int> Of(BoundExpr expression) => expression switch
    {
        BoundColumn column => [column.Ordinal],
        BoundCall call => call.Arguments.SelectMany(Of),
        BoundLabel label => Of(label.Value),
        BoundTextKey key => Of(key.Value),
        BoundPack pack => pack.Values.SelectMany(Of),
        BoundUnpack unpack => Of(unpack.Value),
        BoundSortKey key => Of(key.Value),
        BoundJoinedTexts texts => Of(texts.Value),
        _ => [],
    };
}
