using CdcLake.Columnar;
using CdcLake.Expressions.Functions;

namespace CdcLake.Expressions.Binding;

/// <summary>Identifiers that are compared: those in bytes with those in bytes, others as texts.</summary>
internal static class GuidForms
{
    /// <summary>The two in one form, where both are identifiers and their forms differ.</summary>
    public static (BoundExpr Left, BoundExpr Right) Align(Expr left, BoundExpr a, Expr right, BoundExpr b) =>
        IsGuid(left) && IsGuid(right) && a.Type.Kind != b.Type.Kind
            ? a.Type.Kind == TypeKind.Binary ? Same(a, right, b) : Flipped(Same(b, left, a))
            : (a, b);

    /// <summary>The text of an identifier, in lower case as <c>ToString</c> gives it.</summary>
    public static BoundExpr Text(BoundExpr value) => value.Type.Kind == TypeKind.Binary
        ? new BoundCall(ScalarOp.Function, [value], DataType.String, value.Nullable, canFail: true, isImplicit: false, GuidFunctions.Text)
        : new BoundCall(ScalarOp.ToLower, [value], DataType.String, value.Nullable);

    private static bool IsGuid(Expr value) => ClrTypes.Strip(value.Type) == typeof(Guid);

    /// <summary>A constant beside bytes is one of bytes; a text beside them is compared with theirs.</summary>
    private static (BoundExpr Bytes, BoundExpr Other) Same(BoundExpr bytes, Expr other, BoundExpr text) => other switch
    {
        ConstantExpr { Value: Guid id } => (bytes, new BoundConstant(id.ToByteArray(bigEndian: true), DataType.Binary, text.Text)),
        ConstantExpr { Value: null } => (bytes, text),
        _ => (Text(bytes), text),
    };

    private static (BoundExpr, BoundExpr) Flipped((BoundExpr Bytes, BoundExpr Other) pair) => (pair.Other, pair.Bytes);
}
