using System.Globalization;
using System.Text;
using System.Text.Json;
using CdcLake.Columnar;
using CdcLake.Iceberg.Catalogs.FileSystem;
using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Operations;
using CdcLake.Iceberg.Partitioning;
using CdcLake.Iceberg.Scanning;
using CdcLake.Iceberg.Tables;
using CdcLake.Iceberg.Writing;
using CdcLake.IntegrationTests.Fixtures;
using CdcLake.Parquet.Variants;
using CdcLake.Storage;
using CdcLake.Tests.Iceberg;
using CdcLake.Tests.Parquet.Variants;

namespace CdcLake.IntegrationTests.Iceberg;

/// <summary>Variants of ours in the hands of Iceberg Java, and variants that it writes, shredded or not, in ours.</summary>
public sealed class VariantTableTests : IDisposable
{
    // Every type that JSON has not, names in no order, and documents that are not what the first row, by which Java shreds, is.
    private static readonly string[] Documents =
    [
        """{"b": 1, "a": [1, 2.50, {"c": null}], "d": {"$date": "2020-01-02"}, "s": "text", "t": {"$timestamp": "2020-01-02T03:04:05.000006"}, "z": {"$timestamptz": "2020-01-02T03:04:05.500000+00:00"}, "f": {"$float": "1.1"}, "e": {"$double": "1e20"}, "y": true, "u": {"$uuid": "f79c3e09-677c-4bbd-a479-3f349cb785e7"}, "o": {"i": {"j": 300}}, "x": {"$binary": "3q2+7w=="}, "n": {"$nanos": "2020-01-02T03:04:05.123456789"}, "m": {"$nanostz": "2020-01-02T03:04:05.000000001+00:00"}, "h": {"$time": "22:31:08.123456"}, "q": 12345678901234567890.5}""",
        """{"z": "no time", "b": 70000, "a": [], "q": 0.5, "other": [{"k": {"$date": "1969-12-31"}}], "aa": {"b": {"$float": "-3"}}}""",
        """{"o": {"i": 1, "more": "x"}, "d": null, "a": "no list"}""",
        """{"o": {"i": {"j": 5, "k": 6}}, "y": false, "a": [1, {"c": 2, "d": 3}, [4]]}""",
        "{}", "[]", "[[], {}, [1, \"x\"]]", "null", "7", "\"text\"", "{\"$date\": \"2026-05-04\"}",
    ];

    private readonly TemporaryFolder _folder = new(inMemory: true);

    private string Folder => Path.Combine(_folder.Path, "demo", "items");

    private LocalObjectStore Store => new(_folder.Path, TimeProvider.System);

    public void Dispose() => _folder.Dispose();

    [ServerTheory(IcebergJava.Variable)]
    [InlineData(1, null, false, false)]
    [InlineData(2, IcebergDeleteMode.DeletionVector, true, false)]
    [InlineData(3, IcebergDeleteMode.CopyOnWrite, false, false)]
    [InlineData(4, IcebergDeleteMode.Position, true, false)]
    [InlineData(5, IcebergDeleteMode.Equality, false, false)]
    [InlineData(6, null, false, true)]
    [InlineData(7, IcebergDeleteMode.CopyOnWrite, true, true)]
    public async Task Every_snapshot_of_random_documents_is_what_Java_reads(int seed, IcebergDeleteMode? mode, bool isPartitioned, bool isShredded)
    {
        var random = new Random(seed);
        var settings = new IcebergSinkSettings
        {
            JsonAs = IcebergJsonType.Variant, DeleteMode = mode, SmallFileBytes = seed % 2 == 0 ? 0 : 20_000, TargetFileSizeBytes = 50_000, FileReadCost = 20, LeastFiles = 4, PageRows = 100,
            VariantSampleRows = isShredded ? 10 : 0,
            Partitioning = isPartitioned ? [PartitionTerm.Parse("bucket(3, id)")] : [],
        };
        await using var model = new SinkModel(Store, settings) { IsJson = true };
        await model.OpenAsync();
        for (var commit = 0; commit < 6; commit++)
        {
            for (var n = commit == 0 ? 500 : 100; n > 0; n--)
            {
                var id = random.Next(600);
                if (random.Next(4) == 0)
                {
                    model.Remove(id);
                }
                else
                {
                    model.Put(id, random.Next(9) == 0 ? null : isShredded ? RandomDocuments.NextRecord(random, others: 80) : RandomDocuments.Next(random), random.Next(9) == 0 ? null : commit);
                }
            }

            var made = await model.EndAndCommitAsync();
            await SameAsync(long.Parse(made!.Id, CultureInfo.InvariantCulture));
            if (commit % 2 == 1 && await model.Sink.MaintainNowAsync(CancellationToken.None) > 0)
            {
                await SameAsync(model.Sink.Version!.Table.Metadata.CurrentSnapshotId!.Value);
            }
        }

        // The last: so the checker takes every bound of a variant.
        await IcebergJava.VerifyStrictlyAsync(Folder, "dangling-delete", "the key lacks the source of partition field", "_bounds has the field id 2 below a list or map");
        var files = Directory.GetFiles(Folder, "*.parquet", SearchOption.AllDirectories).Where(f => !f.EndsWith("-deletes.parquet", StringComparison.Ordinal)).ToList();
        Assert.Equal(isShredded, files.Exists(f => File.ReadAllBytes(f).AsSpan().IndexOf("typed_value"u8) >= 0));

        async Task SameAsync(long snapshot) => Assert.Equal(model.Rows.Select(r => Line(r.Key, r.Value.Name, r.Value.Qty)).Order(StringComparer.Ordinal), Normal(await IcebergJava.LinesAsync(Folder, snapshot)));
    }

    [ServerTheory(IcebergJava.Variable)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Variants_of_Java_are_read_as_it_reads_them_and_keep_their_bits_in_a_compaction(bool isShredded)
    {
        await IcebergJava.DoAsync("create", Folder, "--schema", "id:long*,name:variant,qty:int", "--format-version", "3");
        for (var file = 0; file < 8; file++)
        {
            var rows = Path.Combine(_folder.Path, "rows.jsonl");
            await File.WriteAllLinesAsync(rows, Documents.Append(null).Select((d, i) => JsonSerializer.Serialize(new { id = (file * 100) + i, name = d, qty = i })));
            await IcebergJava.DoAsync(["append", Folder, rows, .. isShredded ? ["--shred"] : Array.Empty<string>()]);
        }

        await IcebergJava.DoAsync("delete-where", Folder, "id >= 101 and id < 104", "--mode", "position");
        var java = await IcebergJava.SortedRowsAsync(Folder);
        Assert.Equal(string.Join('\n', Normal(java)), string.Join('\n', await OursAsync()));
        var typed = java.Single(l => l.StartsWith("{\"id\": 0,", StringComparison.Ordinal));
        Assert.All(new[] { "2020-01-02", "f79c3e09-677c-4bbd-a479-3f349cb785e7", "1e20", "3q2+7w==", "22:31:08.123456" }, t => Assert.Contains(t, typed, StringComparison.Ordinal));

        var compaction = new TableCompaction(new NamedTable(new FileSystemCatalog(Store), SinkModel.Table, TimeProvider.System));
        Assert.True((await compaction.RunAsync(CancellationToken.None)).Files > 0);
        Assert.Equal(java, await IcebergJava.SortedRowsAsync(Folder));
        Assert.Equal(string.Join('\n', Normal(java)), string.Join('\n', await OursAsync()));
        await IcebergJava.VerifyAsync(Folder);
    }

    /// <summary>The same documents, shredded by both: bounds of the same places, under the same names, with the same values, however wide each stores its numbers.</summary>
    [ServerFact(IcebergJava.Variable)]
    public async Task Bounds_of_shredded_documents_are_those_of_Java()
    {
        string[] documents =
        [
            .. Enumerable.Range(0, 12).Select(i => string.Create(
                CultureInfo.InvariantCulture,
                $$$"""{"a": {{{(i * 7 % 12) - 5}}}, "it's \\ \"so\"": {{{100 - i}}}, "o": {"in": {"deep": "text {{{i % 5}}}"}, "n": {{{i}}}.25}, "s": "a long text that is cut {{{i}}}", "t": {{{(i % 2 == 0 ? "true" : "false")}}}, "mixed": {{{(i == 3 ? "\"x\"" : $"{i}")}}}, "late": null}""")),
        ];
        await using (var model = new SinkModel(Store, new IcebergSinkSettings { JsonAs = IcebergJsonType.Variant, VariantSampleRows = 10 }) { IsJson = true })
        {
            await model.OpenAsync();
            for (var i = 0; i < documents.Length; i++)
            {
                model.Put(i, documents[i], i);
            }

            await model.EndAndCommitAsync();
        }

        var ours = await BoundsAsync();
        Directory.Delete(Folder, recursive: true);
        await IcebergJava.DoAsync("create", Folder, "--schema", "id:long*,name:variant,qty:int", "--format-version", "3");
        var rows = Path.Combine(_folder.Path, "rows.jsonl");
        await File.WriteAllLinesAsync(rows, documents.Select((d, i) => JsonSerializer.Serialize(new { id = i, name = d, qty = i })));
        await IcebergJava.DoAsync("append", Folder, rows, "--shred");
        var java = await BoundsAsync();
        Assert.Equal(string.Join('\n', java), string.Join('\n', ours));
        Assert.True(ours.Count >= 5, string.Join('\n', ours));
    }

    /// <summary>Place, lower and upper bound of all that the table's only file says of its documents.</summary>
    private async Task<IReadOnlyList<string>> BoundsAsync()
    {
        var table = (await new FileSystemCatalog(Store).LoadAsync(SinkModel.Table, CancellationToken.None))!;
        var file = Assert.Single((await TableVersion.ReadAsync(table, CancellationToken.None)).Files.Entries(ManifestContent.Data)).File;
        var metrics = file.Columns.Single(c => c.FieldId == 2);
        var (lower, upper) = (Fields(metrics.Lower!), Fields(metrics.Upper!));
        return [.. lower.Keys.Union(upper.Keys).Order(StringComparer.Ordinal).Select(k => $"{k} {lower.GetValueOrDefault(k)} {upper.GetValueOrDefault(k)}")];

        static Dictionary<string, string> Fields(byte[] bound)
        {
            var width = (bound[0] >> 6) + 1;
            var names = (int)VariantValue.Number(bound.AsSpan(1, width));
            var length = 1 + (width * (names + 2)) + (int)VariantValue.Number(bound.AsSpan(1 + (width * (names + 1)), width));
            using var printer = new VariantPrinter();
            using var json = JsonDocument.Parse(printer.Print(new VariantNames(bound.AsSpan(0, length)), bound.AsSpan(length)).ToArray());
            return json.RootElement.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetRawText());
        }
    }

    private async Task<IEnumerable<string>> OursAsync() => (await SinkModel.ReadAsync(Store)).Select(r => Line(r.Key, r.Value.Name, r.Value.Qty)).Order(StringComparer.Ordinal);

    /// <summary>Rows of Java in our form. Documents are compared with their fields in one order: that of the file is not what Java shows.</summary>
    private static IEnumerable<string> Normal(IEnumerable<string> lines) => lines
        .Select(l => JsonDocument.Parse(l).RootElement)
        .Select(r => Line(r.GetProperty("id").GetInt64(), r.GetProperty("name").GetString(), r.GetProperty("qty").ValueKind == JsonValueKind.Null ? null : r.GetProperty("qty").GetInt32()))
        .Order(StringComparer.Ordinal);

    private static string Line(long id, string? document, int? qty) => string.Create(CultureInfo.InvariantCulture, $"{id}|{(document is null ? "∅" : Ordered(JsonDocument.Parse(document).RootElement))}|{qty}");

    private static string Ordered(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => $"{{{string.Join(", ", value.EnumerateObject().OrderBy(p => p.Name, StringComparer.Ordinal).Select(p => $"{JsonSerializer.Serialize(p.Name)}: {Ordered(p.Value)}"))}}}",
        JsonValueKind.Array => $"[{string.Join(", ", value.EnumerateArray().Select(Ordered))}]",
        JsonValueKind.String => JsonSerializer.Serialize(value.GetString()),
        _ => value.GetRawText(),
    };
}
