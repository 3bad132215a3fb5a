using System.Collections.Immutable;
using System.Numerics;
using CdcLake.Columnar;
using CdcLake.Iceberg.Spec;

namespace CdcLake.Iceberg.Tables;

/// <summary>
/// In which order rows stand in a file that is written sorted: that of the table's sort order, or of the key where the table has none, so that a reader who looks for a key
/// opens few pages. Iceberg specification, "Sorting". Immutable.
/// </summary>
internal sealed class RowOrder
{
    private readonly ImmutableArray<(int Ordinal, bool IsDescending, bool NullsFirst)> _columns;

    private RowOrder(IEnumerable<(int Ordinal, bool IsDescending, bool NullsFirst)> columns, int sortOrderId)
    {
        _columns = [.. columns];
        SortOrderId = sortOrderId;
    }

    /// <summary>The table's sort order; that of unsorted tables when rows stand by key.</summary>
    public int SortOrderId { get; }

    /// <summary>What an unsorted file says of itself: nothing in a table whose sort orders leave that one out, since Java knows only those.</summary>
    public int? UnsortedId { get; private init; } = SortOrder.Unsorted.OrderId;

    /// <summary>True when the table says that its files are to be sorted.</summary>
    public bool IsDeclared => SortOrderId != SortOrder.Unsorted.OrderId;

    /// <param name="key">Ordinals of the key.</param>
    public static RowOrder ByKey(IEnumerable<int> key) => new(key.Select(k => (k, false, true)), SortOrder.Unsorted.OrderId);

    /// <summary>The order of new files of a table. One with transforms of columns is left to others: such files are written by key, and say of themselves that they are unsorted.</summary>
    /// <param name="table">The table.</param>
    /// <param name="fields">Its columns as batches have them.</param>
    /// <param name="key">Ordinals of the key.</param>
    public static RowOrder Of(TableMetadata table, ImmutableArray<IcebergField> fields, IEnumerable<int> key)
    {
        var order = table.SortOrders.FirstOrDefault(o => o.OrderId == table.DefaultSortOrderId) ?? SortOrder.Unsorted;
        var columns = order.Fields.Select(f => (Ordinal: fields.IndexOf(fields.FirstOrDefault(c => c.Id == f.SourceId)!), Field: f)).ToList();
        var unsorted = table.SortOrders.Any(o => o.OrderId == SortOrder.Unsorted.OrderId) ? SortOrder.Unsorted.OrderId : (int?)null;
        return columns.Count > 0 && columns.TrueForAll(c => c.Ordinal >= 0 && c.Field.Transform.Kind == TransformKind.Identity)
            ? new RowOrder(columns.Select(c => (c.Ordinal, c.Field.IsDescending, c.Field.NullsFirst)), order.OrderId) { UnsortedId = unsorted }
            : new RowOrder(key.Select(k => (k, false, true)), SortOrder.Unsorted.OrderId) { UnsortedId = unsorted };
    }

    /// <summary>Row numbers in this order; equal rows stay as they were.</summary>
    /// <param name="columns">Columns of a batch.</param>
    /// <param name="count">Rows of it.</param>
    public int[] Of(ReadOnlySpan<Column> columns, int count)
    {
        var order = new int[count];
        for (var i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        var keys = new (Column Values, bool IsDescending, bool NullsFirst)[_columns.Length];
        for (var i = 0; i < keys.Length; i++)
        {
            keys[i] = (columns[_columns[i].Ordinal], _columns[i].IsDescending, _columns[i].NullsFirst);
        }

        if (keys is [(FixedColumn<long> { HasNulls: false } longs, false, _)] && !IsDeclared)
        {
            Array.Sort(longs.Values.ToArray(), order); // keys are unique: nothing is equal
        }
        else if (keys.Length > 0)
        {
            Array.Sort(order, (a, b) => Compare(keys, a, b));
        }

        return order;
    }

    private static int Compare((Column Values, bool IsDescending, bool NullsFirst)[] keys, int a, int b)
    {
        foreach (var (values, isDescending, nullsFirst) in keys)
        {
            var (isNullA, isNullB) = (values.IsNull(a), values.IsNull(b));
            var result = isNullA || isNullB ? (nullsFirst ? isNullB.CompareTo(isNullA) : isNullA.CompareTo(isNullB))
                : isDescending ? Compare(values, b, a)
                : Compare(values, a, b);
            if (result != 0)
            {
                return result;
            }
        }

        return a.CompareTo(b);
    }

    private static int Compare(Column key, int a, int b) => key switch
    {
        BytesColumn bytes => bytes[a].SequenceCompareTo(bytes[b]),
        FixedColumn<int> ints => Compare(ints, a, b),
        FixedColumn<long> longs => Compare(longs, a, b),
        FixedColumn<Int128> wide => Compare(wide, a, b),
        FixedColumn<byte> flags => Compare(flags, a, b),
        FixedColumn<float> singles => Ordered(BitConverter.SingleToInt32Bits(singles.Values[a])).CompareTo(Ordered(BitConverter.SingleToInt32Bits(singles.Values[b]))),
        FixedColumn<double> doubles => Ordered(BitConverter.DoubleToInt64Bits(doubles.Values[a])).CompareTo(Ordered(BitConverter.DoubleToInt64Bits(doubles.Values[b]))),
        _ => 0,
    };

    private static int Compare<T>(FixedColumn<T> key, int a, int b)
        where T : unmanaged, INumber<T> => key.Values[a].CompareTo(key.Values[b]);

    /// <summary>Bits whose order is the specification's: −NaN, −∞, …, −0, 0, …, ∞, NaN.</summary>
    private static int Ordered(int bits) => bits ^ ((bits >> 31) & int.MaxValue);

    private static long Ordered(long bits) => bits ^ ((bits >> 63) & long.MaxValue);
}
