using System.Text;
using CdcLake.Columnar;
using CdcLake.Columnar.Collations;
using CdcLake.Expressions;

namespace CdcLake.Flink.Sql;

/// <summary>
/// Expressions of one operator in Flink SQL. What Flink computes otherwise is written so that it means the same (a zero divisor gives null, rounding, places in text), or refused by name; the
/// types that Flink's planner would derive are followed, so that a cast stands only where it changes something.
/// </summary>
internal sealed class ExpressionSql
{
    private readonly Place _place;
    private readonly IReadOnlyList<IReadOnlyList<SqlValue>> _columns;
    private readonly NumberSql _numbers;
    private readonly TextSql _texts;
    private readonly TimeSql _times;
    private readonly FunctionSql _functions;

    /// <param name="place">The operator.</param>
    /// <param name="columns">Columns of its input, by ordinal: a value, or the values that a packed column consists of.</param>
    public ExpressionSql(Place place, IReadOnlyList<IReadOnlyList<SqlValue>> columns)
    {
        (_place, _columns) = (place, columns);
        (_numbers, _texts, _times, _functions) = (new(place, this), new(place, this), new(place, this), new(place, this));
    }

    /// <summary>A column of an operator's output: one value, or those that are packed in it.</summary>
    public IReadOnlyList<SqlValue> Column(BoundExpr expression) => expression switch
    {
        BoundPack pack => [.. pack.Values.Select(Of)],
        BoundColumn column => _columns[column.Ordinal],
        _ => [Of(expression)],
    };

    /// <summary>A value.</summary>
    /// <exception cref="FlinkTranslationException">It contains what Flink cannot say.</exception>
    public SqlValue Of(BoundExpr expression) => expression switch
    {
        BoundColumn column => _columns[column.Ordinal] is [var value] ? value : throw _place.Refuse($"\"{column.Text}\"", "it is a packed column, read as one value"),
        BoundConstant constant => ConstantSql.Of(constant),
        BoundCall call => Call(call),
        BoundLabel label => Label(label),
        BoundTextKey key => ByBytes(key.Value, key.Collation),
        BoundUnpack { Value: BoundColumn packed } unpack => _columns[packed.Ordinal][unpack.Part],
        BoundJoinedTexts or BoundSortKey or BoundPack => throw _place.Refuse(
            $"\"{expression.Text}\"", "texts are put together in an order, and Flink's LISTAGG has none: it takes rows as they come. Aggregate the texts where the table is read"),
        _ => throw _place.Refuse($"\"{expression.Text}\"", $"an expression of kind {expression.GetType().Name} has no translation"),
    };

    private SqlValue Call(BoundCall call) => call.Op switch
    {
        >= ScalarOp.Add and <= ScalarOp.Remainder => _numbers.Arithmetic(call),
        ScalarOp.Negate => SqlValue.Operation($"-{Of(call.Arguments[0]).Operand}", Of(call.Arguments[0]).Type),
        >= ScalarOp.Equal and <= ScalarOp.Compare => Comparison(call),
        ScalarOp.And => Operation("AND", call),
        ScalarOp.Or => Operation("OR", call),
        ScalarOp.Not => new SqlValue($"NOT ({Of(call.Arguments[0]).Text})", DataType.Boolean, SqlForm.Operation),
        ScalarOp.IsNull => SqlValue.Operation($"{Of(call.Arguments[0]).Operand} IS NULL", DataType.Boolean),
        ScalarOp.IsNotNull => SqlValue.Operation($"{Of(call.Arguments[0]).Operand} IS NOT NULL", DataType.Boolean),
        ScalarOp.If => Choice($"CASE WHEN {Of(call.Arguments[0]).Text} THEN {Of(call.Arguments[1]).To(call.Type).Text} ELSE {Of(call.Arguments[2]).To(call.Type).Text} END", call),
        ScalarOp.Coalesce => Choice($"COALESCE({Of(call.Arguments[0]).To(call.Type).Text}, {Of(call.Arguments[1]).To(call.Type).Text})", call),
        ScalarOp.Cast => _numbers.Cast(call),
        >= ScalarOp.Concat and <= ScalarOp.Replace => _texts.Of(call),
        >= ScalarOp.Year and <= ScalarOp.AddTime => _times.Of(call),
        >= ScalarOp.Abs and <= ScalarOp.RoundAway => _numbers.Rounding(call),
        ScalarOp.Function => _functions.Of(call),
        ScalarOp.Binary => Of(call.Arguments[0]),
        _ => throw _place.Refuse($"\"{call.Text}\"", $"operation {call.Op} has no translation"),
    };

    private static SqlValue Choice(string text, BoundCall call) => new(text, FlinkTypes.Of(call.Type));

    private SqlValue Operation(string word, BoundCall call) =>
        SqlValue.Operation($"{Of(call.Arguments[0]).Operand} {word} {Of(call.Arguments[1]).Operand}", DataType.Boolean);

    private SqlValue Comparison(BoundCall call)
    {
        _place.RequireBytes(call);
        var (a, b) = (Compared(call.Arguments[0]), Compared(call.Arguments[1]));
        if (call.Op == ScalarOp.Compare)
        {
            return new SqlValue($"CASE WHEN {a.Operand} < {b.Operand} THEN -1 WHEN {a.Operand} = {b.Operand} THEN 0 WHEN {a.Operand} > {b.Operand} THEN 1 END", DataType.Int32);
        }

        var sign = call.Op switch
        {
            ScalarOp.Equal => "=",
            ScalarOp.NotEqual => "<>",
            ScalarOp.Less => "<",
            ScalarOp.LessOrEqual => "<=",
            ScalarOp.Greater => ">",
            _ => ">=",
        };
        return SqlValue.Operation($"{a.Operand} {sign} {b.Operand}", DataType.Boolean);
    }

    // Flink widens integers that are compared, as the binder does.
    private SqlValue Compared(BoundExpr value) =>
        value is BoundCall { Op: ScalarOp.Cast, CanFail: false, Type.IsInteger: true } cast && cast.Arguments[0].Type.IsInteger ? Of(cast.Arguments[0]) : Of(value);

    private SqlValue Label(BoundLabel label)
    {
        var value = Of(label.Value);
        var cases = label.Meanings.Select(m => $" WHEN {FlinkText.Literal(m.Label)} THEN {Meaning(m.Meaning)}");
        var other = label.Type.Kind == TypeKind.String ? $" ELSE {value.Text}" : "";
        return new SqlValue($"CASE {value.Text}{string.Concat(cases)}{other} END", label.Type.Kind == TypeKind.String ? DataType.String : label.Type).Cast(label.Type);
    }

    private static string Meaning(object meaning) => meaning is byte[] name ? FlinkText.Literal(Encoding.UTF8.GetString(name)) : ((IFormattable)meaning).ToString(null, System.Globalization.CultureInfo.InvariantCulture);

    private SqlValue ByBytes(BoundExpr text, TextCollation collation)
    {
        _place.RequireBytes($"\"{text.Text}\" by {collation.Name}", collation);
        return Of(text);
    }
}
