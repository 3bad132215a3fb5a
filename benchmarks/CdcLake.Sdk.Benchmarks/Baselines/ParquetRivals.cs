using CdcLake.Columnar;
using Arrow = ParquetSharp;
using Net = global::Parquet;

namespace CdcLake.Benchmarks.Baselines;

/// <summary>
/// The sales table through two published Parquet libraries, one over C++ and one in C#. Their input is made ready before, in the arrays that they like best,
/// and their output goes to a stream in memory.
/// </summary>
internal sealed class ParquetRivals
{
    private readonly long[] _ids;
    private readonly int[] _products;
    private readonly int[] _quantities;
    private readonly long[] _cents;
    private readonly decimal[] _prices;
    private readonly long[] _micros;
    private readonly DateTime[] _times;

    public ParquetRivals(IReadOnlyList<ChangeBatch> batches)
    {
        _ids = All<long>(batches, 0);
        _products = All<int>(batches, 1);
        _quantities = All<int>(batches, 2);
        _cents = All<long>(batches, 3);
        _prices = Array.ConvertAll(_cents, c => c / 100m);
        _micros = All<long>(batches, 4);
        _times = Array.ConvertAll(_micros, m => DateTime.UnixEpoch.AddTicks(m * TimeSpan.TicksPerMicrosecond));
    }

    /// <summary>Writes with Arrow C++; returns the bytes of the file.</summary>
    public long WriteWithArrow(Arrow.Compression codec, int? level, MemoryStream target)
    {
        target.SetLength(0);
        using var builder = new Arrow.WriterPropertiesBuilder();
        builder.Compression(codec);
        if (level is { } l)
        {
            builder.CompressionLevel(l);
        }

        using var properties = builder.Build();
        using var price = Arrow.LogicalType.Decimal(10, 2);
        using var time = Arrow.LogicalType.Timestamp(true, Arrow.TimeUnit.Micros);
        using var none = Arrow.LogicalType.None();
        using var root = new Arrow.Schema.GroupNode("table", Arrow.Repetition.Required,
        [
            new Arrow.Schema.PrimitiveNode("id", Arrow.Repetition.Required, none, Arrow.PhysicalType.Int64, -1, 1),
            new Arrow.Schema.PrimitiveNode("product_id", Arrow.Repetition.Required, none, Arrow.PhysicalType.Int32, -1, 2),
            new Arrow.Schema.PrimitiveNode("qty", Arrow.Repetition.Required, none, Arrow.PhysicalType.Int32, -1, 3),
            new Arrow.Schema.PrimitiveNode("price", Arrow.Repetition.Required, price, Arrow.PhysicalType.Int64, -1, 4),
            new Arrow.Schema.PrimitiveNode("sale_ts", Arrow.Repetition.Required, time, Arrow.PhysicalType.Int64, -1, 5),
        ]);
        using var file = new Arrow.ParquetFileWriter(target, root, properties, keyValueMetadata: null, leaveOpen: true);
        using (var group = file.AppendRowGroup())
        {
            Write(group, _ids);
            Write(group, _products);
            Write(group, _quantities);
            Write(group, _cents);
            Write(group, _micros);
        }

        file.Close();
        return target.Length;
    }

    /// <summary>Writes with Parquet.Net; returns the bytes of the file.</summary>
    public async Task<long> WriteWithNetAsync(Net.CompressionMethod codec, MemoryStream target)
    {
        target.SetLength(0);
        var id = new Net.Schema.DataField<long>("id");
        var product = new Net.Schema.DataField<int>("product_id");
        var quantity = new Net.Schema.DataField<int>("qty");
        var price = new Net.Schema.DecimalDataField("price", 10, 2);
        var time = new Net.Schema.DateTimeDataField("sale_ts", Net.Schema.DateTimeFormat.DateAndTimeMicros, isAdjustedToUTC: true);
        var options = new Net.ParquetOptions { CompressionMethod = codec, CompressionLevel = System.IO.Compression.CompressionLevel.Fastest };
        await using var file = await Net.ParquetWriter.CreateAsync(new Net.Schema.ParquetSchema(id, product, quantity, price, time), target, options);
        using (var group = file.CreateRowGroup())
        {
            await group.WriteAsync<long>(id, _ids);
            await group.WriteAsync<int>(product, _products);
            await group.WriteAsync<int>(quantity, _quantities);
            await group.WriteAsync<decimal>(price, _prices);
            await group.WriteAsync<DateTime>(time, _times);
        }

        return target.Length;
    }

    /// <summary>Reads all values with Arrow C++ and leaves them in the arrays.</summary>
    public void ReadWithArrow(byte[] file)
    {
        using var reader = new Arrow.ParquetFileReader(new MemoryStream(file), leaveOpen: false);
        for (int g = 0, start = 0; g < reader.FileMetaData.NumRowGroups; g++)
        {
            using var group = reader.RowGroup(g);
            var rows = (int)group.MetaData.NumRows;
            Read(group, 0, _ids.AsSpan(start, rows));
            Read(group, 1, _products.AsSpan(start, rows));
            Read(group, 2, _quantities.AsSpan(start, rows));
            Read(group, 3, _cents.AsSpan(start, rows));
            Read(group, 4, _micros.AsSpan(start, rows));
            start += rows;
        }
    }

    /// <summary>Reads all values with Parquet.Net and leaves them in the arrays.</summary>
    public async Task ReadWithNetAsync(byte[] file)
    {
        await using var reader = await Net.ParquetReader.CreateAsync(new MemoryStream(file));
        var fields = reader.Schema.DataFields;
        for (int g = 0, start = 0; g < reader.RowGroupCount; g++)
        {
            using var group = reader.OpenRowGroupReader(g);
            var rows = (int)group.RowCount;
            await group.ReadAsync<long>(fields[0], _ids.AsMemory(start, rows));
            await group.ReadAsync<int>(fields[1], _products.AsMemory(start, rows));
            await group.ReadAsync<int>(fields[2], _quantities.AsMemory(start, rows));
            await group.ReadAsync<decimal>(fields[3], _prices.AsMemory(start, rows));
            await group.ReadAsync<DateTime>(fields[4], _times.AsMemory(start, rows));
            start += rows;
        }
    }

    private static T[] All<T>(IReadOnlyList<ChangeBatch> batches, int column)
        where T : unmanaged => [.. batches.SelectMany(b => b.Fixed<T>(column).Values.ToArray())];

    private static void Write<T>(Arrow.RowGroupWriter group, T[] values)
        where T : unmanaged
    {
        using var column = (Arrow.ColumnWriter<T>)group.NextColumn();
        column.WriteBatch(values);
    }

    private static void Read<T>(Arrow.RowGroupReader group, int ordinal, Span<T> values)
        where T : unmanaged
    {
        using var column = (Arrow.ColumnReader<T>)group.Column(ordinal);
        while (!values.IsEmpty)
        {
            var read = (int)column.ReadBatch(values.Length, values, out _);
            values = values[read..];
        }
    }
}
