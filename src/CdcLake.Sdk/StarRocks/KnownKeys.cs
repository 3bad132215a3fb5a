using System.Globalization;
using System.Text;
using CdcLake.Columnar;
using CdcLake.StarRocks.Ddl;
using CdcLake.State.Rows;
using CdcLake.State.Stores;
using CdcLake.Upserts;

namespace CdcLake.StarRocks;

/// <summary>
/// The keys of a StarRocks table, read from it when it is opened and kept up from then on: for keys that the user chose, of which nobody knows whether they are unique over time. About 30
/// bytes beside the key's own for each row.
/// </summary>
internal sealed class KnownKeys : ICommittedKeys
{
    private const int Prefix = sizeof(int); // unused: records have one
    private readonly RowMap _keys = new(Prefix);
    private uint[] _references = [];

    public long Count => _keys.Count;

    public void Find(EncodedRows keys, Span<bool> present)
    {
        var references = References(keys.Count);
        _keys.Find(keys, references);
        for (var i = 0; i < references.Length; i++)
        {
            present[i] = references[i] != 0;
        }
    }

    public void Add(EncodedRows keys) => _keys.FindOrAdd(keys, References(keys.Count));

    public void Remove(EncodedRows keys)
    {
        var references = References(keys.Count);
        _keys.Find(keys, references);
        foreach (var reference in references)
        {
            if (reference != 0)
            {
                _keys.Remove(reference);
            }
        }

        if (_keys.IsSparse)
        {
            _keys.Compact();
        }
    }

    public void Clear() => _keys.Clear();

    /// <summary>Reads the keys that are visible now.</summary>
    /// <param name="frontend">Runs the query.</param>
    /// <param name="table">The table as it is there.</param>
    /// <param name="schema">Columns of the result.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async Task<KnownKeys> ReadAsync(Frontend frontend, TargetTable table, Schema schema, CancellationToken cancellationToken)
    {
        var known = new KnownKeys();
        var keySchema = new Schema(table.Key.Select(k => schema[k]));
        var codec = new RowCodec(keySchema, Enumerable.Range(0, keySchema.Count));
        using var encoded = new EncodedRows();
        using var batch = new ChangeBatch(keySchema);
        var columns = string.Join(", ", table.Key.Select(k => $"CAST({SqlText.Name(table.Columns[k].Name)} AS VARCHAR)"));
        await frontend.ReadAsync($"SELECT {columns} FROM {table.Name.Quoted}", row =>
        {
            for (var i = 0; i < keySchema.Count; i++)
            {
                Append(batch[i], row.GetString(i));
            }

            batch.AppendWeight(1);
            if (batch.Count == ChangeBatch.TargetRows)
            {
                Take();
            }
        }, cancellationToken).ConfigureAwait(false);
        Take();
        return known;

        void Take()
        {
            codec.Encode(batch, encoded);
            encoded.ComputeHashes();
            known.Add(encoded);
            batch.Clear();
        }
    }

    private static void Append(Column column, string text)
    {
        switch (column)
        {
            case FixedColumn<byte> c:
                c.Append(text is "1" or "true" ? (byte)1 : (byte)0);
                break;
            case FixedColumn<int> c:
                c.Append((int)Whole(column.Type, text));
                break;
            case FixedColumn<long> c:
                c.Append((long)Whole(column.Type, text));
                break;
            case FixedColumn<Int128> c:
                c.Append(Whole(column.Type, text));
                break;
            default:
                ((BytesColumn)column).Append(Encoding.UTF8.GetBytes(text));
                break;
        }
    }

    private static Int128 Whole(DataType type, string text) => type.Kind switch
    {
        TypeKind.Date => DateOnly.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture).DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber,
        TypeKind.DateTime or TypeKind.Timestamp => (DateTime.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal) - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond,
        TypeKind.Time => Time(text),
        TypeKind.Decimal => Int128.Parse(text.Replace(".", "", StringComparison.Ordinal), CultureInfo.InvariantCulture), // all fractional digits are there
        _ => Int128.Parse(text, CultureInfo.InvariantCulture),
    };

    private static long Time(string text)
    {
        var parts = text.TrimStart('-').Split(':', '.').Select(p => long.Parse(p, CultureInfo.InvariantCulture)).ToArray();
        var value = ((((parts[0] * 60) + parts[1]) * 60) + parts[2]) * 1_000_000 + (parts.Length > 3 ? parts[3] : 0);
        return text[0] == '-' ? -value : value;
    }

    private Span<uint> References(int count)
    {
        if (_references.Length < count)
        {
            _references = new uint[count];
        }

        return _references.AsSpan(0, count);
    }
}
