namespace CdcLake.Checkpoints;

/// <summary>What the newest checkpoint of this run holds of every state store, and pieces begun ahead for the next one. Thread-safe.</summary>
internal sealed class SavedStores
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Operator, int Store), SavedStore> _saved = [];
    private readonly Dictionary<(string Operator, int Store), HeadStartPiece> _ahead = [];

    /// <summary>Null when the next checkpoint has to write all of it.</summary>
    public SavedStore? this[string operatorName, int store]
    {
        get
        {
            lock (_lock)
            {
                return _saved.GetValueOrDefault((operatorName, store));
            }
        }
    }

    public void Set(string operatorName, int store, SavedStore saved)
    {
        lock (_lock)
        {
            _saved[(operatorName, store)] = saved;
        }
    }

    public void Forget(string operatorName, int store)
    {
        lock (_lock)
        {
            _saved.Remove((operatorName, store));
        }
    }

    /// <summary>What was written counts for nothing: the next checkpoint writes every store whole.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _saved.Clear();
        }
    }

    public void Add(IEnumerable<HeadStartPiece> pieces)
    {
        lock (_lock)
        {
            foreach (var piece in pieces)
            {
                _ahead[(piece.Operator, piece.Store)] = piece;
            }
        }
    }

    /// <summary>Takes out all pieces that were begun.</summary>
    public IReadOnlyList<HeadStartPiece> TakeHeadStarts()
    {
        lock (_lock)
        {
            var all = _ahead.Values.ToList();
            _ahead.Clear();
            return all;
        }
    }

    /// <summary>The piece that was begun for a store, or null; it stays here.</summary>
    public HeadStartPiece? HeadStartOf(string operatorName, int store)
    {
        lock (_lock)
        {
            return _ahead.GetValueOrDefault((operatorName, store));
        }
    }

    /// <summary>Takes out the piece that was begun for a store; its writer is the caller's then.</summary>
    public HeadStartPiece? TakeHeadStart(string operatorName, int store)
    {
        lock (_lock)
        {
            return _ahead.Remove((operatorName, store), out var piece) ? piece : null;
        }
    }
}
