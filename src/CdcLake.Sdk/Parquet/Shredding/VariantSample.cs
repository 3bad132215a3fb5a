using System.Text;
using CdcLake.Columnar;
using CdcLake.Parquet.Format;
using CdcLake.Parquet.Variants;

namespace CdcLake.Parquet.Shredding;

/// <summary>
/// Finds out from some variants which places are worth columns of their own: fields that a tenth of the objects have, with values of one type alone, null apart. Arrays are left as they are. The same
/// variants in the same order give the same answer. Not thread-safe.
/// </summary>
internal sealed class VariantSample
{
    private const int MostFields = 100; // each has two columns, and these their pages in memory
    private const int MostDepth = 8;
    private const int MostNameBytes = 200;
    private const int LeastShare = 10;

    private readonly SortedDictionary<string, VariantSample> _fields = new(StringComparer.Ordinal);
    private readonly HashSet<DataType> _types = [];
    private int _values;
    private int _nulls;
    private int _objects;
    private int _others;

    /// <summary>Takes a variant.</summary>
    public void Add(VariantNames names, VariantValue value) => Add(names, value, MostDepth);

    /// <summary>What is worth columns of its own; null for nothing.</summary>
    public ShreddedType? Shape()
    {
        var left = MostFields;
        return Shape(ref left);
    }

    private void Add(VariantNames names, VariantValue value, int depth)
    {
        _values++;
        if (value.BasicType == VariantBasicType.Object && depth > 0)
        {
            _objects++;
            var fields = value.Container();
            for (var i = 0; i < fields.Count; i++)
            {
                var name = names[fields.NameOf(i)];
                if (name.Length is > 0 and <= MostNameBytes)
                {
                    var text = Encoding.UTF8.GetString(name);
                    if (!_fields.TryGetValue(text, out var field) && _fields.Count < MostFields * LeastShare)
                    {
                        _fields[text] = field = new VariantSample();
                    }

                    field?.Add(names, new VariantValue(fields[i]), depth - 1);
                }
            }
        }
        else if (value.BasicType is VariantBasicType.Object or VariantBasicType.Array)
        {
            _others++;
        }
        else if (value.Type == VariantType.Null)
        {
            _nulls++;
        }
        else if (TypedValues.TypeOf(value) is { } type)
        {
            _types.Add(type);
        }
        else
        {
            _others++;
        }
    }

    private ShreddedType? Shape(ref int left)
    {
        if (_others > 0 || (_objects > 0 && _types.Count > 0) || left == 0)
        {
            return null;
        }

        if (_objects == 0)
        {
            // Decimals of one scale are one type, of as many digits as the longest.
            var types = _types.GroupBy(t => (t.Kind, t.Scale)).ToList();
            if (types.Count != 1)
            {
                return null;
            }

            left--;
            return new ShreddedType(types[0].MaxBy(t => t.Precision), []);
        }

        var fields = new List<ShreddedField>();
        foreach (var (name, field) in _fields)
        {
            if (field._values * LeastShare >= _objects && field.Shape(ref left) is { } type)
            {
                fields.Add(new ShreddedField(Encoding.UTF8.GetBytes(name), type));
            }
        }

        fields.Sort((a, b) => a.Name.AsSpan().SequenceCompareTo(b.Name));
        return fields.Count == 0 ? null : new ShreddedType(null, fields);
    }
}
