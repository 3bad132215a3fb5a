using CdcLake.Columnar;
using CdcLake.State.Rows;

namespace CdcLake.Runtime;

// Rows of both sides fall into ranges by the hash of their key. First each range keeps a count and a sum of hashes, to which the source's rows are added and from which the target's are
// taken: what is not zero in the end differs. Then the rows of these ranges alone are looked at one by one. Memory does not grow with the table.

/// <summary>Compares two sets of rows that come in any order.</summary>
/// <param name="columns">Columns of both.</param>
/// <param name="key">Ordinals of the key.</param>
internal sealed class RowComparison(Schema columns, IReadOnlyList<int> key) : IDisposable
{
    /// <summary>Differences that are named.</summary>
    public const int MostDifferences = 100;

    private const int Ranges = 1 << 16;
    private const int MostRanges = 64; // looked at row by row: 1/1024 of the table
    private readonly RowCodec _keys = new(columns, key);
    private readonly RowCodec _rows = new(columns, Enumerable.Range(0, columns.Count));
    private readonly EncodedRows _encodedKeys = new();
    private readonly EncodedRows _encodedRows = new();
    private readonly ulong[] _sums = new ulong[Ranges];
    private readonly long[] _counts = new long[Ranges];
    private readonly Dictionary<string, (string[]? Source, string[]? Target)> _cells = new(StringComparer.Ordinal);
    private HashSet<int> _looked = [];

    /// <summary>Ranges in which the sides differ; each holds at least one row that does.</summary>
    public int DifferingRanges => Enumerable.Range(0, Ranges).Count(Differs);

    /// <summary>The first pass: sums up.</summary>
    /// <param name="batch">Rows.</param>
    /// <param name="isSource">Which side they are of.</param>
    public void Sum(ChangeBatch batch, bool isSource)
    {
        Encode(batch);
        _rows.Encode(batch, _encodedRows);
        _encodedRows.ComputeHashes();
        for (var row = 0; row < batch.Count; row++)
        {
            var range = RangeOf(row);
            _sums[range] += isSource ? _encodedRows.Hashes[row] : 0 - _encodedRows.Hashes[row];
            _counts[range] += isSource ? 1 : -1;
        }
    }

    /// <summary>Ends the first pass. True when a second one, over the same rows, has something to look at.</summary>
    public bool BeginLook()
    {
        _looked = [.. Enumerable.Range(0, Ranges).Where(Differs).Take(MostRanges)];
        return _looked.Count > 0;
    }

    /// <summary>The second pass: keeps the rows of ranges that differ.</summary>
    public void Look(ChangeBatch batch, bool isSource)
    {
        Encode(batch);
        for (var row = 0; row < batch.Count; row++)
        {
            if (!_looked.Contains(RangeOf(row)))
            {
                continue;
            }

            string[] cells = [.. Enumerable.Range(0, columns.Count).Select(c => Cell(columns[c].Type, batch[c], row))];
            var name = string.Join(", ", key.Select(k => $"{columns[k].Name}={cells[k]}"));
            var (source, target) = _cells.GetValueOrDefault(name);
            _cells[name] = isSource ? (cells, target) : (source, cells);
        }
    }

    /// <summary>What the second pass found, by key.</summary>
    public IReadOnlyList<SinkDifference> Differences() =>
    [
        .. _cells.OrderBy(c => c.Key, StringComparer.Ordinal).Select(c => Difference(c.Key, c.Value.Source, c.Value.Target)).OfType<SinkDifference>().Take(MostDifferences),
    ];

    public void Dispose()
    {
        _encodedKeys.Dispose();
        _encodedRows.Dispose();
    }

    private SinkDifference? Difference(string name, string[]? source, string[]? target)
    {
        if (source is null || target is null)
        {
            return new SinkDifference(name, source is null ? SinkDifferenceKind.Extra : SinkDifferenceKind.Missing, []);
        }

        var others = Enumerable.Range(0, columns.Count).Where(c => source[c] != target[c]).Select(c => $"{columns[c].Name}: {source[c]} at the source, {target[c]} in the target").ToList();
        return others.Count == 0 ? null : new SinkDifference(name, SinkDifferenceKind.Different, others);
    }

    private bool Differs(int range) => _sums[range] != 0 || _counts[range] != 0;

    private void Encode(ChangeBatch batch)
    {
        _keys.Encode(batch, _encodedKeys);
        _encodedKeys.ComputeHashes();
    }

    private int RangeOf(int row) => (int)(_encodedKeys.Hashes[row] % Ranges);

    // By the source's type, of which the target may only have the storage. Long values are cut in messages; their hash tells them apart.
    private static string Cell(DataType type, Column column, int row) => column switch
    {
        _ when column.IsNull(row) => "null",
        FixedColumn<int> numbers => CellText.Of(type, numbers.Values[row]),
        FixedColumn<long> numbers => CellText.Of(type, numbers.Values[row]),
        FixedColumn<Int128> numbers => CellText.Of(type, numbers.Values[row]),
        BytesColumn bytes when bytes[row].Length > 64 => $"{CellText.Of(type, bytes[row])} (hash {Common.Hash64.Of(bytes[row]):x16})",
        BytesColumn bytes => CellText.Of(type, bytes[row]),
        _ => CellText.Of(column, row),
    };
}
