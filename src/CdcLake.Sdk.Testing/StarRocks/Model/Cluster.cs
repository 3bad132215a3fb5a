namespace CdcLake.Testing.StarRocks.Model;

/// <summary>
/// What the cluster holds: databases, tables, transactions and their labels, which are unique in a database. All calls are made under <see cref="Lock"/>, one at a time, as the leading
/// frontend makes them.
/// </summary>
internal sealed class Cluster(FakeStarRocksOptions options)
{
    private readonly Dictionary<string, Dictionary<string, Table>> _databases = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Database, string Label), Transaction> _labels = [];
    private readonly Dictionary<string, List<string>> _errorLogs = new(StringComparer.Ordinal);
    private readonly List<Transaction> _late = [];
    private readonly HashSet<int> _down = [];
    private long _nextId = 1000;

    public Lock Lock { get; } = new();

    public FakeStarRocksOptions Options => options;

    public Release Release { get; } = Release.Parse(options.Version);

    public IEnumerable<string> Databases => _databases.Keys.Order(StringComparer.Ordinal);

    public IEnumerable<Transaction> Transactions => _labels.Values;

    /// <summary>Comments by name.</summary>
    public SortedDictionary<string, string> ExternalCatalogs { get; } = new(StringComparer.Ordinal);

    public List<SchemaChange> Changes { get; } = [];

    public long NewId() => _nextId++;

    public bool CreateDatabase(string name) => _databases.TryAdd(name, new Dictionary<string, Table>(StringComparer.Ordinal));

    public bool HasDatabase(string name) => _databases.ContainsKey(name);

    public IEnumerable<Table> Tables(string database) => _databases.GetValueOrDefault(database)?.Values ?? Enumerable.Empty<Table>();

    public Table? FindTable(string database, string name) => _databases.GetValueOrDefault(database)?.GetValueOrDefault(name);

    public void Add(Table table) => _databases[table.Database].Add(table.Name, table);

    public bool Drop(string database, string name) => _databases.GetValueOrDefault(database)?.Remove(name) == true;

    /// <summary>The transaction of a label, ended ones included until the label is forgotten.</summary>
    public Transaction? Find(string database, string label) => _labels.GetValueOrDefault((database, label));

    public int RunningIn(string database) => _labels.Values.Count(t => t.Database == database && t.IsOpen);

    /// <summary>Begins; the label is unused, or that of an aborted transaction.</summary>
    public Transaction Begin(string database, string label, string? table, bool isMulti, int backend)
    {
        var transaction = new Transaction(_nextId++, label, database) { Table = table, IsMulti = isMulti, Backend = backend };
        _labels[(database, label)] = transaction;
        LostLabels.Remove(label);
        return transaction;
    }

    /// <summary>Commits; visible at once unless the publication is to be late.</summary>
    public void Commit(Transaction transaction, bool late)
    {
        transaction.State = TransactionState.Committed;
        if (late)
        {
            _late.Add(transaction);
        }
        else
        {
            PublishLate();
            transaction.Publish();
        }
    }

    /// <summary>What was committed becomes visible, in order.</summary>
    public void PublishLate()
    {
        foreach (var transaction in _late)
        {
            transaction.Publish();
        }

        _late.Clear();
    }

    public void ForgetLabels()
    {
        PublishLate();
        foreach (var ended in _labels.Where(l => !l.Value.IsOpen).Select(l => l.Key).ToList())
        {
            _labels.Remove(ended);
        }
    }

    public void TimeOut()
    {
        foreach (var open in _labels.Values.Where(t => t.IsOpen))
        {
            open.Abort("transaction is aborted by timeout 600 seconds.");
        }
    }

    /// <summary>A backend comes back without memory: what it held and was not prepared can only time out.</summary>
    public HashSet<string> LostLabels { get; } = new(StringComparer.Ordinal);

    public void LoseBackend(int backend)
    {
        foreach (var held in _labels.Values.Where(t => t.State == TransactionState.Prepare && t.Backend == backend))
        {
            LostLabels.Add(held.Label);
        }
    }

    /// <summary>Sessions of the MySQL protocol are to be cut.</summary>
    public event Action? Restarted;

    public void RestartFrontends()
    {
        foreach (var (label, open) in _labels.Where(l => l.Value.IsOpen).ToList())
        {
            open.HasKnownBackend = false;
            if (open.IsMulti)
            {
                _labels.Remove(label);
            }
        }

        Restarted?.Invoke();
    }

    public bool Discards(string table) => options.DiscardsRows && table != "cdclake_positions";

    public bool HasBackend => LivingBackends.Any();

    public IEnumerable<int> LivingBackends => Enumerable.Range(0, options.Backends).Where(b => !_down.Contains(b));

    public bool IsDown(int backend) => _down.Contains(backend);

    public void StopBackend(int backend)
    {
        LoseBackend(backend);
        _down.Add(backend);
    }

    public void StartBackend(int backend) => _down.Remove(backend);

    public string KeepErrors(IEnumerable<string> lines)
    {
        var name = $"error_log_{_nextId++:x}_{_errorLogs.Count:x}";
        _errorLogs[name] = [.. lines.Take(50)];
        return name;
    }

    public IReadOnlyList<string>? ErrorLog(string name) => _errorLogs.GetValueOrDefault(name);
}
