namespace CdcLake.Columnar;

/// <summary>
/// Row-level changes in columns, the unit that moves between stages. Each row has a weight: +1 adds one copy of the row, −1 withdraws one;
/// an update is its old image with −1 followed at once by its new image with +1.
/// Exactly one stage owns a batch at a time; who takes it off a channel disposes it or passes it on. Not thread-safe.
/// </summary>
internal sealed class ChangeBatch : IDisposable
{
    /// <summary>Rows at which producers close a batch; a single event or transaction may exceed it.</summary>
    public const int TargetRows = 4096;

    /// <summary>Bytes at which producers close a batch that has fewer rows; a single event or row may exceed it.</summary>
    public const long TargetBytes = 8L << 20;

    private readonly Column[] _columns;
    private readonly FixedColumn<sbyte> _weights = new(new DataType(TypeKind.Int8));
    private BytesColumn? _leftOut; // ends with the last row that lacks something; null for a whole row

    public ChangeBatch(Schema schema)
    {
        Schema = schema;
        _columns = new Column[schema.Count];
        for (var i = 0; i < _columns.Length; i++)
        {
            _columns[i] = Column.Create(schema[i].Type);
        }
    }

    /// <summary>Takes over columns that a kernel made; every one has <paramref name="weights"/>.Length rows.</summary>
    public ChangeBatch(Schema schema, Column[] columns, ReadOnlySpan<sbyte> weights)
    {
        Schema = schema;
        _columns = columns;
        weights.CopyTo(_weights.AppendUninitialized(weights.Length));
    }

    public Schema Schema { get; }

    /// <summary>Rows; every column has as many.</summary>
    public int Count => _weights.Count;

    /// <summary>Weight of each row, +1 or −1.</summary>
    public ReadOnlySpan<sbyte> Weights => _weights.Values;

    public ReadOnlySpan<Column> Columns => _columns;

    /// <summary>
    /// True for rows of a captured table which other rows refer to by foreign keys: what is withdrawn here, or replaced, changes those rows too, at this place of the
    /// stream, and nothing else says so. Such a batch holds deleted rows and pairs of updates only.
    /// </summary>
    public bool MovesReferences { get; set; }

    /// <summary>True when the source left out values of some rows, which have nulls in their place, or of a document what changed in it (<see cref="DocumentChanges"/>). Only batches on their way to who completes them have such rows.</summary>
    public bool LacksValues => _leftOut is { Count: > 0 };

    /// <summary>Bytes that the rows take, without room to grow.</summary>
    public long ByteSize
    {
        get
        {
            long bytes = Count + (_leftOut?.ByteSize ?? 0);
            foreach (var column in _columns)
            {
                bytes += column.ByteSize;
            }

            return bytes;
        }
    }

    public Column this[int ordinal] => _columns[ordinal];

    /// <summary>Which columns of a row the source left out, as one bit each, the first one lowest; empty for a whole row.</summary>
    public ReadOnlySpan<byte> LeftOut(int row) => _leftOut is null || row >= _leftOut.Count || _leftOut.IsNull(row) ? default : _leftOut[row];

    /// <summary>Notes which columns the source left out of a row that is, or will be, one of the batch. Rows are told in their order.</summary>
    /// <param name="row">Its number.</param>
    /// <param name="columns">One bit per column, the first one lowest.</param>
    public void LeaveOut(int row, ReadOnlySpan<byte> columns)
    {
        _leftOut ??= new BytesColumn(DataType.Binary);
        while (_leftOut.Count < row)
        {
            _leftOut.AppendNull();
        }

        _leftOut.Append(columns);
    }

    public FixedColumn<T> Fixed<T>(int ordinal)
        where T : unmanaged => (FixedColumn<T>)_columns[ordinal];

    public BytesColumn Bytes(int ordinal) => (BytesColumn)_columns[ordinal];

    /// <summary>Makes room for <paramref name="rows"/> more rows; the bytes of strings still grow as needed.</summary>
    public void Reserve(int rows)
    {
        _weights.Reserve(rows);
        foreach (var column in _columns)
        {
            column.Reserve(rows);
        }
    }

    /// <summary>Counts one row whose values were appended to every column beforehand or will be right after.</summary>
    public void AppendWeight(sbyte weight) => _weights.Append(weight);

    /// <summary>Counts <paramref name="rows"/> rows of the same weight.</summary>
    public void AppendWeights(sbyte weight, int rows) => _weights.AppendUninitialized(rows).Fill(weight);

    /// <summary>Copies row <paramref name="row"/> of <paramref name="other"/>, which has the same schema types.</summary>
    public void AppendFrom(ChangeBatch other, int row, sbyte weight)
    {
        for (var i = 0; i < _columns.Length; i++)
        {
            _columns[i].AppendFrom(other._columns[i], row);
        }

        if (other.LeftOut(row) is { IsEmpty: false } leftOut)
        {
            LeaveOut(Count, leftOut);
        }

        _weights.Append(weight);
    }

    /// <summary>Copies the rows numbered in <paramref name="rows"/> of <paramref name="other"/>, which has the same schema types, with their weights.</summary>
    public void AppendFrom(ChangeBatch other, ReadOnlySpan<int> rows)
    {
        for (var i = 0; i < _columns.Length; i++)
        {
            _columns[i].AppendFrom(other._columns[i], rows);
        }

        for (var i = 0; other.LacksValues && i < rows.Length; i++)
        {
            if (other.LeftOut(rows[i]) is { IsEmpty: false } leftOut)
            {
                LeaveOut(Count + i, leftOut);
            }
        }

        _weights.AppendFrom(other._weights, rows);
    }

    /// <summary>A copy of all rows, which the caller owns.</summary>
    public ChangeBatch Copy() => new(Schema, Array.ConvertAll(_columns, c => c.Copy()), Weights) { MovesReferences = MovesReferences, _leftOut = (BytesColumn?)_leftOut?.Copy() };

    /// <summary>A copy of the rows numbered in <paramref name="rows"/>, in that order, which the caller owns.</summary>
    public ChangeBatch Copy(ReadOnlySpan<int> rows)
    {
        var copy = new ChangeBatch(Schema);
        copy.AppendFrom(this, rows);
        return copy;
    }

    /// <summary>The same rows with some of the columns in their order, which the caller owns; this batch is used up. Values that were left out must be known by now.</summary>
    /// <param name="schema">Of those columns.</param>
    /// <param name="columns">Their ordinals.</param>
    public ChangeBatch Take(Schema schema, IReadOnlyList<int> columns)
    {
        var taken = new ChangeBatch(schema, [.. columns.Select(Detach)], Weights);
        Dispose();
        return taken;
    }

    /// <summary>Removes a column from the batch and hands its ownership to the caller; the batch may then only be disposed.</summary>
    public Column Detach(int ordinal)
    {
        var column = _columns[ordinal];
        _columns[ordinal] = Column.Create(column.Type);
        return column;
    }

    /// <summary>Counts rows of alternating weight, −1 first: the image pairs of updates. <paramref name="rows"/> is even.</summary>
    public void AppendUpdateWeights(int rows)
    {
        System.Runtime.InteropServices.MemoryMarshal.Cast<sbyte, ushort>(_weights.AppendUninitialized(rows)).Fill(BitConverter.IsLittleEndian ? (ushort)0x01FF : (ushort)0xFF01);
    }

    /// <summary>Forgets the rows from <paramref name="rows"/> on.</summary>
    public void Truncate(int rows)
    {
        _weights.Truncate(rows);
        if (_leftOut?.Count > rows)
        {
            _leftOut.Truncate(rows);
        }

        foreach (var column in _columns)
        {
            column.Truncate(rows);
        }
    }

    /// <summary>Forgets all rows and keeps the memory.</summary>
    public void Clear()
    {
        _weights.Clear();
        _leftOut?.Clear();
        foreach (var column in _columns)
        {
            column.Clear();
        }
    }

    /// <summary>Gives all memory back to the pool.</summary>
    public void Dispose()
    {
        _weights.Return();
        _leftOut?.Return();
        foreach (var column in _columns)
        {
            column.Return();
        }
    }
}
