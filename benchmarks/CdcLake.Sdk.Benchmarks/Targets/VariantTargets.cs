using System.Globalization;
using System.Text;
using CdcLake.Columnar;
using CdcLake.Parquet;
using CdcLake.Parquet.Format;

namespace CdcLake.Benchmarks.Targets;

/// <summary>A column of JSON into a Parquet file in memory, and back, as a variant, shredded too, and as text.</summary>
internal static class VariantTargets
{
    private const int Rows = 200_000;
    private const int BatchRows = 4096;

    private static readonly string[] Cities = ["Wien", "Graz", "Linz", "Salzburg", "Innsbruck", "Klagenfurt", "Villach", "Wels"];

    public static async Task<IReadOnlyList<TargetLine>> DocumentsAsync()
    {
        var documents = Documents();
        var bytes = documents.Sum(d => (double)d.ByteSize);
        using var stream = new MemoryStream();
        var (text, variant) = (Column(isVariant: false), Column(isVariant: true));
        var (textLength, variantLength) = (0L, 0L);
        var asText = await Measurement.MedianAsync(1, 5, async () => textLength = await WriteAsync(documents, text, stream));
        var textFile = stream.ToArray();
        var asVariant = await Measurement.MedianAsync(1, 5, async () => variantLength = await WriteAsync(documents, variant, stream));
        var variantFile = stream.ToArray();
        var shreddedLength = 0L;
        var asShredded = await Measurement.MedianAsync(1, 5, async () => shreddedLength = await WriteAsync(documents, variant, stream, sampleRows: 100));
        var shreddedFile = stream.ToArray();
        var textRead = await Measurement.MedianAsync(1, 5, () => ReadAsync(textFile, text));
        var variantRead = await Measurement.MedianAsync(1, 5, () => ReadAsync(variantFile, variant));
        var shreddedRead = await Measurement.MedianAsync(1, 5, () => ReadAsync(shreddedFile, variant));
        return
        [
            TargetLine.Against("parquet encode of JSON as variant, zstd (one core)", bytes / asVariant.Cpu / 1e6, "MB/s", "MB/s as text", bytes / asText.Cpu / 1e6),
            TargetLine.Against("  its file", (double)variantLength / Rows, "bytes/row", "bytes/row as text", (double)textLength / Rows),
            TargetLine.Against("  allocated", (double)asVariant.Allocated / Rows, "bytes/row", "bytes/row as text", (double)asText.Allocated / Rows),
            TargetLine.Against("parquet decode of variants to JSON, zstd (one core)", bytes / variantRead.Cpu / 1e6, "MB/s", "MB/s as text", bytes / textRead.Cpu / 1e6),
            TargetLine.Against("parquet encode of JSON as shredded variant, zstd (one core)", bytes / asShredded.Cpu / 1e6, "MB/s", "MB/s as variant", bytes / asVariant.Cpu / 1e6),
            TargetLine.Against("  its file", (double)shreddedLength / Rows, "bytes/row", "bytes/row as variant", (double)variantLength / Rows),
            TargetLine.Against("  allocated", (double)asShredded.Allocated / Rows, "bytes/row", "bytes/row as variant", (double)asVariant.Allocated / Rows),
            TargetLine.Against("parquet decode of shredded variants to JSON, zstd (one core)", bytes / shreddedRead.Cpu / 1e6, "MB/s", "MB/s as variant", bytes / variantRead.Cpu / 1e6),
        ];
    }

    private static ParquetColumn Column(bool isVariant) => new("doc", 1, Required: false, DataType.String) { IsVariant = isVariant };

    private static async Task<long> WriteAsync(List<BytesColumn> documents, ParquetColumn column, MemoryStream target, int sampleRows = 0)
    {
        target.SetLength(0);
        using var writer = new ParquetWriter([column], target.WriteAsync, new ParquetWriterOptions { VariantSampleRows = sampleRows });
        foreach (var batch in documents)
        {
            await writer.AppendAsync([batch], 0, batch.Count);
        }

        return (await writer.CompleteAsync()).FileLength;
    }

    private static async Task ReadAsync(byte[] file, ParquetColumn column)
    {
        await using var reader = await ParquetReader.OpenAsync("documents.parquet", new MemoryStream(file));
        await foreach (var batch in reader.ReadAsync([column]))
        {
            batch.Dispose();
        }
    }

    /// <summary>Orders as shops keep them in a document: a dozen fields, an address, a few lines.</summary>
    private static List<BytesColumn> Documents()
    {
        var random = new Random(5);
        var batches = new List<BytesColumn>();
        var text = new StringBuilder();
        for (var row = 0; row < Rows; row++)
        {
            if (row % BatchRows == 0)
            {
                batches.Add(new BytesColumn(DataType.String));
            }

            text.Clear().Append(CultureInfo.InvariantCulture, $"{{\"id\": {row}, \"vip\": {(random.Next(9) == 0 ? "true" : "false")}, \"name\": \"customer {random.Next(50_000)}\", \"lines\": [");
            for (var line = random.Next(1, 4); line > 0; line--)
            {
                text.Append(CultureInfo.InvariantCulture, $"{{\"qty\": {random.Next(1, 20)}, \"sku\": \"SKU-{random.Next(3000):D6}\", \"price\": {random.Next(100, 90_000) / 100m}}}").Append(line > 1 ? ", " : "");
            }

            text.Append(CultureInfo.InvariantCulture, $"], \"total\": {random.Next(1000, 900_000) / 100m}, \"address\": {{\"zip\": \"{random.Next(1000, 9999)}\", \"city\": \"{Cities[random.Next(Cities.Length)]}\", \"street\": \"Hauptstraße {random.Next(200)}\"}}, \"coupon\": null, \"channel\": \"{(random.Next(2) == 0 ? "web" : "store")}\"}}");
            batches[^1].Append(Encoding.UTF8.GetBytes(text.ToString()));
        }

        return batches;
    }
}
