using Npgsql;

namespace CdcLake.IntegrationTests.Fixtures;

/// <summary>A database of its own on the PostgreSQL server, for a catalog; dropped in the end.</summary>
internal sealed class PostgresDatabase : IAsyncDisposable
{
    /// <summary>Names the server, by a connection string.</summary>
    public const string Variable = "CDCLAKE_TEST_POSTGRES";

    private static int _count;
    private readonly NpgsqlDataSource _admin;
    private readonly NpgsqlConnectionStringBuilder _connection;

    private PostgresDatabase(NpgsqlDataSource admin, NpgsqlConnectionStringBuilder connection)
    {
        _admin = admin;
        _connection = connection;
        Source = NpgsqlDataSource.Create(connection);
    }

    public NpgsqlDataSource Source { get; }

    public string ConnectionString => _connection.ConnectionString;

    public string User => _connection.Username!;

    public string Password => _connection.Password!;

    /// <summary>How Java's driver finds it.</summary>
    public string JavaUri => $"jdbc:postgresql://{_connection.Host}:{_connection.Port}/{_connection.Database}";

    /// <param name="prefix">Who uses it; the process id and a number follow.</param>
    public static async Task<PostgresDatabase> CreateAsync(string prefix)
    {
        var connection = new NpgsqlConnectionStringBuilder(TestServers.Get(Variable)) { IncludeErrorDetail = true, PersistSecurityInfo = true };
        var admin = NpgsqlDataSource.Create(connection);
        connection.Database = $"{prefix.ToLowerInvariant()}_{Environment.ProcessId}_{Interlocked.Increment(ref _count)}";
        await ExecuteAsync(admin, $"DROP DATABASE IF EXISTS {connection.Database} WITH (FORCE)");
        await ExecuteAsync(admin, $"CREATE DATABASE {connection.Database}");
        return new PostgresDatabase(admin, connection);
    }

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        await ExecuteAsync(_admin, $"DROP DATABASE {_connection.Database} WITH (FORCE)");
        await _admin.DisposeAsync();
    }

    private static async Task ExecuteAsync(NpgsqlDataSource source, string statement)
    {
        await using var command = source.CreateCommand(statement);
        await command.ExecuteNonQueryAsync();
    }
}
