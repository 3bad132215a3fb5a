using CdcLake.Columnar;
using CdcLake.Expressions;

namespace CdcLake.Flink.Sql;

internal sealed partial class ExpressionSql
{
    private SqlValue Function(BoundCall call)
    {
        var function = call.Function!;
        if (FunctionTable.Refused.TryGetValue(function.Kind, out var reason))
        {
            throw place.Refuse($"{function.Kind} in \"{call.Text}\"", reason);
        }

        if (!FunctionTable.Translated.TryGetValue(function.Kind, out var translation))
        {
            throw place.Refuse($"{function.Kind} in \"{call.Text}\"", "the function has no translation");
        }

        if (function.ComparedBy is { } collation)
        {
            RequireBytes($"\"{call.Text}\"", collation);
        }

        if (function.CanFail)
        {
            place.Warn($"a result of {function.Kind} that does not fit is an error in the pipeline and infinity in Flink.");
        }

        var arguments = call.Arguments.Select((a, i) => function.Arguments[i] == ArgumentRule.Integer ? Of(a) : Of(a).To(a.Type)).ToList();
        return new SqlValue(translation(new FunctionCall(place, call, arguments)), FlinkTypes.Of(call.Type)).Cast(call.Type);
    }
}

/// <summary>A call of a function of the table.</summary>
/// <param name="Place">Where.</param>
/// <param name="Call">The call.</param>
/// <param name="Arguments">Its arguments in SQL.</param>
internal sealed record FunctionCall(Place Place, BoundCall Call, IReadOnlyList<SqlValue> Arguments)
{
    public string this[int argument] => Arguments[argument].Text;

    /// <summary>An argument beside an operator.</summary>
    public string Operand(int argument) => Arguments[argument].Operand;

    /// <summary>An integer as Flink's functions take them.</summary>
    public string Int(int argument) => Arguments[argument].To(DataType.Int32).Text;

    /// <summary>What the function was made with.</summary>
    public T Made<T>(int part) => (T)Call.Function!.With[part];

    public FlinkTranslationException Refuse(string reason) => Place.Refuse($"{Call.Function!.Kind} in \"{Call.Text}\"", reason);
}
