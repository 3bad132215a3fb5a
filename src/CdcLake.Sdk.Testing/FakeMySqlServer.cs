using System.Globalization;
using CdcLake.MySql.Tables;
using CdcLake.Testing.MySql;
using CdcLake.Testing.MySql.Sessions;
using CdcLake.Testing.Tables;

namespace CdcLake.Testing;

/// <summary>
/// A MySQL server in the process of a test, over a socket of the loopback interface: logins, the statements that a <see cref="MySqlSource"/> asks, consistent snapshots in the text and the binary
/// protocol, and the binary log of what the test writes, or of recorded files. It knows nothing of SQL beyond that, and refuses what it does not know. Safe for concurrent use.
/// </summary>
public sealed class FakeMySqlServer : IAsyncDisposable
{
    private readonly ServerState _server;
    private readonly ServerListener _listener;

    /// <summary>Starts it on a free port.</summary>
    /// <param name="configure">Changes the defaults of <see cref="FakeMySqlServerOptions"/>.</param>
    /// <exception cref="TableRowException">A declared table has a type that the server does not write.</exception>
    public FakeMySqlServer(Action<FakeMySqlServerOptions>? configure = null)
    {
        var options = new FakeMySqlServerOptions();
        configure?.Invoke(options);
        options.Validate();
        _server = new ServerState(options);
        _listener = new ServerListener(_server);
    }

    /// <summary>How the account logs in, MySqlConnector's keywords: encrypted when the server has TLS, with <c>SSL Mode=Required</c>.</summary>
    public string ConnectionString => string.Create(
        CultureInfo.InvariantCulture,
        $"Server=127.0.0.1;Port={_listener.Port};User ID={_server.Options.User};Password={_server.Options.Password};{(_server.Certificate is null ? "SSL Mode=None;Allow Public Key Retrieval=true" : "SSL Mode=Required")}");

    /// <summary>The certificate, which signed itself, for the address 127.0.0.1 and the name localhost; null without <see cref="FakeMySqlServerOptions.UsesTls"/>.</summary>
    public string? CertificatePem => _server.Certificate?.ExportCertificatePem();

    /// <summary>
    /// Decides what happens at each step of every session, by its text; called for one at a time. Steps are <c>connect</c>, <c>login</c>, the text of a statement, <c>prepare …</c> and
    /// <c>execute …</c> with it, <c>USE database</c>, <c>ping</c>, <c>register</c>, <c>dump GTID set</c> or <c>dump file:position</c>, and for each event of a dump <c>event WriteRows binlog.000001:1234</c>.
    /// </summary>
    /// <value>Default: nothing goes wrong.</value>
    public Func<string, FakeMySqlFault> Script
    {
        get => _listener.Faults.Script;
        set => _listener.Faults.Script = value;
    }

    /// <summary>Steps of all sessions in the order they came, but the events of dumps.</summary>
    public IReadOnlyList<string> Steps => _listener.Faults.Steps;

    /// <summary>All transactions so far, as <c>gtid_executed</c> prints them.</summary>
    public string GtidExecuted => _server.Log.Executed.ToString();

    /// <summary>Those of them that are in no log file any more, as <c>gtid_purged</c> prints them.</summary>
    public string GtidPurged => _server.Log.Purged.ToString();

    /// <summary>Names of the log files, the oldest first.</summary>
    public IReadOnlyList<string> LogFiles => [.. _server.Log.Files.Select(f => f.Name)];

    /// <summary>Runs a statement CREATE TABLE, which stands in the log; a table of its name is replaced.</summary>
    /// <param name="sql">With the name of the database.</param>
    /// <returns>The GTID of the statement.</returns>
    /// <exception cref="TableRowException">It is not understood.</exception>
    public string CreateTable(string sql)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(sql);
        var table = CreateTableText.Read(sql);
        lock (_server.Lock)
        {
            _server.Database.Define(table);
            return _server.Log.Append(MySqlTableName.Parse(table.Name, null).Database, sql, _server.Options.TimeProvider.GetUtcNow());
        }
    }

    /// <summary>
    /// Runs a statement that makes, changes or drops tables, and stands in the log: CREATE TABLE (LIKE too), ALTER TABLE with columns and the primary key, RENAME, TRUNCATE and DROP TABLE.
    /// </summary>
    /// <param name="sql">With the names of databases.</param>
    /// <returns>The GTID of the statement.</returns>
    /// <exception cref="TableRowException">It is not understood, or cannot be executed; nothing was done.</exception>
    public string Execute(string sql)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(sql);
        lock (_server.Lock)
        {
            var database = new TableStatement(_server.Database, sql, _server.Options.TimeProvider).Run();
            return _server.Log.Append(database, sql, _server.Options.TimeProvider.GetUtcNow());
        }
    }

    /// <summary>Writes rows, of any tables, as one transaction, which is visible and in the log when the call returns.</summary>
    /// <param name="write">Its statements. What it throws rolls everything back.</param>
    /// <returns>The transaction's GTID; empty when nothing was changed.</returns>
    /// <exception cref="TableRowException">A statement cannot be executed; nothing was written.</exception>
    public string Transaction(Action<HarnessTransaction> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        lock (_server.Lock)
        {
            var transaction = new HarnessTransaction(_server.Database, _server.Options.TimeProvider);
            try
            {
                write(transaction);
            }
            finally
            {
                transaction.End();
            }

            if (transaction.Statements.Changes.Count == 0)
            {
                return "";
            }

            var at = _server.Options.TimeProvider.GetUtcNow();
            _server.Database.Load(transaction.Statements);
            return _server.Log.Append(transaction.Statements.Changes, at);
        }
    }

    /// <summary>Goes on in a new log file, as FLUSH BINARY LOGS does.</summary>
    public void RotateLog() => _server.Log.Rotate();

    /// <summary>Deletes all log files but the newest, as PURGE BINARY LOGS does; with <see cref="RotateLog"/> before it all transactions so far are gone from the log.</summary>
    public void PurgeLog() => _server.Log.Purge();

    /// <summary>Cuts all connections; clients may come again at once.</summary>
    public void CutConnections() => _listener.Cut();

    /// <summary>Starts anew: all connections are cut, and the server goes on in a new log file.</summary>
    public void Restart() => _listener.Restart();

    /// <summary>Cuts all connections and takes no new one until <see cref="Start"/>.</summary>
    public void Stop()
    {
        _listener.IsStopped = true;
        _listener.Restart();
    }

    /// <summary>Takes connections again after <see cref="Stop"/>.</summary>
    public void Start() => _listener.IsStopped = false;

    /// <summary>Ends all connections.</summary>
    public ValueTask DisposeAsync() => _listener.DisposeAsync();
}
