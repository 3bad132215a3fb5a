using CdcLake.Columnar;
using CdcLake.Expressions;

namespace CdcLake.Iceberg.Scanning;

/// <summary>Takes from a condition what bounds can refute; the rest is left to the rows.</summary>
internal static class FilterExtraction
{
    private const long MicrosecondsPerDay = 86_400_000_000;

    /// <param name="condition">Over the columns of a scan.</param>
    /// <param name="fieldIds">Field id of each of these columns.</param>
    /// <returns>Null when bounds say nothing about it.</returns>
    public static ScanFilter? Of(BoundExpr condition, IReadOnlyList<int> fieldIds) => condition switch
    {
        BoundCall { Op: ScalarOp.And } call => All(call.Arguments.Select(a => Of(a, fieldIds)).OfType<ScanFilter>().ToList()),
        BoundCall { Op: ScalarOp.Or } call => Any(call.Arguments.Select(a => Of(a, fieldIds)).ToList()),
        BoundCall { Op: ScalarOp.IsNull or ScalarOp.IsNotNull, Arguments: [BoundColumn column] } call => new ScanFilter.IsNull(fieldIds[column.Ordinal], call.Op == ScalarOp.IsNotNull),
        BoundCall { Op: ScalarOp.StartsWith, Arguments: [BoundColumn column, BoundConstant { Value: byte[] prefix }] } => new ScanFilter.Begins(fieldIds[column.Ordinal], prefix),
        BoundCall { Op: >= ScalarOp.Equal and <= ScalarOp.GreaterOrEqual, Arguments: [var left, BoundConstant right] } call => Comparison(call.Op, left, right, fieldIds),
        BoundCall { Op: >= ScalarOp.Equal and <= ScalarOp.GreaterOrEqual, Arguments: [BoundConstant left, var right] } call => Comparison(Mirrored(call.Op), right, left, fieldIds),
        _ => null,
    };

    private static ScanFilter.All? All(List<ScanFilter> parts) => parts.Count == 0 ? null : new ScanFilter.All([.. parts]);

    private static ScanFilter.Any? Any(List<ScanFilter?> parts) => parts.Contains(null) ? null : new ScanFilter.Any([.. parts!]);

    private static ScanFilter.Compares? Comparison(ScalarOp op, BoundExpr side, BoundConstant constant, IReadOnlyList<int> fieldIds) =>
        ColumnOf(side, out var factor) is { } column && FilterValue.Of(constant.Value, constant.Type) is { } value
            ? new ScanFilter.Compares(fieldIds[column.Ordinal], factor, op, value)
            : null;

    private static ScalarOp Mirrored(ScalarOp op) => op switch
    {
        ScalarOp.Less => ScalarOp.Greater,
        ScalarOp.LessOrEqual => ScalarOp.GreaterOrEqual,
        ScalarOp.Greater => ScalarOp.Less,
        ScalarOp.GreaterOrEqual => ScalarOp.LessOrEqual,
        _ => op,
    };

    /// <summary>The column itself, or as a wider type in which its values keep their order.</summary>
    private static BoundColumn? ColumnOf(BoundExpr side, out long factor)
    {
        factor = 1;
        if (side is BoundColumn column)
        {
            return column;
        }

        if (side is not BoundCall { Op: ScalarOp.Cast, Arguments: [BoundColumn inner] } cast)
        {
            return null;
        }

        var (from, to) = (inner.Type, cast.Type);
        if (from.Kind == TypeKind.Date && to.Kind is TypeKind.DateTime or TypeKind.Timestamp)
        {
            factor = MicrosecondsPerDay;
            return inner;
        }

        return from.Kind == to.Kind && from.Kind is not TypeKind.Decimal || IsWider(from, to) ? inner : null;
    }

    private static bool IsWider(DataType from, DataType to) => to.Kind switch
    {
        TypeKind.Float64 => from.IsNumeric,
        TypeKind.Decimal => from.IsInteger || (from.Kind == TypeKind.Decimal && to.Scale >= from.Scale),
        TypeKind.Int64 => from.Kind is >= TypeKind.Int8 and <= TypeKind.Int64,
        TypeKind.UInt64 => from.Kind is TypeKind.UInt8 or TypeKind.UInt16 or TypeKind.UInt32,
        TypeKind.Int32 => from.Kind is >= TypeKind.Int8 and <= TypeKind.UInt16,
        _ => false,
    };
}
