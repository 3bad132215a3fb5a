using System.Data.Common;
using CdcLake.Testing;
using MySqlConnector;

namespace CdcLake.Tests.StarRocks;

/// <summary>
/// The cluster that the conformance tests speak to: the stand-in, or the real one that <c>CDCLAKE_STARROCKS</c> names, as
/// <c>Server=fe1;Port=9030;User ID=root;Password=…;LoadUrl=http://fe1:8030</c>. Each test has a database of its own there, which is dropped afterwards.
/// </summary>
internal sealed class StarRocksUnderTest : IAsyncDisposable
{
    private const string Variable = "CDCLAKE_STARROCKS";
    private readonly FakeStarRocks? _standIn;
    private readonly string _connectionString;

    public StarRocksUnderTest(string version = "3.3.5")
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } named)
        {
            _standIn = new FakeStarRocks(o => (o.Version, o.Frontends) = (version, 2));
            (_connectionString, LoadUrl, Password, Database) = (_standIn.ConnectionString, _standIn.LoadUrl.Split(';')[^1], "secret", "analytics");
        }
        else
        {
            var settings = new DbConnectionStringBuilder { ConnectionString = named };
            (LoadUrl, Password) = ((string)settings["LoadUrl"], settings.TryGetValue("Password", out var word) ? (string)word : "");
            settings.Remove("LoadUrl");
            (_connectionString, Database) = (settings.ConnectionString, $"cdclake_{Guid.NewGuid():N}");
        }

        Execute($"CREATE DATABASE {Database}");
    }

    public string Database { get; }

    /// <summary>Of one frontend, a follower where there are several.</summary>
    public string LoadUrl { get; }

    public string Password { get; }

    public string User => new MySqlConnectionStringBuilder(_connectionString).UserID;

    /// <summary>True where a transaction takes several tables.</summary>
    public bool HasSeveralTables => int.Parse(Execute("SELECT current_version()")[0][0]!.Split('.')[0], System.Globalization.CultureInfo.InvariantCulture) >= 4;

    public void CreateTable(string name, string columns) =>
        Execute($"""CREATE TABLE {Database}.{name} ({columns}) PRIMARY KEY (`id`) DISTRIBUTED BY HASH(`id`) BUCKETS 2 PROPERTIES ("replication_num" = "1")""");

    /// <summary>Runs a statement over the MySQL protocol.</summary>
    public List<string?[]> Execute(string statement)
    {
        using var connection = new MySqlConnection(_connectionString + ";Pooling=false");
        connection.Open();
        using var command = new MySqlCommand(statement, connection);
        using var reader = command.ExecuteReader();
        var rows = new List<string?[]>();
        while (reader.Read())
        {
            rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? null : Convert.ToString(reader.GetValue(i), System.Globalization.CultureInfo.InvariantCulture))]);
        }

        return rows;
    }

    /// <summary>Rows in the order of the first column, fields separated by blanks, <c>-</c> for NULL.</summary>
    public List<string> Rows(string columns, string table) => [.. Execute($"SELECT {columns} FROM {Database}.{table} ORDER BY {columns.Split(',')[0]}").Select(r => string.Join(' ', r.Select(v => v ?? "-")))];

    public async ValueTask DisposeAsync()
    {
        if (_standIn is null)
        {
            Execute($"DROP DATABASE {Database} FORCE");
            return;
        }

        await _standIn.DisposeAsync();
    }
}
