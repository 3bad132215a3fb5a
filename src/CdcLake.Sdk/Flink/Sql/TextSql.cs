using CdcLake.Columnar;
using CdcLake.Expressions;

namespace CdcLake.Flink.Sql;

/// <summary>Texts in Flink SQL. Source: Flink 1.20, "String Functions".</summary>
/// <param name="place">The operator.</param>
/// <param name="expressions">Gives the operands.</param>
internal sealed class TextSql(Place place, ExpressionSql expressions)
{
    // White space as .NET and Unicode have it; Flink's TRIM takes spaces only.
    private const string White = @"[\s\p{Z}\x85]+";

    /// <summary>An operation on texts.</summary>
    public SqlValue Of(BoundCall call)
    {
        place.RequireBytes(call);
        var a = expressions.Of(call.Arguments[0]);
        return call.Op switch
        {
            ScalarOp.Concat => SqlValue.Operation($"{a.Operand} || {expressions.Of(call.Arguments[1]).Operand}", DataType.String),
            ScalarOp.ToUpper => Case("UPPER", a),
            ScalarOp.ToLower => Case("LOWER", a),
            ScalarOp.Trim => Text($"REGEXP_REPLACE({a.Text}, '^{White}|{White}$', '')"),
            ScalarOp.TrimStart => Text($"REGEXP_REPLACE({a.Text}, '^{White}', '')"),
            ScalarOp.TrimEnd => Text($"REGEXP_REPLACE({a.Text}, '{White}$', '')"),
            ScalarOp.Length when a.Type.Kind == TypeKind.String => new SqlValue($"CHAR_LENGTH({a.Text})", DataType.Int32),
            ScalarOp.Length => throw place.Refuse($"\"{call.Text}\"", "Flink has no length of binary values. Compute it where the table is read: a generated column"),
            ScalarOp.Substring => Substring(call, a),
            ScalarOp.StartsWith => Holds($"LEFT({a.Text}, CHAR_LENGTH({expressions.Of(call.Arguments[1]).Text})) = {expressions.Of(call.Arguments[1]).Operand}"),
            ScalarOp.EndsWith => Holds($"RIGHT({a.Text}, CHAR_LENGTH({expressions.Of(call.Arguments[1]).Text})) = {expressions.Of(call.Arguments[1]).Operand}"),
            ScalarOp.Contains => Holds($"POSITION({expressions.Of(call.Arguments[1]).Text} IN {a.Text}) > 0"),
            ScalarOp.Replace => Replace(call, a),
            _ => throw place.Refuse($"\"{call.Text}\"", $"operation {call.Op} has no translation"),
        };
    }

    private static SqlValue Text(string text) => new(text, DataType.String);

    private static SqlValue Holds(string condition) => SqlValue.Operation(condition, DataType.Boolean);

    private SqlValue Case(string function, SqlValue text)
    {
        place.Warn($"{function} follows Java outside of ASCII: 'ß' becomes 'SS' in Flink, and stays as it is in the pipeline.");
        return Text($"{function}({text.Text})");
    }

    private SqlValue Substring(BoundCall call, SqlValue text)
    {
        var start = call.Arguments[1] is BoundConstant { Value: int first } ? (Math.Max(first, 0) + 1).ToString(System.Globalization.CultureInfo.InvariantCulture) : $"GREATEST({expressions.Of(call.Arguments[1]).Text}, 0) + 1";
        return call.Arguments.Count == 2
            ? Text($"SUBSTRING({text.Text}, {start})")
            : Text($"SUBSTRING({text.Text}, {start}, GREATEST({expressions.Of(call.Arguments[2]).Text}, 0))");
    }

    // REPLACE of an empty text puts the other one between all characters in Flink; here it changes nothing.
    private SqlValue Replace(BoundCall call, SqlValue text)
    {
        var (search, with) = (expressions.Of(call.Arguments[1]), expressions.Of(call.Arguments[2]));
        var replaced = $"REPLACE({text.Text}, {search.Text}, {with.Text})";
        return Text(call.Arguments[1] is BoundConstant { Value: byte[] { Length: > 0 } } ? replaced : $"CASE WHEN {search.Operand} = '' THEN {text.Text} ELSE {replaced} END");
    }
}
