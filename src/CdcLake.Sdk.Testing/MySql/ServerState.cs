using System.Security.Cryptography.X509Certificates;
using CdcLake.Common;
using CdcLake.Testing.MySql.Log;
using CdcLake.Testing.Tables;
using CdcLake.Testing.Wire;

namespace CdcLake.Testing.MySql;

/// <summary>What all sessions of a server share: tables, log, locks, and who is connected. Thread-safe.</summary>
internal sealed class ServerState
{
    private readonly Dictionary<string, int> _locks = new(StringComparer.OrdinalIgnoreCase);
    private readonly Signal _changed = new();
    private bool _knowsPassword;

    public ServerState(FakeMySqlServerOptions options)
    {
        Options = options;
        Version = System.Version.Parse(options.Version);
        Database = new MemoryDatabase(options.Tables.Select(t => t.Copy()));
        Log = new ServerLog(options.Uuid, options.LogFiles);
        Certificate = options.UsesTls ? OwnCertificate.Create() : null;
    }

    public FakeMySqlServerOptions Options { get; }

    public Version Version { get; }

    public MemoryDatabase Database { get; }

    public ServerLog Log { get; }

    /// <summary>Null for a server without TLS.</summary>
    public X509Certificate2? Certificate { get; }

    /// <summary>Taken by whoever writes, or reads a moment of several things.</summary>
    public Lock Lock { get; } = new();

    /// <summary>Connections by their number.</summary>
    public Dictionary<int, Connection> Connections { get; } = [];

    /// <summary>Number of the newest connection.</summary>
    public int LastConnection { get; set; }

    /// <summary>caching_sha2_password has seen the whole password since the server began.</summary>
    public bool KnowsPassword
    {
        get => Volatile.Read(ref _knowsPassword);
        set => Volatile.Write(ref _knowsPassword, value);
    }

    /// <summary>Who holds a lock of GET_LOCK; null for nobody.</summary>
    public int? HolderOf(string name)
    {
        lock (Lock)
        {
            return _locks.TryGetValue(name, out var holder) ? holder : null;
        }
    }

    /// <summary>Takes a lock, as soon as it is free.</summary>
    /// <returns>False when it was not free in time.</returns>
    public async Task<bool> TakeAsync(string name, int connection, TimeSpan patience, CancellationToken cancellationToken)
    {
        var began = Options.TimeProvider.GetTimestamp();
        while (true)
        {
            Task changed;
            lock (Lock)
            {
                if (_locks.TryAdd(name, connection) || _locks[name] == connection)
                {
                    return true;
                }

                changed = _changed.Next;
            }

            var left = patience - Options.TimeProvider.GetElapsedTime(began);
            if (left <= TimeSpan.Zero || await TimesOutAsync(changed, left, cancellationToken).ConfigureAwait(false))
            {
                return false;
            }
        }
    }

    /// <summary>Gives one lock back, or all of a connection.</summary>
    public bool Release(string? name, int connection)
    {
        lock (Lock)
        {
            var mine = _locks.Where(l => l.Value == connection && (name is null || l.Key.Equals(name, StringComparison.OrdinalIgnoreCase))).ToList();
            mine.ForEach(l => _locks.Remove(l.Key));
            _changed.Raise();
            return mine.Count > 0;
        }
    }

    /// <summary>Waits for a task; true when it takes too long.</summary>
    public async Task<bool> TimesOutAsync(Task task, TimeSpan patience, CancellationToken cancellationToken)
    {
        try
        {
            await task.WaitAsync(patience, Options.TimeProvider, cancellationToken).ConfigureAwait(false);
            return false;
        }
        catch (TimeoutException)
        {
            return true;
        }
    }
}

/// <summary>A client that is connected.</summary>
/// <param name="Number">Of the connection.</param>
/// <param name="Cut">Ends it.</param>
internal sealed record Connection(int Number, Action Cut)
{
    /// <summary>What it does, as PROCESSLIST says it.</summary>
    public string Command { get; set; } = "Sleep";

    /// <summary>The name that it registered as a replica by; empty for one that reads no log.</summary>
    public string Replica { get; set; } = "";
}
