using System.Globalization;
using CdcLake.Expressions;

namespace CdcLake.Flink.Sql;

/// <summary>Operations on dates and times in Flink SQL.</summary>
/// <param name="place">The operator.</param>
/// <param name="expressions">Gives the operands.</param>
internal sealed class TimeSql(Place place, ExpressionSql expressions)
{
    /// <summary>A part of a time, its day, or a time so much later.</summary>
    public SqlValue Of(BoundCall call)
    {
        var value = expressions.Of(call.Arguments[0]);
        return call.Op switch
        {
            ScalarOp.Date => DateSql.DateOf(value),
            ScalarOp.AddTime => AddTime(call, value),
            ScalarOp.Year => DateSql.Part("yyyy", value),
            ScalarOp.Month => DateSql.Part("MM", value),
            ScalarOp.Day => DateSql.Part("dd", value),
            ScalarOp.Hour => DateSql.Part("HH", value),
            ScalarOp.Minute => DateSql.Part("mm", value),
            ScalarOp.Second => DateSql.Part("ss", value),
            ScalarOp.Millisecond => DateSql.Part("SSS", value),
            ScalarOp.DayOfYear => DateSql.Part("DDD", value),
            _ => throw place.Refuse($"\"{call.Text}\"", $"operation {call.Op} has no translation"),
        };
    }

    // Flink's intervals are counted in milliseconds.
    private SqlValue AddTime(BoundCall call, SqlValue value)
    {
        var amount = Convert.ToInt64(((BoundConstant)call.Arguments[1]).Value!, CultureInfo.InvariantCulture);
        if (amount % TimeSpan.MicrosecondsPerMillisecond != 0)
        {
            throw place.Refuse($"\"{call.Text}\"", "Flink adds whole milliseconds only");
        }

        var (count, unit) = amount % TimeSpan.MicrosecondsPerDay == 0 ? (amount / TimeSpan.MicrosecondsPerDay, "'1' DAY")
            : amount % TimeSpan.MicrosecondsPerSecond == 0 ? (amount / TimeSpan.MicrosecondsPerSecond, "'1' SECOND")
            : (amount / TimeSpan.MicrosecondsPerMillisecond, "'0.001' SECOND");
        var number = count.ToString(CultureInfo.InvariantCulture);
        return SqlValue.Operation($"{value.To(call.Type).Operand} + {(count < 0 ? $"({number})" : number)} * INTERVAL {unit}", FlinkTypes.Of(call.Type));
    }
}
