using System.Linq.Expressions;
using CdcLake.IntegrationTests.Fixtures;
using CdcLake.IntegrationTests.Pipelines;
using CdcLake.Planning.Logical;

namespace CdcLake.IntegrationTests.Queries;

/// <summary>A query that is a sink of a running pipeline.</summary>
internal sealed class ShownQuery
{
    private readonly ResultRows _rows;
    private readonly LineFormat _format;

    /// <param name="name">Name of the sink.</param>
    /// <param name="query">The query.</param>
    public ShownQuery(string name, Relation query)
    {
        var types = query.Columns.Select(c => c.Type).ToList();
        (Query, _rows, _format) = (query, new ResultRows(name, types), new LineFormat(types));
    }

    public Relation Query { get; }

    public void AddTo(StreamGraph graph)
    {
        var row = Expression.Parameter(Query.Row, "r");
        var key = Query.Columns.First(c => c.Type.Kind != SqlKind.Double).Name;
        new ChangeStream<object>(graph, Query.Stream).AddSink(_rows.Name, _rows, Expression.Lambda(Expression.Property(row, key), row));
    }

    /// <summary>Null while its rows are those that the server answers.</summary>
    public async Task<string?> DifferenceAsync(MySqlDatabase database)
    {
        try
        {
            var answer = await database.Connection.QueryAsync(LineFormat.Query(Query), default);
            return Answer.Difference([.. answer.Rows.Select(r => _format.Of(r)).Order(StringComparer.Ordinal)], _rows.Lines());
        }
        catch (MySqlServerException error)
        {
            return error.Message;
        }
    }

    /// <summary>Its operators, its SQL, and how the rows differ.</summary>
    public async Task<string> DescribeAsync(MySqlDatabase database) => $"{Explain()}{Query.Sql}\n{await DifferenceAsync(database)}";

    /// <summary>Its operators.</summary>
    public string Explain()
    {
        var graph = new StreamGraph();
        AddTo(graph);
        return LogicalPlan.Create(graph).Explain() + "\n";
    }
}
