using System.Linq.Expressions;
using CdcLake.Expressions.Functions;

namespace CdcLake.Expressions.Translation;

internal sealed partial class LambdaTranslator
{
    private Shape VisitMember(MemberExpression e)
    {
        if (e.Expression is null)
        {
            throw Unsupported.Error(
                e, $"{e.Member.DeclaringType?.Name}.{e.Member.Name} is a static property, whose value may differ from run to run",
                "Read it into a local variable before the lambda; the variable's value at that moment is used.");
        }

        var target = Visit(e.Expression);
        switch (target)
        {
            case RecordShape record:
                return record.Find(e.Member.Name) ?? throw Unsupported.Error(
                    e, $"{record.Type.Name}.{e.Member.Name} is not stored in a column: it is neither a constructor parameter nor a settable property",
                    "Write its expression into the lambda, or give the row type a settable property for the column.");
            case GroupShape { Key: { } key } when e.Member.Name == "Key":
                return key;
            case ScalarShape { Value: var value }:
                return ScalarMember(e, value);
            default:
                throw Unsupported.Error(e, $"member {e.Member.Name} is outside the supported C# subset", SubsetHint);
        }
    }

    private static ScalarShape ScalarMember(MemberExpression e, Expr value)
    {
        var name = e.Member.Name;
        if (Nullable.GetUnderlyingType(e.Expression!.Type) is not null)
        {
            return name switch
            {
                "HasValue" => Call(ScalarOp.IsNotNull, typeof(bool), value),
                _ => new ScalarShape(value),
            };
        }

        var type = ClrTypes.Strip(value.Type);
        if (type == typeof(string) && name == "Length")
        {
            return Call(ScalarOp.Length, typeof(int), value);
        }

        if (type == typeof(DateTime) || type == typeof(DateTimeOffset) || type == typeof(DateOnly))
        {
            switch (name)
            {
                case "UtcDateTime" or "DateTime" when type == typeof(DateTimeOffset):
                    return Call(ScalarOp.Cast, typeof(DateTime), value);
                case "Date":
                    return Call(ScalarOp.Date, typeof(DateTime), value);
                case "DayOfWeek":
                    return new ScalarShape(new CallExpr(DateFunctions.DayOfWeek, typeof(int), value));
                case "Year" or "Month" or "Day" or "DayOfYear" or "Hour" or "Minute" or "Second" or "Millisecond":
                    return Call(Enum.Parse<ScalarOp>(name), typeof(int), value);
            }
        }

        if (type == typeof(TimeSpan) && DateFunctions.SpanPart(name) is { } part)
        {
            return new ScalarShape(new CallExpr(part, e.Type, value));
        }

        throw Unsupported.Error(
            e, $"member {type.Name}.{name} is outside the supported C# subset",
            "Of dates: Year, Month, Day, DayOfYear, DayOfWeek, Hour, Minute, Second, Millisecond, Date; of spans: Days, Hours, Minutes, Seconds, TotalDays, TotalHours …; of strings: Length.");
    }
}
