using System.Globalization;
using System.Text;
using CdcLake.Columnar;
using CdcLake.Parquet;
using CdcLake.Parquet.Format;

namespace CdcLake.Tests.Parquet;

/// <summary>Random columns of every type, and files made of them.</summary>
internal static class Tables
{
    public static readonly DataType[] AllTypes =
    [
        DataType.Boolean, new(TypeKind.Int8), new(TypeKind.UInt8), new(TypeKind.Int16), new(TypeKind.UInt16), DataType.Int32, new(TypeKind.UInt32),
        DataType.Int64, new(TypeKind.UInt64), new(TypeKind.Float32), DataType.Float64, DataType.Decimal(4, 1), DataType.Decimal(9, 2),
        DataType.Decimal(10, 2), DataType.Decimal(18, 0), DataType.Decimal(19, 3), DataType.Decimal(38, 10), DataType.Date, DataType.Time(6),
        DataType.DateTime(3), DataType.Timestamp(3), DataType.String, DataType.Binary,
    ];

    /// <summary>One column per type; <paramref name="nullShare"/> in percent makes columns optional.</summary>
    public static ParquetColumn[] Columns(int nullShare) =>
        [.. AllTypes.Select((type, i) => new ParquetColumn($"c{i}_{type.Kind}", i + 1, nullShare == 0, type))];

    /// <summary>A column of <paramref name="rows"/> values; <paramref name="distinct"/> of them differ, or nearly all when 0.</summary>
    public static Column Make(DataType type, int rows, int nullShare, int distinct, int seed)
    {
        var random = new Random(seed);
        var column = Column.Create(type);
        for (var i = 0; i < rows; i++)
        {
            if (random.Next(100) < nullShare)
            {
                column.AppendNull();
                continue;
            }

            AppendValue(column, distinct > 0 ? new Random(seed + random.Next(distinct)) : random);
        }

        return column;
    }

    public static async Task<(byte[] File, ParquetFileMetrics Metrics)> WriteAsync(
        IReadOnlyList<ParquetColumn> columns, Column[] data, int batch, ParquetWriterOptions? options = null)
    {
        using var stream = new MemoryStream();
        using var writer = new ParquetWriter(columns, stream.WriteAsync, options);
        for (var start = 0; start < data[0].Count; start += batch)
        {
            await writer.AppendAsync(data, start, Math.Min(batch, data[0].Count - start));
        }

        var metrics = await writer.CompleteAsync();
        return (stream.ToArray(), metrics);
    }

    /// <summary>All rows of the given columns.</summary>
    public static async Task<Column[]> ReadAsync(ParquetReader reader, IReadOnlyList<ParquetColumn> columns, int batchRows)
    {
        var all = columns.Select(c => Column.Create(c.Type)).ToArray();
        await foreach (var batch in reader.ReadAsync(columns, batchRows))
        {
            for (var i = 0; i < all.Length; i++)
            {
                if (batch.Columns[i].Count != batch.Count)
                {
                    throw new InvalidOperationException($"column {i} has {batch.Columns[i].Count} of {batch.Count} rows");
                }

                all[i].AppendAll(batch.Columns[i]);
            }

            batch.Dispose();
        }

        return all;
    }

    /// <summary>Compares nulls and, bit by bit, values.</summary>
    public static void AssertEqual(Column[] expected, Column[] actual)
    {
        for (var i = 0; i < expected.Length; i++)
        {
            if (Text(expected[i]) is var e && Text(actual[i]) is var a && e != a)
            {
                throw new InvalidOperationException($"column {i}, {expected[i].Type}: expected\n{e}\nactual\n{a}");
            }
        }
    }

    /// <summary>One line per row: floats as their bits, bytes in hex.</summary>
    public static string Text(Column column)
    {
        var text = new StringBuilder();
        for (var row = 0; row < column.Count; row++)
        {
            text.Append(column.IsNull(row) ? "null" : Value(column, row)).Append('\n');
        }

        return text.ToString();
    }

    private static string Value(Column column, int row) => column switch
    {
        FixedColumn<byte> c => c.Values[row].ToString(CultureInfo.InvariantCulture),
        FixedColumn<int> c => c.Values[row].ToString(CultureInfo.InvariantCulture),
        FixedColumn<long> c => c.Values[row].ToString(CultureInfo.InvariantCulture),
        FixedColumn<Int128> c => c.Values[row].ToString(CultureInfo.InvariantCulture),
        FixedColumn<float> c => BitConverter.SingleToUInt32Bits(c.Values[row]).ToString("X8", CultureInfo.InvariantCulture),
        FixedColumn<double> c => BitConverter.DoubleToUInt64Bits(c.Values[row]).ToString("X16", CultureInfo.InvariantCulture),
        BytesColumn c => Convert.ToHexString(c[row]),
        _ => throw new InvalidOperationException("unknown column"),
    };

    private static void AppendValue(Column column, Random random)
    {
        switch (column)
        {
            case FixedColumn<byte> bools:
                bools.Append((byte)random.Next(2));
                break;
            case FixedColumn<int> ints:
                ints.Append((int)Integer(column.Type, random));
                break;
            case FixedColumn<long> longs:
                longs.Append((long)Integer(column.Type, random));
                break;
            case FixedColumn<Int128> wide:
                wide.Append(Integer(column.Type, random));
                break;
            case FixedColumn<float> floats:
                floats.Append((float)Floating(random));
                break;
            case FixedColumn<double> doubles:
                doubles.Append(Floating(random));
                break;
            case BytesColumn bytes when column.Type.Kind == TypeKind.String:
                bytes.Append(Encoding.UTF8.GetBytes(Text(random)));
                break;
            case BytesColumn bytes:
                var value = new byte[random.Next(40)];
                random.NextBytes(value);
                bytes.Append(value);
                break;
        }
    }

    private static double Floating(Random random) => random.Next(12) switch
    {
        0 => double.NaN,
        1 => 0.0,
        2 => -0.0,
        3 => double.PositiveInfinity,
        4 => double.NegativeInfinity,
        _ => (random.NextDouble() - 0.5) * 1000,
    };

    private static string Text(Random random) => random.Next(6) switch
    {
        0 => "",
        1 => new string('x', random.Next(100)),
        2 => "Zürich " + random.Next(1000),
        3 => "😀" + random.Next(1000),
        _ => "value " + random.Next(),
    };

    private static Int128 Integer(DataType type, Random random)
    {
        var (low, high) = Range(type);
        if (random.Next(20) == 0)
        {
            return random.Next(2) == 0 ? low : high;
        }

        var bits = ((Int128)random.NextInt64(long.MinValue, long.MaxValue) << 64) | (ulong)random.NextInt64();
        var span = (UInt128)(high - low) + 1;
        return low + (Int128)((UInt128)bits % span);
    }

    // Dates and times from 1900 to 2299: other readers hold no more.
    private static (Int128 Low, Int128 High) Range(DataType type) => type.Kind switch
    {
        TypeKind.Int8 => (sbyte.MinValue, sbyte.MaxValue),
        TypeKind.UInt8 => (0, byte.MaxValue),
        TypeKind.Int16 => (short.MinValue, short.MaxValue),
        TypeKind.UInt16 => (0, ushort.MaxValue),
        TypeKind.Int32 => (int.MinValue, int.MaxValue),
        TypeKind.UInt32 => (0, uint.MaxValue),
        TypeKind.UInt64 => (0, ulong.MaxValue),
        TypeKind.Decimal => (1 - Power(type.Precision), Power(type.Precision) - 1),
        TypeKind.Date => (-25_567, 120_529),
        TypeKind.DateTime or TypeKind.Timestamp => (-2_208_988_800_000_000, 10_413_791_999_999_999),
        TypeKind.Time => (-3_020_399_999_999, 3_020_399_999_999),
        _ => (long.MinValue, long.MaxValue),
    };

    private static Int128 Power(int digits)
    {
        Int128 power = 1;
        for (var i = 0; i < digits; i++)
        {
            power *= 10;
        }

        return power;
    }
}
