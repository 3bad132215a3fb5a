using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using CdcLake.Connectors;
using CdcLake.MySql;
using CdcLake.MySql.Checks;
using CdcLake.MySql.Tables;
using CdcLake.MySql.Wire;
using CdcLake.MySql.Wire.Auth;
using CdcLake.Planning.Logical;
using MySqlConnector;

namespace CdcLake;

/// <summary>
/// One MySQL server, or a set of its binary log files. All tables taken from the same instance share one connection, one commit order and one position, so
/// joining them is exact; two instances are two servers, even with the same connection string. Immutable and thread-safe; opens nothing by itself.
/// </summary>
public sealed class MySqlSource : ISourceTarget
{
    private readonly MySqlConnectionOptions? _connection;
    private readonly MySqlSourceOptions _options = new();
    private readonly IReadOnlyList<string> _files = [];

    /// <summary>A server, read live: existing rows first, then its binary log.</summary>
    /// <param name="connectionString">
    /// MySqlConnector's keywords, read by its own parser: <c>Server, Port, User ID, Password, SSL Mode, SSL CA, Allow Public Key Retrieval, Use Compression, Connection Timeout</c>, …
    /// <c>Server</c> may list several hosts of one replication topology: the first that can serve is used, at each connection anew. Pooling has no effect.
    /// </param>
    /// <param name="configure">Changes the defaults of <see cref="MySqlSourceOptions"/>.</param>
    /// <exception cref="ArgumentException">An unknown keyword (the message names the nearest known one), or a value that a keyword or an option does not take.</exception>
    public MySqlSource(string connectionString, Action<MySqlSourceOptions>? configure = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(connectionString);
        _connection = MySqlConnectionOptions.Parse(connectionString);
        _options = OfServer(configure);
    }

    /// <summary>A server, read live, with the credentials of the application's own data source: its connection string, password provider and certificate callbacks.</summary>
    /// <param name="dataSource">Stays the caller's. Connections are opened beside its pool, since the log needs sessions of its own.</param>
    /// <param name="configure">Changes the defaults of <see cref="MySqlSourceOptions"/>.</param>
    /// <exception cref="ArgumentException">The data source or an option has a value that cannot be honoured.</exception>
    public MySqlSource(MySqlDataSource dataSource, Action<MySqlSourceOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        _connection = MySqlConnectionOptions.Of(dataSource);
        _options = OfServer(configure);
    }

    private MySqlSource(IReadOnlyList<string> files, Action<MySqlSourceOptions>? configure) => (_files, _options) = (files, Configured(configure));

    /// <summary>
    /// Binary log files, replayed without a server: all of them, from the first one of the server's life on, in any order. Tables are empty at their start.
    /// A pipeline over files completes when they are read to their end.
    /// </summary>
    /// <param name="files">Paths of files such as <c>binlog.000001</c>.</param>
    /// <exception cref="ArgumentException">No file was given.</exception>
    public static MySqlSource FromFiles(params IEnumerable<string> files) => FromFiles(files, null);

    /// <inheritdoc cref="FromFiles(IEnumerable{string})"/>
    /// <param name="files">Paths of files such as <c>binlog.000001</c>.</param>
    /// <param name="configure">Changes the defaults of <see cref="MySqlSourceOptions"/>.</param>
    public static MySqlSource FromFiles(IEnumerable<string> files, Action<MySqlSourceOptions>? configure)
    {
        ArgumentNullException.ThrowIfNull(files);
        var list = files.ToArray();
        return list.Length > 0
            ? OfFiles(list, configure)
            : throw new ArgumentException("No binary log file was given. Name all files from the first one on, such as binlog.000001.", nameof(files));
    }

    /// <summary>A table whose rows are read as <typeparamref name="T"/>.</summary>
    /// <typeparam name="T">
    /// A record or class with a property for each column that the pipeline may use; <c>ProductId</c> stands for <c>product_id</c> or <c>productId</c>. The table may have more columns.
    /// </typeparam>
    /// <param name="name">Qualified name: <c>appdb.sales</c>; parts that hold dots stand in backticks: <c>`my.db`.sales</c>.</param>
    /// <exception cref="ArgumentException">The name is not of the form database.table.</exception>
    public MySqlTable<T> Table<[DynamicallyAccessedMembers(RowMembers.Kept)] T>(string name) => new(this, Qualified(name));

    /// <summary>A table whose columns and key come from MySQL when the pipeline starts.</summary>
    /// <param name="name">Qualified name: <c>testdb.users</c>; parts that hold dots stand in backticks.</param>
    /// <exception cref="ArgumentException">The name is not of the form database.table.</exception>
    public MySqlTable<Row> Table(string name) => new(this, Qualified(name));

    /// <summary>All tables of a database, those included that are created while a pipeline runs.</summary>
    /// <param name="name">Name of the database.</param>
    /// <exception cref="InvalidOperationException">The source is made of files, which do not say which tables there are.</exception>
    public MySqlDatabase Database(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return _connection is not null ? new MySqlDatabase(this, new TableSelection(name)) : throw new InvalidOperationException($"{this} are files; only a server says which tables a database has. Name the tables.");
    }

    /// <summary>
    /// Checks whether tables of the server can be captured, before a pipeline is built: version, settings, grants, retention, filters, sessions that log otherwise, and of each table its key,
    /// engine, columns, foreign keys and triggers. Whatever would keep a pipeline from running is an error here, in the same words; the rest are warnings and information. Changes nothing
    /// on the server. With several hosts in the connection string each is checked.
    /// </summary>
    /// <param name="tables">Qualified names: <c>appdb.sales</c>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What was found, the gravest first within each host; empty when there is nothing to say.</returns>
    /// <exception cref="ArgumentException">A name is not of the form database.table.</exception>
    /// <exception cref="InvalidOperationException">The source is made of files.</exception>
    /// <exception cref="MySqlServerException">A host does not answer, or refuses the login.</exception>
    public async Task<IReadOnlyList<MySqlFinding>> CheckAsync(IEnumerable<string> tables, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(tables);
        var options = _connection ?? throw new InvalidOperationException($"{this} are files; only a server can be checked.");
        var names = tables.Select(t => MySqlTableName.Parse(Qualified(t), null)).ToList();
        var findings = new List<MySqlFinding>();
        foreach (var host in options.Hosts)
        {
            var session = await ServerSession.OpenAsync(options with { ReadTimeout = _options.ReadTimeout }, host, cancellationToken).ConfigureAwait(false);
            await using (session.ConfigureAwait(false))
            {
                var found = await new Preflight(session, host) { CompletesRows = _options.CompletePartialRows }.FindAsync(names, cancellationToken).ConfigureAwait(false);
                findings.AddRange(found.Select(f => new MySqlFinding { Severity = f.Severity, Code = f.Code, Where = f.Where, Problem = f.What, Reason = f.Why, Fix = f.Fix }));
            }
        }

        return findings;
    }

    /// <summary>How the server is reached; null for files.</summary>
    internal MySqlConnectionOptions? Connection => _connection;

    /// <summary>How it reads; frozen.</summary>
    internal MySqlSourceOptions Options => _options;

    /// <summary>Host and port, or the files; without secrets.</summary>
    public override string ToString() => _connection?.Endpoint ?? FilesText();

    ISource ISourceTarget.CreateSource(string pipeline, TimeProvider clock) => _connection is null
        ? new BinlogFileSource(_files, clock, _options)
        : new MySqlBinlogSource(_connection, pipeline, _options, clock);

    ILease? ISourceTarget.CreateLease(string pipeline, TimeProvider clock) => _connection is { } options ? new MySqlLease(token => MySqlLockSession.OpenAsync(options, pipeline, token), clock) : null;

    private static MySqlSource OfFiles(string[] files, Action<MySqlSourceOptions>? configure)
    {
        var source = new MySqlSource(files, configure);
        if (source._options.CompletePartialRows)
        {
            throw new ArgumentException(
                $"{nameof(MySqlSourceOptions.CompletePartialRows)} is for servers, which say what columns have by default; the rows in files have to be whole. Leave it out.", nameof(configure));
        }

        return source._options.StartAt is { Point: null, Rows: null } ? source : throw new ArgumentException(
            $"{nameof(MySqlSourceOptions.StartAt)} = {source._options.StartAt} is for servers; files are read from their beginning. Leave it out.", nameof(configure));
    }

    private static MySqlSourceOptions OfServer(Action<MySqlSourceOptions>? configure)
    {
        var options = Configured(configure);
        return options.Pace == MySqlPace.Unlimited ? options : throw new ArgumentException(
            $"{nameof(MySqlSourceOptions.Pace)} = {options.Pace} is for files; a server sends its log when it is written. Leave it out.", nameof(configure));
    }

    private static MySqlSourceOptions Configured(Action<MySqlSourceOptions>? configure)
    {
        var options = new MySqlSourceOptions();
        configure?.Invoke(options);
        return options.Freeze();
    }

    private string FilesText() =>
        Path.GetFileName(_files[0]) + (_files.Count == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $" … {Path.GetFileName(_files[^1])} ({_files.Count} files)"));

    private static string Qualified(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        try
        {
            return MySqlTableName.Parse(name, null).ToString();
        }
        catch (SchemaMismatchException error)
        {
            throw new ArgumentException($"\"{name}\" is not a qualified table name. Write it with its database: appdb.sales, or `my.db`.`my.table` when names hold dots.", nameof(name), error);
        }
    }
}
