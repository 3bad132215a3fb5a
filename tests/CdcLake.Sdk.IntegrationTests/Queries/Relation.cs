using System.Linq.Expressions;
using CdcLake.Expressions.Translation;
using CdcLake.Planning.Logical;

namespace CdcLake.IntegrationTests.Queries;

/// <summary>One query in both languages.</summary>
/// <param name="Stream">As the operators of a chain.</param>
/// <param name="Sql">As a SELECT.</param>
/// <param name="Row">Row type of the chain.</param>
/// <param name="Columns">Members of the row type; in SQL they are called so in lower case.</param>
/// <param name="Rows">How many rows it has at most, about.</param>
/// <param name="Inputs">What it reads.</param>
internal sealed record Relation(LogicalStream Stream, string Sql, Type Row, IReadOnlyList<(string Name, SqlType Type)> Columns, double Rows, IReadOnlyList<Relation> Inputs)
{
    /// <summary>Its columns as a lambda over its rows sees them.</summary>
    public IReadOnlyList<Term> Terms(Expression row, string alias) =>
        [.. Columns.Select(c => Term.Of(Expression.Property(row, c.Name), $"{alias}.{c.Name.ToLowerInvariant()}", c.Type))];

    /// <summary>In a FROM clause.</summary>
    public string As(string alias) => $"({Sql}) {alias}";

    /// <summary>This and everything below it, the smallest queries first.</summary>
    public IEnumerable<Relation> All() => Inputs.SelectMany(i => i.All()).Append(this).Distinct().OrderBy(r => r.Sql.Length);

    /// <summary>The same rows, or some of them.</summary>
    public Relation Like(LogicalStream stream, string sql, double rows, params Relation[] inputs) => this with { Stream = stream, Sql = sql, Rows = rows, Inputs = inputs };

    /// <summary>A query whose rows are computed.</summary>
    /// <param name="add">Puts the operator with the result's lambda on the input's stream.</param>
    /// <param name="parameters">Of that lambda.</param>
    /// <param name="terms">The result's columns.</param>
    /// <param name="from">FROM and what follows.</param>
    /// <param name="rows">How many there are at most.</param>
    /// <param name="inputs">What it reads.</param>
    public static Relation Of(
        Func<UserLambda, LogicalStream> add, ParameterExpression[] parameters, IReadOnlyList<Term> terms, string from, double rows, params Relation[] inputs)
    {
        var body = RowTypes.New(terms);
        var sql = $"SELECT {string.Join(", ", terms.Select((t, i) => $"{t.Sql} AS c{i}"))} FROM {from}";
        return new Relation(
            add(new UserLambda(Expression.Lambda(body, parameters))), sql, body.Type, [.. terms.Select((t, i) => ($"C{i}", t.Type))], rows, inputs);
    }
}
