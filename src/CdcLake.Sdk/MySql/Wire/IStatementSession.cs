using System.Data.Common;

namespace CdcLake.MySql.Wire;

/// <summary>A session with one server for statements as text, one at a time.</summary>
internal interface IStatementSession : IAsyncDisposable
{
    /// <summary>Runs a statement and collects its (few) rows as text.</summary>
    /// <exception cref="MySqlServerException">The server refuses the statement, or the connection failed.</exception>
    Task<StatementResult> QueryAsync(string statement, CancellationToken cancellationToken);

    /// <summary>Runs a statement and hands out its (many) rows one by one, none of which is kept.</summary>
    /// <exception cref="MySqlServerException">The server refuses the statement, or the connection failed.</exception>
    Task ReadAsync(string statement, Action<DbDataReader> row, CancellationToken cancellationToken);
}
