using System.Globalization;
using System.Linq.Expressions;
using CdcLake.Columnar;
using CdcLake.Expressions.Functions;

namespace CdcLake.Expressions.Translation;

internal sealed partial class LambdaTranslator
{
    private CallExpr VisitBinary(BinaryExpression e)
    {
        if (e.NodeType is ExpressionType.Add or ExpressionType.AddChecked && e.Type == typeof(string))
        {
            return new CallExpr(ScalarOp.Concat, Text(e, e.Left), Text(e, e.Right), e.Type);
        }

        if (e.NodeType is ExpressionType.Equal or ExpressionType.NotEqual && MissingRow(e) is { } partner)
        {
            return new CallExpr(e.NodeType == ExpressionType.Equal ? ScalarOp.IsNull : ScalarOp.IsNotNull, partner, typeof(bool));
        }

        var left = Scalar(e.Left);
        var right = Scalar(e.Right);
        switch (e.NodeType)
        {
            case ExpressionType.Equal or ExpressionType.NotEqual:
                return Equality(left, right, e.NodeType == ExpressionType.Equal) with { Type = e.Type };
            case ExpressionType.Coalesce when e.Conversion is null:
                return new CallExpr(ScalarOp.Coalesce, left, right, e.Type);
            case ExpressionType.Add or ExpressionType.Subtract when IsTime(left) && right is ConstantExpr { Value: TimeSpan span }:
                return AddTime(e, left, e.NodeType == ExpressionType.Add ? span : span.Negate());
            case ExpressionType.Subtract when IsTime(left) && IsTime(right):
                return new CallExpr(DateFunctions.Difference, e.Type, left, right);
            case ExpressionType.And or ExpressionType.Or or ExpressionType.ExclusiveOr when ClrTypes.ColumnType(e.Type) is { IsInteger: true, Kind: not TypeKind.UInt64 }:
                return new CallExpr(e.NodeType switch { ExpressionType.And => MathFunctions.BitAnd, ExpressionType.Or => MathFunctions.BitOr, _ => MathFunctions.BitXor }, e.Type, left, right);
        }

        var op = e.NodeType switch
        {
            ExpressionType.Add or ExpressionType.AddChecked => ScalarOp.Add,
            ExpressionType.Subtract or ExpressionType.SubtractChecked => ScalarOp.Subtract,
            ExpressionType.Multiply or ExpressionType.MultiplyChecked => ScalarOp.Multiply,
            ExpressionType.Divide => ScalarOp.Divide,
            ExpressionType.Modulo => ScalarOp.Remainder,
            ExpressionType.LessThan => ScalarOp.Less,
            ExpressionType.LessThanOrEqual => ScalarOp.LessOrEqual,
            ExpressionType.GreaterThan => ScalarOp.Greater,
            ExpressionType.GreaterThanOrEqual => ScalarOp.GreaterOrEqual,
            ExpressionType.AndAlso => ScalarOp.And,
            ExpressionType.OrElse => ScalarOp.Or,
            ExpressionType.And when IsBool(e) => ScalarOp.And,
            ExpressionType.Or when IsBool(e) => ScalarOp.Or,
            ExpressionType.ExclusiveOr when IsBool(e) => ScalarOp.NotEqual,
            _ => throw Unsupported.Error(e, $"operator {e.NodeType} is outside the supported C# subset", SubsetHint),
        };
        RequireOperand(e, op, left);
        RequireOperand(e, op, right);
        return new CallExpr(op, left, right, e.Type);
    }

    /// <summary>Where a whole row of an outer join is compared with null: what is null when the row is missing.</summary>
    private Expr? MissingRow(BinaryExpression e)
    {
        if (ClrTypes.IsScalar(e.Left.Type) || ClrTypes.IsScalar(e.Right.Type))
        {
            return null;
        }

        var (left, right) = (Visit(e.Left), Visit(e.Right));
        var row = left is ScalarShape { Value: ConstantExpr { Value: null } } ? right : right is ScalarShape { Value: ConstantExpr { Value: null } } ? left : null;
        return row is RecordShape or OpenRowShape
            ? row.Partner ?? throw Unsupported.Error(
                e, "this row is never missing where the lambda sees it", "Only the result of LeftJoin, RightJoin or FullJoin can compare a whole row with null; later, test a column of it.")
            : null;
    }

    private static CallExpr Equality(Expr left, Expr right, bool isEqual)
    {
        if (left is ConstantExpr { Value: null })
        {
            (left, right) = (right, left);
        }

        if (right is ConstantExpr { Value: null })
        {
            return new CallExpr(isEqual ? ScalarOp.IsNull : ScalarOp.IsNotNull, EnumOf(left) ?? left, typeof(bool));
        }

        (left, right) = (EnumOf(left), EnumOf(right)) switch
        {
            ({ } a, { } b) when ClrTypes.Strip(a.Type) == ClrTypes.Strip(b.Type) => (a, b),
            ({ } a, null) when right is ConstantExpr { Value: { } number } => (a, Member(a.Type, number)),
            (null, { } b) when left is ConstantExpr { Value: { } number } => (Member(b.Type, number), b),
            _ => (left, right),
        };
        return new CallExpr(isEqual ? ScalarOp.Equal : ScalarOp.NotEqual, left, right, typeof(bool));
    }

    /// <summary>The enum below the number into which C# turns it before it compares; null for other values.</summary>
    private static Expr? EnumOf(Expr value) =>
        value is CallExpr { Op: ScalarOp.Cast, Arguments: [var inner] } && ClrTypes.Strip(inner.Type).IsEnum && ClrTypes.ColumnType(value.Type) is { IsInteger: true } ? inner : null;

    /// <summary>The member that a number stands for which is compared with an enum.</summary>
    private static ConstantExpr Member(Type type, object number)
    {
        var enumType = ClrTypes.Strip(type);
        var member = (Enum)Enum.ToObject(enumType, number);
        return Enum.IsDefined(enumType, member) && Convert.ToDecimal(member, CultureInfo.InvariantCulture) == Convert.ToDecimal(number, CultureInfo.InvariantCulture)
            ? new ConstantExpr(member, type)
            : throw new UnsupportedExpressionException(
                $"{number} is not a member of {enumType.Name}, so no row can hold it. Compare with one of {string.Join(", ", Enum.GetNames(enumType))}.");
    }

    private static void RequireOperand(BinaryExpression e, ScalarOp op, Expr operand)
    {
        var type = ClrTypes.Strip(operand.Type);
        var isComparison = op is >= ScalarOp.Less and <= ScalarOp.GreaterOrEqual;
        var isArithmetic = op is >= ScalarOp.Add and <= ScalarOp.Remainder;
        if (type.IsEnum || (isArithmetic && ClrTypes.ColumnType(type) is not { IsNumeric: true }) || (isComparison && type == typeof(bool)))
        {
            throw Unsupported.Error(
                e, $"operator {e.NodeType} on {ClrTypes.Name(operand.Type)} is outside the supported C# subset",
                "Arithmetic works on numbers; order comparisons on numbers, dates and times (strings: string.Compare(a, b) < 0).");
        }
    }

    private static CallExpr AddTime(Expression e, Expr time, TimeSpan span)
    {
        if (ClrTypes.Strip(time.Type) == typeof(DateOnly) && span.Ticks % TimeSpan.TicksPerDay != 0)
        {
            throw Unsupported.Error(e, "a date moves by whole days", "Use whole days.");
        }

        return new CallExpr(ScalarOp.AddTime, time, new ConstantExpr(span.Ticks / TimeSpan.TicksPerMicrosecond, typeof(long)), time.Type);
    }

    private static bool IsTime(Expr value) => ClrTypes.Strip(value.Type) is var t && (t == typeof(DateTime) || t == typeof(DateTimeOffset));

    private static bool IsBool(Expression e) => ClrTypes.Strip(e.Type) == typeof(bool);
}
