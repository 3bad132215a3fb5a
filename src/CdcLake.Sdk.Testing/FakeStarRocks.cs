using System.Globalization;
using CdcLake.Testing.StarRocks.Http;
using CdcLake.Testing.StarRocks.Model;
using CdcLake.Testing.StarRocks.Sql;
using CdcLake.Testing.Wire;

namespace CdcLake.Testing;

/// <summary>
/// A stand-in for a StarRocks cluster in the process of a test: frontends and backends over HTTP (Stream Load and its transactions), a frontend over the MySQL protocol, rows in memory.
/// It follows StarRocks' documents and sources in what it answers and in the words it uses, and converts and checks values as a backend does. It was made without a real cluster at
/// hand; what it does not know it refuses. Safe for concurrent use.
/// </summary>
public sealed class FakeStarRocks : IAsyncDisposable
{
    private readonly Cluster _cluster;
    private readonly Faults _faults;
    private readonly HttpServers _http;
    private readonly SqlListener _sql;

    /// <summary>Starts it on free ports of the loopback interface.</summary>
    /// <param name="configure">Changes the defaults of <see cref="FakeStarRocksOptions"/>.</param>
    public FakeStarRocks(Action<FakeStarRocksOptions>? configure = null)
    {
        var options = new FakeStarRocksOptions();
        configure?.Invoke(options);
        _cluster = new Cluster(options);
        _faults = new Faults(_cluster);
        _http = new HttpServers(_cluster, _faults);
        _sql = new SqlListener(_cluster);
    }

    /// <summary>How clients of the MySQL protocol log in, MySqlConnector's keywords.</summary>
    public string ConnectionString => string.Create(
        CultureInfo.InvariantCulture, $"Server=127.0.0.1;Port={_sql.Port};User ID={_cluster.Options.User};Password={_cluster.Options.Password}");

    /// <summary>Addresses of the frontends over HTTP, separated by <c>;</c>.</summary>
    public string LoadUrl => string.Join(';', _http.FrontendAddresses);

    /// <summary>The certificate of all servers, which signed itself, for the address 127.0.0.1 and the name localhost; null without <see cref="FakeStarRocksOptions.UsesHttps"/>.</summary>
    public string? CertificatePem => _http.CertificatePem;

    /// <summary>Decides what happens to each request over HTTP; called for one request at a time.</summary>
    /// <value>Default: nothing goes wrong.</value>
    public Func<FakeStarRocksRequest, FakeStarRocksFault> Script
    {
        get => _faults.Script;
        set => _faults.Script = value;
    }

    /// <summary>
    /// Decides what happens to each statement over the MySQL protocol, by its text; called for one at a time. A session can be cut before or after a statement was run, the answer be late,
    /// the frontends start anew; the other faults are those of requests over HTTP, and leave a statement alone.
    /// </summary>
    /// <value>Default: nothing goes wrong.</value>
    public Func<string, FakeStarRocksFault> StatementScript
    {
        get => _sql.Script;
        set => _sql.Script = value;
    }

    /// <summary>What happens to requests before the script is asked.</summary>
    internal Func<FakeStarRocksRequest, FakeStarRocksFault> Gate
    {
        set => _faults.Gate = value;
    }

    /// <summary>What came over HTTP, in order, each hop of a redirect by itself.</summary>
    public IReadOnlyList<FakeStarRocksRequest> Requests => _faults.Requests;

    /// <summary>What came over the MySQL protocol after logins: statements, <c>USE x</c>, <c>ping</c>, and <c>command n</c> for all else.</summary>
    public IReadOnlyList<string> Statements => _sql.Received;

    /// <summary>Labels of transactions that are neither committed nor aborted, with their state: <c>analytics.load_7 PREPARED</c>.</summary>
    public IReadOnlyList<string> OpenTransactions
    {
        get
        {
            lock (_cluster.Lock)
            {
                return [.. _cluster.Transactions.Where(t => t.IsOpen).Select(t => $"{t.Database}.{t.Label} {t.State.ToString().ToUpperInvariant()}").Order(StringComparer.Ordinal)];
            }
        }
    }

    /// <summary>Visible rows in the order of their keys; values as SELECT prints them, null for NULL.</summary>
    /// <param name="table">With its database: <c>analytics.users</c>.</param>
    /// <returns>A copy; each row by column name.</returns>
    /// <exception cref="ArgumentException">There is no such table.</exception>
    public IReadOnlyList<IReadOnlyDictionary<string, string?>> Rows(string table)
    {
        lock (_cluster.Lock)
        {
            var found = Find(table);
            return [.. found.Rows.Select(r => found.Columns.Select((c, i) => (c.Name, r[i])).ToDictionary(p => p.Name, p => p.Item2, StringComparer.OrdinalIgnoreCase))];
        }
    }

    /// <summary>Columns of a table as CREATE TABLE declares them, in order: <c>id bigint(20) NOT NULL</c>.</summary>
    /// <param name="table">With its database.</param>
    /// <exception cref="ArgumentException">There is no such table.</exception>
    public IReadOnlyList<string> Columns(string table)
    {
        lock (_cluster.Lock)
        {
            return [.. Find(table).Columns.Select(c => $"{c.Name} {c.TypeText}{(c.IsNullable ? "" : " NOT NULL")}")];
        }
    }

    /// <summary>Runs a statement as a client of the MySQL protocol would.</summary>
    /// <param name="statement">Names with their database.</param>
    /// <returns>Rows as text; empty for a statement without a result.</returns>
    /// <exception cref="InvalidOperationException">The error that a client would get.</exception>
    public IReadOnlyList<IReadOnlyList<string?>> Execute(string statement)
    {
        try
        {
            return new Statements(_cluster).Run(statement).Rows;
        }
        catch (SqlErrorException error)
        {
            throw new InvalidOperationException(error.Message, error);
        }
    }

    /// <summary>Makes visible what was committed under <see cref="FakeStarRocksFault.PublishLate"/>.</summary>
    public void Publish()
    {
        lock (_cluster.Lock)
        {
            _cluster.PublishLate();
        }
    }

    /// <summary>Forgets the labels of all transactions that are over, as a cluster does after three days or a thousand loads.</summary>
    public void ForgetLabels()
    {
        lock (_cluster.Lock)
        {
            _cluster.ForgetLabels();
        }
    }

    /// <summary>
    /// Starts the frontends anew: sessions of the MySQL protocol are cut, and they have forgotten which backend holds a transaction. What becomes of an open transaction over several
    /// tables, which a frontend holds itself, was not found in StarRocks' documents; here it is gone.
    /// </summary>
    public void RestartFrontends()
    {
        lock (_cluster.Lock)
        {
            _cluster.RestartFrontends();
        }
    }

    /// <summary>A backend goes: it answers nothing more, frontends send nobody there any more, and what it held and was not prepared is lost.</summary>
    /// <param name="backend">From 0 up.</param>
    public void StopBackend(int backend)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(backend);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(backend, _cluster.Options.Backends);
        lock (_cluster.Lock)
        {
            _cluster.StopBackend(backend);
        }
    }

    /// <summary>A backend that was stopped comes back, without any memory of transactions.</summary>
    /// <param name="backend">From 0 up.</param>
    public void StartBackend(int backend)
    {
        lock (_cluster.Lock)
        {
            _cluster.StartBackend(backend);
        }
    }

    /// <summary>Merges the versions of all tables, as compaction does.</summary>
    public void Compact()
    {
        lock (_cluster.Lock)
        {
            foreach (var table in _cluster.Databases.SelectMany(_cluster.Tables))
            {
                table.Versions = 0;
            }
        }
    }

    /// <summary>Ends all listeners and connections.</summary>
    public async ValueTask DisposeAsync()
    {
        await _sql.DisposeAsync().ConfigureAwait(false);
        await _http.DisposeAsync().ConfigureAwait(false);
    }

    private Table Find(string table)
    {
        var parts = table.Split('.', 2);
        return parts.Length == 2 && _cluster.FindTable(parts[0], parts[1]) is { } found ? found : throw new ArgumentException($"There is no table {table}.", nameof(table));
    }
}
