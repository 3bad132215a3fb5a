using CdcLake.Expressions;

namespace CdcLake.Flink.Sql;

/// <summary>Calls of functions in Flink SQL, by the <see cref="FunctionTable"/>.</summary>
/// <param name="place">The operator.</param>
/// <param name="expressions">Gives the arguments.</param>
internal sealed class FunctionSql(Place place, ExpressionSql expressions)
{
    /// <summary>A call.</summary>
    public SqlValue Of(BoundCall call)
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
            place.RequireBytes($"\"{call.Text}\"", collation);
        }

        if (function.CanFail)
        {
            place.Warn($"a result of {function.Kind} that does not fit is an error in the pipeline and infinity in Flink.");
        }

        var arguments = call.Arguments.Select((a, i) => function.Arguments[i] == ArgumentRule.Integer ? expressions.Of(a) : expressions.Of(a).To(a.Type)).ToList();
        return new SqlValue(translation(new FunctionCall(place, call, arguments)), FlinkTypes.Of(call.Type)).Cast(call.Type);
    }
}
