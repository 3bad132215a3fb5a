using CdcLake.Columnar;
using CdcLake.Common;
using CdcLake.Compression;
using CdcLake.Parquet.Format;
using CdcLake.Parquet.Reading;

namespace CdcLake.Parquet.Nesting;

/// <summary>
/// The entries of one column inside a struct, list or map, as many as the rows that are being read have, and a cursor over them. An entry is a value or an
/// empty place; its repetition level says whether a row (0) or an inner list goes on with it, its definition level how much of its path is there. Not thread-safe.
/// </summary>
/// <param name="reader">Reads the column; disposed with this.</param>
/// <param name="leaf">Its number in the file.</param>
/// <param name="column">The column.</param>
/// <param name="type">Type of its values.</param>
internal sealed class LeafEntries(ColumnChunkReader reader, int leaf, SchemaLeaf column, DataType type) : IDisposable
{
    private const int Block = 1024; // entries that may be read beyond the last row
    private const int MaxEntries = 64 << 20;

    private byte[] _repetition = [];
    private byte[] _definition = [];
    private int _count;
    private int _at;
    private int _value;

    /// <summary>Values of the entries that have one.</summary>
    public Column Values { get; private set; } = Column.Create(type);

    /// <summary>False behind the last entry that was read.</summary>
    public bool HasEntry => _at < _count;

    /// <summary>Repetition level of the current entry.</summary>
    public int Repetition => HasEntry ? _repetition[_at] : throw Corrupt("entries end inside a row");

    /// <summary>Definition level of the current entry.</summary>
    public int Definition => HasEntry ? _definition[_at] : throw Corrupt("entries end inside a row");

    /// <summary>True when the current entry has a value, at <see cref="ValueIndex"/> of <see cref="Values"/>.</summary>
    public bool HasValue => Definition == column.MaxDefinition;

    public int ValueIndex => _value;

    public void Start(RowGroupLocation group)
    {
        reader.Start(group.Chunks[leaf], group.Rows);
        _count = _at = _value = 0;
        Values.Clear();
    }

    /// <summary>Reads on until all entries of the next <paramref name="rows"/> rows are here.</summary>
    public async ValueTask ReadAsync(int rows, CancellationToken cancellationToken)
    {
        DropPassed();
        var starts = _repetition.AsSpan(0, _count).Count((byte)0);
        while (starts <= rows && !reader.IsAtEnd)
        {
            if (reader.EntriesLeft == 0)
            {
                await reader.LoadPageAsync(cancellationToken).ConfigureAwait(false);
            }

            var step = Math.Min(reader.EntriesLeft, Block);
            if (_count > MaxEntries - step)
            {
                throw Corrupt($"more than {MaxEntries:N0} values in {rows} rows");
            }

            Pooled.Grow(ref _repetition, _count + step, _count);
            Pooled.Grow(ref _definition, _count + step, _count);
            reader.ReadEntries(Values, _repetition.AsSpan(_count, step), _definition.AsSpan(_count, step));
            starts += _repetition.AsSpan(_count, step).Count((byte)0);
            _count += step;
        }

        if (starts < rows)
        {
            throw Corrupt($"{starts} rows, {rows} expected");
        }
    }

    /// <summary>Goes to the next entry.</summary>
    public void Advance()
    {
        _value += HasValue ? 1 : 0;
        _at++;
    }

    /// <summary>Goes behind all entries of what is repeated below a level.</summary>
    public void Pass(int repetition)
    {
        do
        {
            Advance();
        }
        while (HasEntry && Repetition > repetition);
    }

    /// <summary>The current entry must begin at this level, since that of its neighbours does.</summary>
    public void Expect(int repetition)
    {
        if (Repetition != repetition)
        {
            throw Corrupt($"repetition level {Repetition} where other columns have {repetition}");
        }
    }

    public CorruptDataException Corrupt(string details) => new($"Column \"{column.Name}\"", 0, details);

    public void Dispose()
    {
        reader.Dispose();
        Values.Return();
        Pooled.Return(ref _repetition);
        Pooled.Return(ref _definition);
    }

    private void DropPassed()
    {
        _repetition.AsSpan(_at, _count - _at).CopyTo(_repetition);
        _definition.AsSpan(_at, _count - _at).CopyTo(_definition);
        _count -= _at;
        _at = 0;
        if (_value < Values.Count)
        {
            var rest = Column.Create(type);
            for (var i = _value; i < Values.Count; i++)
            {
                rest.AppendFrom(Values, i);
            }

            Values.Return();
            Values = rest;
        }
        else
        {
            Values.Clear();
        }

        _value = 0;
    }
}
