using System.Data.Common;
using System.Globalization;
using CdcLake.Iceberg.Catalogs;
using CdcLake.Iceberg.Catalogs.Jdbc;
using CdcLake.Iceberg.Tables;
using Microsoft.Data.Sqlite;

namespace CdcLake.Tests.Iceberg.Catalogs.Jdbc;

/// <summary>A SQLite database and a warehouse in one folder.</summary>
internal sealed class JdbcFixture : IDisposable
{
    private readonly DbDataSource _source;

    public JdbcFixture()
    {
        _source = SqliteFactory.Instance.CreateDataSource($"Data Source={Folder["catalog.db"]};Pooling=False");
        Database = new FaultyDatabase(_source);
    }

    public TemporaryFolder Folder { get; } = new(inMemory: true);

    public FaultyDatabase Database { get; }

    public Dictionary<string, string> Properties { get; } = new(StringComparer.Ordinal);

    public string Warehouse => Folder["wh"];

    /// <summary>Files of the warehouse.</summary>
    public List<string> Files => [.. Folder.Files.Where(f => f.StartsWith(Warehouse, StringComparison.Ordinal))];

    public OpenedCatalog Open(string name = "lake", TimeProvider? clock = null) =>
        JdbcCatalog.Open(Database, new JdbcSettings(name, Warehouse, Properties), clock ?? TimeProvider.System);

    public SinkModel NewModel() => new(() => Open().Tables, Rest.RestFixture.Settings);

    public async Task ExecuteAsync(string sql)
    {
        await using var connection = await _source.OpenConnectionAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Values of a query, rows with commas between.</summary>
    public async Task<string> QueryAsync(string sql)
    {
        await using var connection = await _source.OpenConnectionAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync())
        {
            rows.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? "NULL" : Convert.ToString(reader.GetValue(i), CultureInfo.InvariantCulture))));
        }

        return string.Join(',', rows);
    }

    public async Task<CatalogTable?> LoadAsync(string name) => await Open().Tables.LoadAsync(TableIdentifier.Parse(name), default);

    public void Dispose()
    {
        Database.Dispose();
        _source.Dispose();
        Folder.Dispose();
    }
}
