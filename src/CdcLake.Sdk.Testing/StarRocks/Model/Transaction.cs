namespace CdcLake.Testing.StarRocks.Model;

/// <summary>Where a transaction stands, in the server's words.</summary>
internal enum TransactionState
{
    Prepare,
    Prepared,
    Committed,
    Visible,
    Aborted,
}

/// <summary>A load or several, from its label to what is visible.</summary>
internal sealed class Transaction(long id, string label, string database)
{
    private readonly List<(Table Table, StagedRows Rows)> _loads = [];

    public long Id => id;

    public string Label => label;

    public string Database => database;

    /// <summary>The one table; null when several may take part.</summary>
    public string? Table { get; init; }

    public bool IsMulti { get; init; }

    /// <summary>The backend that holds its rows until it is prepared.</summary>
    public int Backend { get; init; }

    /// <summary>Whether the frontend knows that backend, which it forgets when it starts anew.</summary>
    public bool HasKnownBackend { get; set; } = true;

    public TransactionState State { get; set; } = TransactionState.Prepare;

    /// <summary>Why it was aborted.</summary>
    public string Reason { get; set; } = "";

    /// <summary>Rows that were not taken, with the reason: lines of the error log.</summary>
    public List<string> Errors { get; } = [];

    public long TotalRows { get; set; }

    public int Loads { get; set; }

    /// <summary>Headers of the first load, which the others must repeat.</summary>
    public string? LoadHeaders { get; set; }

    public bool IsOpen => State is TransactionState.Prepare or TransactionState.Prepared;

    /// <summary>ExistingJobStatus of a label that is used again.</summary>
    public string JobStatus => IsOpen ? "RUNNING" : "FINISHED";

    public void Stage(Table table, StagedRows rows) => _loads.Add((table, rows));

    public void Abort(string reason)
    {
        State = TransactionState.Aborted;
        Reason = reason;
        _loads.Clear();
    }

    public void Publish()
    {
        State = TransactionState.Visible;
        foreach (var (table, rows) in _loads)
        {
            table.Apply(rows);
            table.Versions++;
        }

        _loads.Clear();
    }

    /// <summary>True when rows of the table are, or may be, part of it.</summary>
    public bool Takes(Table table) => (database == table.Database && Table == table.Name) || _loads.Exists(l => l.Table == table);
}
