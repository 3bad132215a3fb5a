using CdcLake.Columnar;
using CdcLake.State.Stores;

namespace CdcLake.RowSinks;

/// <summary>The sum of the changes since the last commit, by key. What the target holds is not known: a row that is withdrawn is one that it has. Not thread-safe.</summary>
internal sealed class NetRows : IDisposable
{
    private const int PieceKeys = 1024;

    private readonly string _sink;
    private readonly RowsByKey _rows;

    /// <param name="sink">Name for messages.</param>
    /// <param name="schema">Columns of the rows.</param>
    /// <param name="key">Ordinals of the key.</param>
    public NetRows(string sink, Schema schema, IReadOnlyList<int> key)
    {
        _sink = sink;
        _rows = new RowsByKey(schema, key);
    }

    /// <summary>Rows that came or went.</summary>
    public long Count => _rows.Rows.Count;

    public long Bytes => Count == 0 ? 0 : _rows.Rows.Bytes;

    /// <summary>Takes in changes. The batch stays the caller's.</summary>
    public void Add(ChangeBatch batch) => _rows.Add(batch);

    /// <summary>Frees what was added and withdrawn again.</summary>
    public void Compact() => _rows.Compact();

    public void Clear() => _rows.Rows.Clear();

    /// <summary>
    /// What became of every key, in pieces: its kind, and the rows in the order of the kinds, for an update the lost one and then the gained one. A piece is valid until the next.
    /// </summary>
    /// <exception cref="DuplicateKeyException">A key gained more than one row.</exception>
    /// <exception cref="InconsistentChangeException">A key lost more than one row.</exception>
    public IEnumerable<(IReadOnlyList<ChangeKind> Kinds, ChangeBatch Rows)> Changes()
    {
        var kinds = new List<ChangeKind>();
        var all = _rows.Rows;
        for (var at = all.Log.Next(0); at != 0;)
        {
            _rows.BeginPiece();
            kinds.Clear();
            for (; at != 0 && kinds.Count < PieceKeys; at = all.Log.Next(at))
            {
                if (all.HeadOf(all.KeyOf(at)) == at)
                {
                    kinds.Add(AddKey(at));
                }
            }

            using var piece = _rows.Piece();
            yield return (kinds, piece);
        }
    }

    public void Dispose() => _rows.Dispose();

    private ChangeKind AddKey(uint head)
    {
        var (lost, gained) = (0u, 0u);
        for (var row = head; row != 0; row = _rows.Rows.NextOf(row))
        {
            var count = _rows.Rows.CountOf(row);
            ref var place = ref count < 0 ? ref lost : ref gained;
            place = place == 0 && Math.Abs(count) == 1 ? row : throw Contradiction(row, count);
        }

        if (lost != 0)
        {
            _rows.AddToPiece(lost);
        }

        if (gained != 0)
        {
            _rows.AddToPiece(gained);
        }

        return lost == 0 ? ChangeKind.Added : gained == 0 ? ChangeKind.Removed : ChangeKind.Updated;
    }

    private CdcLakeException Contradiction(uint row, int count) => count > 0
        ? new DuplicateKeyException(
            $"{_sink}: a key has more than one row in the result, one of them: {_rows.Print(row)}. Choose a key that is unique in the result at every transaction boundary, or group by it.")
        : new InconsistentChangeException(
            $"{_sink}: more rows were withdrawn than a key can have, one of them: {_rows.Print(row)}. The log does not start at the beginning of the table, or changes are missing from it.");
}
