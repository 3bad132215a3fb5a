using System.Globalization;
using CdcLake.Columnar;
using CdcLake.Compression;
using CdcLake.Parquet;
using CdcLake.Parquet.Format;
using Net = global::Parquet;

namespace CdcLake.Tests.Parquet;

/// <summary>Parquet.Net, which many .NET programs read and write with: it reads our files, and we read its.</summary>
public sealed class ParquetNetTests
{
    private const int Rows = 900;

    /// <summary>Types that it holds without loss; decimals of up to 28 digits.</summary>
    private static readonly DataType[] Types =
    [
        DataType.Boolean, DataType.Int32, DataType.Int64, new(TypeKind.Float32), DataType.Float64, DataType.Decimal(4, 1), DataType.Decimal(9, 2),
        DataType.Decimal(18, 0), DataType.Decimal(19, 3), DataType.Date, DataType.DateTime(3), DataType.Timestamp(3), DataType.String, DataType.Binary,
    ];

    [Theory]
    [InlineData((int)CompressionCodec.Zstd, 0)]
    [InlineData((int)CompressionCodec.Zstd, 30)]
    [InlineData((int)CompressionCodec.Snappy, 30)]
    [InlineData((int)CompressionCodec.Gzip, 30)]
    [InlineData((int)CompressionCodec.Uncompressed, 0)]
    public async Task Our_file_is_read_value_by_value(int codec, int nullShare)
    {
        var columns = Types.Select((t, i) => new ParquetColumn($"c{i}", i + 1, nullShare == 0, t)).ToArray();
        var data = columns.Select((c, i) => Tables.Make(c.Type, Rows, nullShare, i % 2 == 0 ? 12 : 0, i)).ToArray();
        var (bytes, _) = await Tables.WriteAsync(
            columns, data, Rows, new ParquetWriterOptions { Codec = (CompressionCodec)codec, CompressionLevel = 1, PageRows = 200 });

        await using var reader = await Net.ParquetReader.CreateAsync(new MemoryStream(bytes));
        using var group = reader.OpenRowGroupReader(0);
        Assert.Equal((1, Rows), (reader.RowGroupCount, (int)group.RowCount));
        var fields = reader.Schema.DataFields;
        for (var i = 0; i < columns.Length; i++)
        {
            Assert.Equal((columns[i].Name, (int?)(i + 1), nullShare > 0), (fields[i].Name, reader.Metadata!.Schema[i + 1].FieldId, fields[i].IsNullable));
            var values = await ReadAsync(group, fields[i]);
            for (var row = 0; row < Rows; row++)
            {
                Assert.Equal((columns[i].Type.ToString(), row, Value(data[i], row)), (columns[i].Type.ToString(), row, values[row]));
            }
        }
    }

    [Theory]
    [InlineData(Net.CompressionMethod.None)]
    [InlineData(Net.CompressionMethod.Snappy)]
    [InlineData(Net.CompressionMethod.Gzip)]
    [InlineData(Net.CompressionMethod.Brotli)]
    [InlineData(Net.CompressionMethod.Zstd)]
    [InlineData(Net.CompressionMethod.Lz4Raw)]
    public async Task Its_file_is_read_value_by_value(Net.CompressionMethod codec)
    {
        var whole = new Net.Schema.DataField<int>("whole");
        var big = new Net.Schema.DataField<long?>("big");
        var split = new Net.Schema.DataField<double>("split");
        var flag = new Net.Schema.DataField<bool?>("flag");
        var money = new Net.Schema.DecimalDataField("money", 20, 4, isNullable: true);
        var time = new Net.Schema.DateTimeDataField("time", Net.Schema.DateTimeFormat.DateAndTimeMicros, isNullable: true);
        var old = new Net.Schema.DateTimeDataField("old", Net.Schema.DateTimeFormat.Impala, isNullable: true);
        var text = new Net.Schema.DataField<string>("text");
        var raw = new Net.Schema.DataField<byte[]>("raw");
        var options = new Net.ParquetOptions { CompressionMethod = codec };
        options.ColumnEncodingHints["whole"] = Net.EncodingHint.DeltaBinaryPacked;
        options.ColumnEncodingHints["big"] = Net.EncodingHint.DeltaBinaryPacked;
        options.ColumnEncodingHints["split"] = Net.EncodingHint.ByteSplitStream;
        options.ColumnEncodingHints["text"] = Net.EncodingHint.Dictionary;
        var stream = new MemoryStream();
        await using (var writer = await Net.ParquetWriter.CreateAsync(new Net.Schema.ParquetSchema(whole, big, split, flag, money, time, old, text, raw), stream, options))
        {
            for (var part = 0; part < 2; part++)
            {
                int[] rows = [.. Enumerable.Range(part * Rows, Rows)];
                using var group = writer.CreateRowGroup();
                await group.WriteAsync<int>(whole, rows.Select(Whole).ToArray());
                await group.WriteAsync<long>(big, rows.Select(r => IsNull(r) ? (long?)null : Big(r)).ToArray());
                await group.WriteAsync<double>(split, rows.Select(r => r / 7.0).ToArray());
                await group.WriteAsync<bool>(flag, rows.Select(r => IsNull(r) ? (bool?)null : r % 5 < 2).ToArray());
                await group.WriteAsync<decimal>(money, rows.Select(r => IsNull(r) ? (decimal?)null : Money(r)).ToArray());
                await group.WriteAsync<DateTime>(time, rows.Select(r => IsNull(r) ? (DateTime?)null : Time(r)).ToArray());
                await group.WriteAsync<DateTime>(old, rows.Select(r => IsNull(r) ? (DateTime?)null : Time(r)).ToArray());
                await group.WriteAsync(text, rows.Select(r => IsNull(r) ? null! : Text(r)).ToArray());
                await group.WriteAsync(raw, rows.Select(r => IsNull(r) ? null! : new[] { (byte)r, (byte)0 }).ToArray());
                group.CompleteValidate();
            }
        }

        await using var reader = await ParquetReader.OpenAsync("net.parquet", new MemoryStream(stream.ToArray()));
        Assert.Equal(2, reader.Footer.RowGroups.Count);
        var read = await Tables.ReadAsync(reader, reader.Columns, 333);
        for (var row = 0; row < 2 * Rows; row++)
        {
            object?[] expected = IsNull(row)
                ? [Whole(row), null, row / 7.0, null, null, null, null, null, null]
                : [Whole(row), Big(row), row / 7.0, row % 5 < 2, Money(row), Time(row), Time(row), Text(row), Convert.ToHexString([(byte)row, 0])];
            Assert.Equal((row, string.Join('|', expected.Select(Print))), (row, string.Join('|', read.Select(c => Print(Value(c, row))))));
        }
    }

    private static bool IsNull(int row) => row % 4 == 1;

    private static int Whole(int row) => (row * 37) - 5000;

    private static long Big(int row) => row * 10_000_000_007L;

    private static decimal Money(int row) => (row - 700) * 12_345_678.9876m;

    private static DateTime Time(int row) => new DateTime(1969, 12, 1).AddTicks(row * 864_000_123_450L);

    private static string Text(int row) => $"Zürich {row % 20}";

    private static Task<object?[]> ReadAsync(Net.ParquetRowGroupReader group, Net.Schema.DataField field) => field.ClrType switch
    {
        var t when t == typeof(bool) => ValuesAsync<bool>(group, field),
        var t when t == typeof(int) => ValuesAsync<int>(group, field),
        var t when t == typeof(long) => ValuesAsync<long>(group, field),
        var t when t == typeof(float) => ValuesAsync<float>(group, field),
        var t when t == typeof(double) => ValuesAsync<double>(group, field),
        var t when t == typeof(decimal) => ValuesAsync<decimal>(group, field),
        var t when t == typeof(DateTime) => ValuesAsync<DateTime>(group, field),
        var t when t == typeof(string) || t == typeof(ReadOnlyMemory<char>) => TextsAsync(group, field),
        _ => BytesAsync(group, field),
    };

    private static async Task<object?[]> ValuesAsync<T>(Net.ParquetRowGroupReader group, Net.Schema.DataField field)
        where T : struct
    {
        if (!field.IsNullable)
        {
            var values = new T[Rows];
            await group.ReadAsync<T>(field, values.AsMemory());
            return [.. values.Select(v => (object?)v)];
        }

        var nullable = new T?[Rows];
        await group.ReadAsync<T>(field, nullable.AsMemory());
        return [.. nullable.Select(v => (object?)v)];
    }

    private static async Task<object?[]> TextsAsync(Net.ParquetRowGroupReader group, Net.Schema.DataField field)
    {
        var values = new string?[Rows];
        await group.ReadAsync(field, values.AsMemory());
        return [.. values];
    }

    private static async Task<object?[]> BytesAsync(Net.ParquetRowGroupReader group, Net.Schema.DataField field)
    {
        var values = new byte[]?[Rows];
        await group.ReadAsync(field, values.AsMemory());
        return [.. values.Select(v => v is null ? null : (object?)Convert.ToHexString(v))];
    }

    /// <summary>A value as a .NET program has it; bytes in hex.</summary>
    private static object? Value(Column column, int row) => column.IsNull(row) ? null : column switch
    {
        FixedColumn<byte> c => c.Values[row] != 0,
        FixedColumn<int> c when column.Type.Kind == TypeKind.Date => DateTime.UnixEpoch.AddDays(c.Values[row]),
        FixedColumn<int> c => c.Values[row],
        FixedColumn<long> c when column.Type.Kind is TypeKind.DateTime or TypeKind.Timestamp => DateTime.UnixEpoch.AddTicks(c.Values[row] * TimeSpan.TicksPerMicrosecond),
        FixedColumn<long> c when column.Type.Kind == TypeKind.Decimal => Decimal(c.Values[row], column.Type.Scale),
        FixedColumn<long> c => c.Values[row],
        FixedColumn<Int128> c => Decimal(c.Values[row], column.Type.Scale),
        FixedColumn<float> c => c.Values[row],
        FixedColumn<double> c => c.Values[row],
        BytesColumn c when column.Type.Kind == TypeKind.String => System.Text.Encoding.UTF8.GetString(c[row]),
        BytesColumn c => Convert.ToHexString(c[row]),
        _ => throw new InvalidOperationException(column.Type.ToString()),
    };

    private static decimal Decimal(Int128 unscaled, int scale)
    {
        var value = (decimal)unscaled;
        for (; scale > 0; scale--)
        {
            value /= 10;
        }

        return value;
    }

    private static string Print(object? value) => value switch
    {
        null => "null",
        decimal d => d.ToString("0.0000", CultureInfo.InvariantCulture),
        DateTime t => t.ToString("yyyy-MM-ddTHH:mm:ss.ffffff", CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}
