using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using CdcLake.Connectors;
using CdcLake.MySql;
using CdcLake.MySql.Wire;
using CdcLake.Planning.Logical;

namespace CdcLake;

/// <summary>
/// One MySQL server, or a set of its binary log files. All tables taken from the same instance share one connection, one commit order and one position, so
/// joining them is exact; two instances are two servers, even with the same connection string. Immutable and thread-safe; opens nothing by itself.
/// </summary>
public sealed class MySqlSource : ISourceTarget
{
    private readonly MySqlConnectionOptions? _connection;
    private readonly IReadOnlyList<string> _files = [];

    /// <summary>A server, read live: existing rows first, then its binary log.</summary>
    /// <param name="connectionString">
    /// MySqlConnector's keywords: <c>Server, Port, User ID, Password, SSL Mode, SSL CA, Allow Public Key Retrieval, Connection Timeout</c>, …
    /// Keywords that only matter to ADO.NET are accepted and ignored.
    /// </param>
    /// <exception cref="ArgumentException">An unknown keyword (the message names the nearest known one) or a value that it does not take.</exception>
    public MySqlSource(string connectionString)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(connectionString);
        _connection = MySqlConnectionOptions.Parse(connectionString);
    }

    private MySqlSource(IReadOnlyList<string> files) => _files = files;

    /// <summary>
    /// Binary log files, replayed without a server: all of them, from the first one of the server's life on, in any order. Tables are empty at their start.
    /// A pipeline over files completes when they are read to their end.
    /// </summary>
    /// <param name="files">Paths of files such as <c>binlog.000001</c>.</param>
    /// <exception cref="ArgumentException">No file was given.</exception>
    public static MySqlSource FromFiles(params IEnumerable<string> files)
    {
        ArgumentNullException.ThrowIfNull(files);
        var list = files.ToArray();
        return list.Length > 0
            ? new MySqlSource(list)
            : throw new ArgumentException("No binary log file was given. Name all files from the first one on, such as binlog.000001.", nameof(files));
    }

    /// <summary>A table whose rows are read as <typeparamref name="T"/>.</summary>
    /// <typeparam name="T">
    /// A record or class with a property for each column that the pipeline may use; <c>ProductId</c> stands for <c>product_id</c> or <c>productId</c>. The table may have more columns.
    /// </typeparam>
    /// <param name="name">Qualified name: <c>appdb.sales</c>.</param>
    /// <exception cref="ArgumentException">The name is not of the form database.table.</exception>
    public MySqlTable<T> Table<[DynamicallyAccessedMembers(RowMembers.Kept)] T>(string name) => new(this, Qualified(name));

    /// <summary>A table whose columns and key come from MySQL when the pipeline starts.</summary>
    /// <param name="name">Qualified name: <c>testdb.users</c>.</param>
    /// <exception cref="ArgumentException">The name is not of the form database.table.</exception>
    public MySqlTable<Row> Table(string name) => new(this, Qualified(name));

    /// <summary>Host and port, or the files; without secrets.</summary>
    public override string ToString() => _connection?.Endpoint ?? FilesText();

    ISource ISourceTarget.CreateSource(string pipeline, TimeProvider clock) => _connection is null
        ? new BinlogFileSource(_files)
        : new MySqlBinlogSource(_connection, pipeline, new MySqlSourceSettings(), clock);

    private string FilesText() =>
        Path.GetFileName(_files[0]) + (_files.Count == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $" … {Path.GetFileName(_files[^1])} ({_files.Count} files)"));

    private static string Qualified(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && dot < name.Length - 1
            ? name
            : throw new ArgumentException($"\"{name}\" is not a qualified table name. Write it with its database: appdb.sales.", nameof(name));
    }
}
