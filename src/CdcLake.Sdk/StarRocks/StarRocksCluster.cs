using System.Data.Common;
using CdcLake.MySql.Wire.Auth;
using CdcLake.StarRocks.Commits;
using CdcLake.StarRocks.Ddl;
using CdcLake.StarRocks.StreamLoad;

namespace CdcLake;

/// <summary>
/// A StarRocks cluster: statements go to its frontends over the MySQL protocol, rows by Stream Load over HTTP. Tables taken from one instance are committed together where the server can
/// (from 4.0 on, tables of one database). Immutable and thread-safe; opens nothing by itself.
/// </summary>
public sealed class StarRocksCluster
{
    private const int QueryPort = 9030;
    private const int LoadPort = 8030;

    /// <summary>A cluster by its frontends.</summary>
    /// <param name="connectionString">
    /// MySqlConnector's keywords: <c>Server=fe1,fe2;Port=9030;User ID=…;Password=…</c>. Frontends are tried in the order given. The same user loads rows, with the privileges INSERT and
    /// SELECT on the tables, and CREATE TABLE and CREATE DATABASE where they are to be created.
    /// </param>
    /// <param name="configure">Changes the defaults of <see cref="StarRocksOptions"/>.</param>
    /// <exception cref="ArgumentException">An unknown keyword, or a value that a keyword or an option does not take.</exception>
    public StarRocksCluster(string connectionString, Action<StarRocksOptions>? configure = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(connectionString);
        var options = new StarRocksOptions();
        configure?.Invoke(options);
        options = options.Freeze();
        var access = MySqlConnectionOptions.Parse(WithPort(connectionString));
        var addresses = Addresses(options, access);
        var client = new LoadClient(addresses, access.User, access.Password, options);
        Commits = new ClusterCommitGroup(new ClusterConnection(new Frontend(access), client, options) { LoadAddresses = addresses });
    }

    internal ClusterCommitGroup Commits { get; }

    /// <summary>A table of the cluster. Nothing is looked up.</summary>
    /// <param name="name">Database and table: <c>analytics.users</c>.</param>
    /// <param name="configure">How the table is created and filled; defaults of <see cref="StarRocksTableOptions"/>.</param>
    /// <exception cref="ArgumentException">Not of the form database.table, or an option has a value that it does not take.</exception>
    public StarRocksTable Table(string name, Action<StarRocksTableOptions>? configure = null)
    {
        var options = new StarRocksTableOptions();
        configure?.Invoke(options);
        return new StarRocksTable(Commits, TableName.Parse(name), options.Freeze());
    }

    private static string WithPort(string connectionString)
    {
        var settings = new DbConnectionStringBuilder();
        try
        {
            settings.ConnectionString = connectionString;
        }
        catch (ArgumentException)
        {
            return connectionString; // the parser proper says what is wrong, without the password
        }

        return settings.ContainsKey("Port") ? connectionString : $"{connectionString.TrimEnd(';')};Port={QueryPort}";
    }

    private static List<Uri> Addresses(StarRocksOptions options, MySqlConnectionOptions access)
    {
        var texts = options.LoadUrl?.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [.. access.Hosts.Select(h => $"http://{h}:{LoadPort}")];
        var addresses = texts.Select(t => Uri.TryCreate(t, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? address
            : throw new ArgumentException($"\"{t}\" is no address of a frontend; write http://fe1:8030, several separated by ';'.", nameof(options))).ToList();
        return addresses.Count > 0 ? addresses : throw new ArgumentException("LoadUrl names no frontend; write http://fe1:8030.", nameof(options));
    }
}
