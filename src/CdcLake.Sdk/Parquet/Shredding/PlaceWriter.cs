using CdcLake.Columnar;
using CdcLake.Common;
using CdcLake.Parquet.Format;
using CdcLake.Parquet.Variants;

namespace CdcLake.Parquet.Shredding;

/// <summary>The columns of a place in variants, while they are written. What stands there goes where it fits: into the column of its type, field by field, or as it is encoded. Not thread-safe.</summary>
internal sealed class PlaceWriter : IDisposable
{
    private readonly LeafRows _value = new(DataType.Binary);
    private readonly LeafRows? _typed;
    private readonly (byte[] Name, PlaceWriter Place)[] _fields;
    private readonly int[] _found; // number of the field of an object for each of them, or −1
    private readonly int _definition;

    /// <param name="type">What has columns of its own.</param>
    /// <param name="definition">Definition level of the place where nothing stands.</param>
    public PlaceWriter(ShreddedType type, int definition)
    {
        _definition = definition;
        _typed = type.Leaf is { } leaf ? new LeafRows(leaf) : null;
        _fields = [.. type.Fields.Select(f => (f.Name, new PlaceWriter(f.Type, definition + 1)))];
        _found = new int[_fields.Length];
        Leaves = [_value, .. _typed is null ? [] : (LeafRows[])[_typed], .. _fields.SelectMany(f => f.Place.Leaves)];
    }

    /// <summary>All columns, in the order of the file.</summary>
    public IReadOnlyList<LeafRows> Leaves { get; }

    /// <summary>Values that are neither null nor in a column of their own, since the file was begun.</summary>
    public long Others { get; private set; }

    /// <summary>The place of a field.</summary>
    public PlaceWriter this[int field] => _fields[field].Place;

    /// <summary>A row in which there is no such place, or nothing stands there.</summary>
    /// <param name="level">How much of the path is there.</param>
    public void AppendNone(int level)
    {
        foreach (var leaf in Leaves)
        {
            leaf.AppendNull(level);
        }
    }

    /// <summary>A row in which a value stands there.</summary>
    /// <param name="names">Of the variant.</param>
    /// <param name="value">The value, and whatever follows it.</param>
    /// <param name="shared">Working memory.</param>
    public void Append(VariantNames names, ReadOnlySpan<byte> value, ShreddingScratch shared)
    {
        var parsed = new VariantValue(value);
        if (_fields.Length > 0 && parsed.BasicType == VariantBasicType.Object)
        {
            AppendObject(names, parsed.Container(), shared);
            return;
        }

        if (_typed is not null && parsed.BasicType is VariantBasicType.Primitive or VariantBasicType.ShortText && TypedValues.TryAppend(_typed.Values, parsed))
        {
            _value.AppendNull(_definition);
            _typed.Appended(_definition + 1);
            return;
        }

        AppendEncoded(value[..parsed.Length]);
        Others += parsed.BasicType == VariantBasicType.Primitive && parsed.Type == VariantType.Null ? 0 : 1;
        _typed?.AppendNull(_definition);
        foreach (var (_, place) in _fields)
        {
            place.AppendNone(_definition);
        }
    }

    public void Dispose()
    {
        foreach (var leaf in Leaves)
        {
            leaf.Dispose();
        }
    }

    private void AppendObject(VariantNames names, VariantContainer fields, ShreddingScratch shared)
    {
        Array.Fill(_found, -1);
        var rest = shared.Begin(fields.Count);
        var others = 0;
        for (var i = 0; i < fields.Count; i++)
        {
            if (FieldOf(names[fields.NameOf(i)]) is >= 0 and var field)
            {
                _found[field] = i;
            }
            else
            {
                rest[others++] = ((long)fields.Offset(i) << 32) | (uint)i; // they keep their order
            }
        }

        if (others > 0)
        {
            rest = rest[..others];
            rest.Sort();
            AppendEncoded(shared.Object(names, fields, rest));
        }
        else
        {
            _value.AppendNull(_definition);
        }

        for (var f = 0; f < _fields.Length; f++)
        {
            if (_found[f] >= 0)
            {
                _fields[f].Place.Append(names, fields[_found[f]], shared);
            }
            else
            {
                _fields[f].Place.AppendNone(_definition + 1);
            }
        }
    }

    private void AppendEncoded(ReadOnlySpan<byte> value)
    {
        ((BytesColumn)_value.Values).Append(value);
        _value.Appended(_definition + 1);
    }

    private int FieldOf(ReadOnlySpan<byte> name)
    {
        var (low, high) = (0, _fields.Length);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            switch (name.SequenceCompareTo(_fields[middle].Name))
            {
                case 0:
                    return middle;
                case < 0:
                    high = middle;
                    break;
                default:
                    low = middle + 1;
                    break;
            }
        }

        return -1;
    }
}

/// <summary>Rows of one column of a shredded variant, with the definition level of each.</summary>
internal sealed class LeafRows(DataType type) : IDisposable
{
    private byte[] _levels = [];
    private int _count;

    /// <summary>A row for each level; null where the level is below that of a value.</summary>
    public Column Values { get; } = Column.Create(type);

    public ReadOnlySpan<byte> Levels => _levels.AsSpan(0, _count);

    /// <summary>A row without a value.</summary>
    public void AppendNull(int level)
    {
        Values.AppendNull();
        Appended(level);
    }

    /// <summary>A row was appended to the values.</summary>
    public void Appended(int level)
    {
        Pooled.Grow(ref _levels, _count + 1, _count);
        _levels[_count++] = (byte)level;
    }

    public void Clear()
    {
        Values.Clear();
        _count = 0;
    }

    public void Dispose()
    {
        Values.Return();
        Pooled.Return(ref _levels);
    }
}

/// <summary>Working memory of all places of a column.</summary>
internal sealed class ShreddingScratch : IDisposable
{
    private readonly VariantWriter _object = new();
    private readonly NameOrder _order = new();
    private long[] _rest = [];

    /// <summary>Takes the names of the next variant.</summary>
    public void Take(VariantNames names) => _order.Take(names);

    /// <summary>Room for the fields of an object; used up before those of another are looked at.</summary>
    public Span<long> Begin(int fields)
    {
        Pooled.Grow(ref _rest, fields, 0);
        return _rest.AsSpan(0, fields);
    }

    /// <summary>An object of some fields of another, whose numbers are the lower halves of <paramref name="rest"/>. Valid until the next one.</summary>
    public ReadOnlySpan<byte> Object(VariantNames names, VariantContainer fields, ReadOnlySpan<long> rest)
    {
        _object.Clear();
        var open = _object.Open();
        foreach (var field in rest)
        {
            var number = fields.NameOf((int)field);
            _object.Field(open, number, _order.PlaceOf(number));
            var value = fields[(int)field];
            _object.AppendEncoded(value[..new VariantValue(value).Length]);
        }

        return _object.CloseObject(open) ? _object.Written : throw VariantValue.Corrupt("an object has two fields of one name");
    }

    public void Dispose()
    {
        _object.Dispose();
        Pooled.Return(ref _rest);
    }
}
