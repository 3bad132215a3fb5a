using CdcLake.Columnar;

namespace CdcLake.Expressions.Binding;

internal sealed partial class ExprBinder
{
    private BoundCall Text(CallExpr call)
    {
        var arguments = call.Arguments.Select(Bind).ToArray();
        var nullable = Array.Exists(arguments, a => a.Nullable);
        for (var i = 0; i < arguments.Length; i++)
        {
            var isNumber = call.Op == ScalarOp.Substring && i > 0;
            if (isNumber)
            {
                arguments[i] = Convert(arguments[i], DataType.Int32);
                continue;
            }

            var isText = arguments[i].Type.Kind == TypeKind.String || arguments[i] is BoundConstant { Value: null };
            if (!isText && !(call.Op == ScalarOp.Length && arguments[i].Type.Kind == TypeKind.Binary))
            {
                throw new SchemaMismatchException($"\"{call}\" needs text, but {arguments[i].Text} is {arguments[i].Type}.");
            }
        }

        var type = call.Op switch
        {
            ScalarOp.Length => DataType.Int32,
            ScalarOp.StartsWith or ScalarOp.EndsWith or ScalarOp.Contains => DataType.Boolean,
            _ => DataType.String,
        };
        var comparedBy = type.Kind == TypeKind.Boolean ? ComparedBy(call, arguments[0], arguments[1]) : null;
        return new BoundCall(call.Op, arguments, type, nullable) { ComparedBy = comparedBy };
    }

    private BoundCall ByBytes(CallExpr call)
    {
        var text = Bind(call.Arguments[0]);
        return text.Type.Kind == TypeKind.String
            ? new BoundCall(call.Op, [text], text.Type, text.Nullable)
            : throw new SchemaMismatchException($"\"{call}\" needs text, but {text.Text} is {text.Type}.");
    }

    /// <summary>A function of the table: its arguments are brought to what it takes.</summary>
    private BoundCall Function(CallExpr call)
    {
        var function = call.Function!;
        BoundExpr[] arguments = [.. call.Arguments.Select((a, i) => Argument(call, Bind(a), function.Arguments[i]))];
        if (function.By is { } by && ComparedBy(call, arguments[0], arguments[1]) is { } collation)
        {
            function = by(collation);
        }

        var nullable = function.MayBeNull || Array.Exists(arguments, a => a.Nullable);
        return new BoundCall(
            ScalarOp.Function, arguments, function.Result([.. arguments.Select(a => a.Type)]), nullable, function.CanFail, isImplicit: false, function);
    }

    private static BoundExpr Argument(CallExpr call, BoundExpr value, ArgumentRule rule)
    {
        var (target, wanted) = rule switch
        {
            ArgumentRule.Text => (value.Type.Kind == TypeKind.String ? value.Type : (DataType?)null, "text"),
            ArgumentRule.Binary => (value.Type.Kind == TypeKind.Binary ? value.Type : null, "bytes"),
            ArgumentRule.Integer => (value.Type.IsInteger ? DataType.Int64 : null, "an integer"),
            ArgumentRule.Double => (value.Type.IsNumeric ? DataType.Float64 : null, "a number"),
            ArgumentRule.DateTime => (value.Type.Kind == TypeKind.Date ? DataType.DateTime(0) : value.Type.Kind is TypeKind.DateTime or TypeKind.Timestamp ? value.Type : null, "a date"),
            _ => (value.Type.Kind == TypeKind.Time ? value.Type : null, "a time"),
        };
        return target is { } type
            ? Convert(value, type)
            : throw new SchemaMismatchException($"\"{call}\" needs {wanted}, but {value.Text} is {value.Type}.");
    }

    private BoundExpr Dates(CallExpr call)
    {
        var value = Bind(call.Arguments[0]);
        var kind = value.Type.Kind;
        if (kind is not (TypeKind.Date or TypeKind.DateTime or TypeKind.Timestamp))
        {
            throw new SchemaMismatchException($"\"{call}\" needs a date, but {value.Text} is {value.Type}.");
        }

        switch (call.Op)
        {
            case ScalarOp.Date:
                return kind == TypeKind.Date ? value : new BoundCall(call.Op, [value], DataType.Date, value.Nullable);
            case ScalarOp.AddTime:
                var amount = (long)((ConstantExpr)call.Arguments[1]).Value!;
                if (kind == TypeKind.Date && (ClrTypes.Strip(call.Type) != typeof(DateOnly) && amount % TimeSpan.MicrosecondsPerDay != 0))
                {
                    value = Convert(value, DataType.DateTime(6));
                }

                var type = value.Type.Kind != TypeKind.Date && amount % TimeSpan.MicrosecondsPerSecond != 0 ? value.Type with { Scale = 6 } : value.Type;
                return new BoundCall(call.Op, [value, Constants.Bind((ConstantExpr)call.Arguments[1])], type, value.Nullable || amount != 0);
            default:
                return new BoundCall(call.Op, [value], DataType.Int32, value.Nullable);
        }
    }
}
