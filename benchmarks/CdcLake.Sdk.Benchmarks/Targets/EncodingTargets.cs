using CdcLake.Benchmarks.Logs;
using ParquetSharp;
using Encoding = ParquetSharp.Encoding;

namespace CdcLake.Benchmarks.Targets;

/// <summary>
/// What the encodings of Parquet's second generation would save: bytes a value of single columns, zstd level 1, as Arrow C++ writes them with each encoding, beside plain and dictionary,
/// which our files have. Columns of the sales table, and those of a wide one.
/// </summary>
internal static class EncodingTargets
{
    private const int Rows = 1_000_000;

    private static readonly Encoding[] Numbers = [Encoding.DeltaBinaryPacked, Encoding.ByteStreamSplit];
    private static readonly Encoding[] Fractions = [Encoding.ByteStreamSplit];
    private static readonly Encoding[] Texts = [Encoding.DeltaLengthByteArray, Encoding.DeltaByteArray];

    public static IReadOnlyList<TargetLine> Sizes(SalesLog workload)
    {
        var sales = Enumerable.Range(1, Rows).Select(i => workload.Sale(i, 0)).ToList();
        var random = new Random(11);
        var level = 20.0;
        return
        [
            .. Of("sales.id", Numbers, [.. sales.Select(s => s.Id)]),
            .. Of("sales.product_id", Numbers, [.. sales.Select(s => s.ProductId)]),
            .. Of("sales.qty", Numbers, [.. sales.Select(s => s.Quantity)]),
            .. Of("sales.price", Numbers, [.. sales.Select(s => s.Cents)]),
            .. Of("sales.sale_ts", Numbers, [.. sales.Select(s => s.Milliseconds * 1000)]),
            .. Of("wide: bigint, random", Numbers, Make(_ => random.NextInt64())),
            .. Of("wide: bigint, ascending with gaps", Numbers, Make(i => (i * 10L) + random.Next(10))),
            .. Of("wide: int, a foreign key of 200,000", Numbers, Make(_ => random.Next(200_000))),
            .. Of("wide: int, a state of 5", Numbers, Make(_ => random.Next(5))),
            .. Of("wide: timestamp in µs, about in order", Numbers, Make(i => 1_700_000_000_000_000 + (i * 50_000L) + random.Next(5_000_000))),
            .. Of("wide: timestamp in µs, whole seconds in random order", Numbers, Make(_ => (1_700_000_000 + random.NextInt64(30_000_000)) * 1_000_000)),
            .. Of("wide: double, a measurement that drifts", Fractions, Make(_ => level += random.NextDouble() - 0.5)),
            .. Of("wide: double, an amount with cents", Fractions, Make(_ => random.Next(1_000_000) / 100.0)),
            .. Of("wide: float, random", Fractions, Make(_ => random.NextSingle())),
            .. Of("wide: text, UUIDs", Texts, Make(_ => new Guid(RandomBytes(random)).ToString())),
            .. Of("wide: text, e-mail addresses", Texts, Make(i => $"user{random.Next(5_000_000)}@example{random.Next(50)}.com")),
            .. Of("wide: text, URLs in order", Texts, Make(i => $"https://shop.example.com/catalogue/{i / 1000}/item/{i}")),
            .. Of("wide: text, sentences", Texts, Make(_ => string.Join(' ', Enumerable.Range(0, 12).Select(_ => Words[random.Next(Words.Length)])))),
        ];
    }

    private static readonly string[] Words =
        ["order", "shipped", "the", "customer", "asked", "for", "a", "refund", "of", "item", "number", "because", "it", "arrived", "late", "broken", "and", "without", "its", "invoice", "today", "again"];

    private static IEnumerable<TargetLine> Of<T>(string name, Encoding[] encodings, T[] values)
    {
        var known = Size(values, null);
        foreach (var encoding in encodings)
        {
            var size = Size(values, encoding);
            yield return TargetLine.Against($"{name}: {encoding}", size, "bytes/value", "bytes/value plain and dictionary", known);
        }
    }

    private static double Size<T>(T[] values, Encoding? encoding)
    {
        using var stream = new MemoryStream();
        using var builder = new WriterPropertiesBuilder();
        builder.Compression(ParquetSharp.Compression.Zstd).CompressionLevel(1);
        if (encoding is { } chosen)
        {
            builder.DisableDictionary().Encoding(chosen);
        }

        using var properties = builder.Build();
        using (var file = new ParquetFileWriter(stream, [new Column<T>("c")], logicalTypeFactory: null, properties, keyValueMetadata: null, leaveOpen: true))
        {
            using (var group = file.AppendRowGroup())
            {
                using var column = group.NextColumn().LogicalWriter<T>();
                column.WriteBatch(values);
            }

            file.Close();
        }

        return stream.Length / (double)values.Length;
    }

    private static T[] Make<T>(Func<int, T> value) => [.. Enumerable.Range(0, Rows).Select(value)];

    private static byte[] RandomBytes(Random random)
    {
        var bytes = new byte[16];
        random.NextBytes(bytes);
        return bytes;
    }
}
