namespace CdcLake.MySql.Binlog;

/// <summary>
/// Batches that take no more rows, in the order in which they are handed on: first those of whole transactions, then those in which the transaction that is being read has rows, of which the
/// first may have rows of whole ones too. Owns them until they are taken. Not thread-safe.
/// </summary>
internal sealed class ClosedBatches : IDisposable
{
    private readonly List<ClosedBatch> _batches = [];
    private int _whole;

    /// <summary>Puts one behind all others.</summary>
    public void Add(ClosedBatch batch) => _batches.Add(batch);

    /// <summary>Puts one with rows of whole transactions alone behind all others of that kind.</summary>
    public void AddWhole(ClosedBatch batch) => _batches.Insert(_whole++, batch);

    /// <summary>The transaction that is being read is whole.</summary>
    public void Commit()
    {
        for (var i = _whole; i < _batches.Count; i++)
        {
            _batches[i] = _batches[i] with { Whole = _batches[i].Batch.Count };
        }

        _whole = _batches.Count;
    }

    /// <summary>Drops the rows of the transaction that is being read.</summary>
    public void Discard()
    {
        for (var i = _batches.Count - 1; i >= _whole; i--)
        {
            if (_batches[i].Whole == 0)
            {
                _batches[i].Batch.Dispose();
                _batches.RemoveAt(i);
            }
            else
            {
                _batches[i].Batch.Truncate(_batches[i].Whole);
            }
        }

        _whole = _batches.Count;
    }

    /// <summary>Afterwards no batch has rows of whole transactions and of the one that is being read. Copies.</summary>
    public void Separate()
    {
        for (var i = _whole; i < _batches.Count; i++)
        {
            if (_batches[i].Whole > 0)
            {
                var (whole, open) = _batches[i].Split();
                _batches[i] = new ClosedBatch(whole.Table, open, 0);
                AddWhole(whole);
            }
        }
    }

    /// <summary>Takes out the batches of the transaction that is being read, after <see cref="Separate"/>.</summary>
    public void TakeOpen(List<HeldBatch> taken)
    {
        for (var i = _whole; i < _batches.Count; i++)
        {
            taken.Add(new HeldBatch(_batches[i].Table, _batches[i].Batch));
        }

        _batches.RemoveRange(_whole, _batches.Count - _whole);
    }

    /// <summary>Takes the first one; with <paramref name="open"/> also one of the transaction that is being read.</summary>
    public bool TryTake(bool open, out ClosedBatch batch)
    {
        if (_batches.Count == 0 || (!open && _whole == 0))
        {
            batch = default;
            return false;
        }

        batch = _batches[0];
        _batches.RemoveAt(0);
        _whole = Math.Max(0, _whole - 1);
        return true;
    }

    public void Dispose()
    {
        _batches.ForEach(b => b.Batch.Dispose());
        _batches.Clear();
    }
}
