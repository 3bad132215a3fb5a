using System.Data;
using System.Data.Common;
using System.Globalization;
using CdcLake.Common;

namespace CdcLake.Iceberg.Catalogs.Jdbc;

/// <summary>The database of a JDBC catalog: connections, and which form its tables have. Safe for concurrent use.</summary>
internal sealed class JdbcDatabase
{
    private readonly DbDataSource _source;
    private readonly JdbcSettings _settings;
    private readonly AsyncLock _opening = new();
    private volatile string? _tableFilter;

    public JdbcDatabase(DbDataSource source, JdbcSettings settings)
    {
        _source = source;
        _settings = settings;
    }

    public string Name => $"JDBC catalog {_settings.CatalogName}";

    /// <summary>True when rows say whether they are tables or views. Known once a connection was opened.</summary>
    public bool IsV1 => _tableFilter is { Length: > 0 };

    /// <summary>A condition that leaves out views; nothing in a V0 schema. Known once a connection was opened.</summary>
    public string TableFilter => _tableFilter ?? "";

    /// <summary>An open connection to a database that has the tables. The caller disposes it.</summary>
    public async Task<DbConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = await _source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        if (_tableFilter is not null)
        {
            return connection;
        }

        try
        {
            using var turn = await _opening.EnterAsync(cancellationToken).ConfigureAwait(false);
            _tableFilter ??= await PrepareAsync(connection, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        return connection;
    }

    /// <summary>Rows of a query by itself, as texts.</summary>
    /// <param name="doing">For messages: <c>loading table demo.x</c>.</param>
    /// <param name="sql">The query, possibly made of what is known once a connection is open.</param>
    /// <param name="parameters"><c>@p0</c>, <c>@p1</c>, …</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="CatalogException">The database did not answer.</exception>
    public Task<List<string?[]>> QueryAsync(string doing, Func<string> sql, IReadOnlyList<string?> parameters, CancellationToken cancellationToken) =>
        RunAsync(doing, (c, t) => QueryAsync(c, t, sql(), parameters, cancellationToken), cancellationToken);

    /// <summary>Runs a statement by itself: as one act, since a session need not commit each statement (<c>autocommit</c> is a setting of servers too).</summary>
    /// <returns>Rows that it changed.</returns>
    /// <exception cref="CatalogException">The database did not answer, or refused.</exception>
    public Task<int> ExecuteAsync(string doing, Func<string> sql, IReadOnlyList<string?> parameters, CancellationToken cancellationToken) =>
        TransactAsync(doing, (c, t) => ExecuteAsync(c, t, sql(), parameters, cancellationToken), cancellationToken);

    /// <summary>Runs statements on a connection of their own; errors of the driver become ours.</summary>
    public async Task<T> RunAsync<T>(string doing, Func<DbConnection, DbTransaction?, Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            var connection = await OpenAsync(cancellationToken).ConfigureAwait(false);
            await using var _ = connection.ConfigureAwait(false);
            return await call(connection, null).ConfigureAwait(false);
        }
        catch (Exception e) when (JdbcErrors.IsExpected(e))
        {
            throw JdbcErrors.Wrap(Name, doing, e);
        }
    }

    /// <summary>Runs statements as one act.</summary>
    public Task<T> TransactAsync<T>(string doing, Func<DbConnection, DbTransaction, Task<T>> call, CancellationToken cancellationToken) => RunAsync(doing, async (connection, _) =>
    {
        var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken).ConfigureAwait(false);
        await using var ends = transaction.ConfigureAwait(false);
        var result = await call(connection, transaction).ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        return result;
    }, cancellationToken);

    public static async Task<int> ExecuteAsync(DbConnection connection, DbTransaction? transaction, string sql, IReadOnlyList<string?> parameters, CancellationToken cancellationToken)
    {
        var command = Command(connection, transaction, sql, parameters);
        await using var _ = command.ConfigureAwait(false);
        return await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    public static async Task<List<string?[]>> QueryAsync(DbConnection connection, DbTransaction? transaction, string sql, IReadOnlyList<string?> parameters, CancellationToken cancellationToken)
    {
        var command = Command(connection, transaction, sql, parameters);
        await using var _ = command.ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var ends = reader.ConfigureAwait(false);
        var rows = new List<string?[]>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? null : reader.GetString(i))]);
        }

        return rows;
    }

    private static DbCommand Command(DbConnection connection, DbTransaction? transaction, string sql, IReadOnlyList<string?> parameters)
    {
        var command = connection.CreateCommand();
#pragma warning disable CA2100 // statements are constants of this folder; values are parameters
        command.CommandText = sql;
#pragma warning restore CA2100 // until here
        command.Transaction = transaction;
        for (var i = 0; i < parameters.Count; i++)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = string.Create(CultureInfo.InvariantCulture, $"@p{i}");
            parameter.Value = (object?)parameters[i] ?? DBNull.Value;
            command.Parameters.Add(parameter);
        }

        return command;
    }

    /// <summary>Looks which form the tables have, and creates them where they are missing.</summary>
    private async Task<string> PrepareAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            return await FilterAsync(connection, cancellationToken).ConfigureAwait(false);
        }
        catch (DbException e) when (_settings.Initializes && IsRefusal(connection, e))
        {
            // They are not there, or may not be read: creating them tells.
        }

        // Somebody else may create them in the same moment, which some databases report as an error of the second one: that they are there is what counts.
        DbException? refusal = null;
        try
        {
            var options = connection.GetType().FullName?.Contains("MySql", StringComparison.Ordinal) == true ? " CHARACTER SET utf8mb4 COLLATE utf8mb4_bin" : "";
            foreach (var sql in JdbcSql.Create(_settings.CreatesV1, options))
            {
                await ExecuteAsync(connection, null, sql, [], cancellationToken).ConfigureAwait(false);
            }
        }
        catch (DbException e) when (IsRefusal(connection, e))
        {
            refusal = e;
        }

        try
        {
            return await FilterAsync(connection, cancellationToken).ConfigureAwait(false);
        }
        catch (DbException e) when (refusal is not null && IsRefusal(connection, e))
        {
            throw JdbcErrors.Wrap(Name, "creating its tables", refusal);
        }
    }

    /// <summary>True for the server's answer to a statement; false where the connection is lost and there was none.</summary>
    private static bool IsRefusal(DbConnection connection, DbException e) => connection.State == ConnectionState.Open && !JdbcErrors.IsTransient(e);

    private static async Task<string> FilterAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        await QueryAsync(connection, null, JdbcSql.NamespaceColumns, [], cancellationToken).ConfigureAwait(false);
        var command = Command(connection, null, JdbcSql.Columns, []);
        await using var _ = command.ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var ends = reader.ConfigureAwait(false);
        var hasType = Enumerable.Range(0, reader.FieldCount).Any(i => reader.GetName(i).Equals(JdbcSql.TypeColumn, StringComparison.OrdinalIgnoreCase));
        return hasType ? JdbcSql.OnlyTables : "";
    }
}
