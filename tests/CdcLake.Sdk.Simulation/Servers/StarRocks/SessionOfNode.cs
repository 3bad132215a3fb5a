using System.Data;
using System.Data.Common;
using CdcLake.MySql.Wire;
using CdcLake.MySql.Wire.Payloads;
using CdcLake.Simulation.Scheduling;
using CdcLake.Testing.StarRocks.Sql;
using CdcLake.Testing.Wire;

namespace CdcLake.Simulation.Servers.StarRocks;

/// <summary>A session for statements with a frontend, as one process has it; it is cut when the frontends start anew.</summary>
internal sealed class SessionOfNode : IStatementSession
{
    private readonly StarRocksServer _server;
    private readonly Node _node;
    private readonly Statements _statements;
    private readonly int _restarts;

    private SessionOfNode(StarRocksServer server, Node node)
    {
        (_server, _node, _restarts) = (server, node, server.Restarts);
        _statements = new Statements(server.Model);
    }

    public static Task<IStatementSession> OpenAsync(StarRocksServer server, Node node, CancellationToken cancellationToken) =>
        node.Scheduler.AskAsync<IStatementSession>(node, "log in to StarRocks", false, () => new SessionOfNode(server, node), Lost, cancellationToken);

    public async Task<StatementResult> QueryAsync(string statement, CancellationToken cancellationToken)
    {
        var result = await RunAsync(statement, cancellationToken).ConfigureAwait(false);
        return new StatementResult(result.Columns, [.. result.Rows.Select(r => r.ToArray())]);
    }

    public async Task ReadAsync(string statement, Action<DbDataReader> row, CancellationToken cancellationToken)
    {
        var result = await RunAsync(statement, cancellationToken).ConfigureAwait(false);
        using var table = new DataTable();
        table.Columns.AddRange([.. result.Columns.Select((_, i) => new DataColumn($"c{i}", typeof(string)))]);
        foreach (var values in result.Rows)
        {
            table.Rows.Add([.. values]);
        }

        using var reader = table.CreateDataReader();
        while (reader.Read())
        {
            row(reader);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private Task<SqlResult> RunAsync(string statement, CancellationToken cancellationToken)
    {
        var writes = !statement.StartsWith("SELECT", StringComparison.Ordinal) && !statement.StartsWith("SHOW", StringComparison.Ordinal);
        return _node.Scheduler.AskAsync(_node, statement.Length > 60 ? statement[..60] : statement, writes, () => Run(statement), Lost, cancellationToken, isPrompt: true);
    }

    private SqlResult Run(string statement)
    {
        if (_restarts != _server.Restarts || !_server.MayChange(statement, _node))
        {
            throw Lost("The session was cut");
        }

        try
        {
            return _statements.Run(statement);
        }
        catch (SqlErrorException error)
        {
            throw new MySqlServerException($"StarRocks refused \"{statement}\": {error.Message}", error.Error.Code, error.Error.State, error) { IsTransient = ServerErrors.IsTransient(error.Error.Code) };
        }
        finally
        {
            _server.IsTouched = true;
        }
    }

    private static MySqlServerException Lost(string why) => new($"{why} by StarRocks.") { IsTransient = true };
}
