using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using CdcLake.IntegrationTests.Fixtures;

namespace CdcLake.IntegrationTests.Iceberg;

/// <summary>Tables that Iceberg Java writes, of every format version, kind of delete, partitioning, type and evolution, are read as Java reads them.</summary>
public sealed partial class ForeignTablesTests : IDisposable
{
    private const string Schema = """
        {"type":"struct","schema-id":0,"identifier-field-ids":[1],"fields":[
        {"id":1,"name":"id","required":true,"type":"int"},{"id":2,"name":"region","required":false,"type":"string"},{"id":3,"name":"b","required":false,"type":"boolean"},
        {"id":4,"name":"f","required":false,"type":"float"},{"id":5,"name":"d","required":false,"type":"double"},{"id":6,"name":"price","required":false,"type":"decimal(9, 2)"},
        {"id":7,"name":"big","required":false,"type":"decimal(25, 3)"},{"id":8,"name":"day","required":false,"type":"date"},{"id":9,"name":"time","required":false,"type":"time"},
        {"id":10,"name":"ts","required":false,"type":"timestamp"},{"id":11,"name":"tz","required":false,"type":"timestamptz"},{"id":12,"name":"u","required":false,"type":"uuid"},
        {"id":13,"name":"fx","required":false,"type":"fixed[3]"},{"id":14,"name":"bin","required":false,"type":"binary"},
        {"id":15,"name":"home","required":false,"type":{"type":"struct","fields":[{"id":16,"name":"street","required":false,"type":"string"},
          {"id":17,"name":"pos","required":false,"type":{"type":"struct","fields":[{"id":18,"name":"x","required":true,"type":"double"},{"id":19,"name":"seen","required":false,"type":"date"}]}}]}},
        {"id":20,"name":"tags","required":false,"type":{"type":"list","element-id":21,"element-required":false,"element":"string"}},
        {"id":22,"name":"grid","required":false,"type":{"type":"list","element-id":23,"element-required":true,"element":{"type":"list","element-id":24,"element-required":false,"element":"int"}}},
        {"id":25,"name":"names","required":false,"type":{"type":"map","key-id":26,"key":"int","value-id":27,"value-required":false,"value":{"type":"struct","fields":[{"id":28,"name":"n","required":false,"type":"decimal(9, 2)"}]}}}]}
        """;

    private readonly TemporaryFolder _folder = new(inMemory: true);

    private string Folder => Path.Combine(_folder.Path, "demo", "t");

    private IcebergTable Table => IcebergCatalog.FileSystem(_folder.Path).Table("demo.t");

    public void Dispose() => _folder.Dispose();

    [ServerTheory(IcebergJava.Variable)]
    [InlineData(1, "")]
    [InlineData(1, "region")]
    [InlineData(2, "")]
    [InlineData(2, "region")]
    [InlineData(2, "bucket[4](id)")]
    [InlineData(3, "")]
    [InlineData(3, "region")]
    [InlineData(3, "day(ts)")]
    public async Task Table_is_read_as_Java_reads_it(int version, string partition)
    {
        string[] partitioning = partition.Length == 0 ? [] : ["--partition", partition];
        await IcebergJava.DoAsync(["create", Folder, "--schema", Schema, "--format-version", $"{version}", .. partitioning]);
        await AppendAsync(1, 30);
        await AppendAsync(31, 60);
        foreach (var mode in version == 1 ? ["copy-on-write"] : new[] { "position", "equality", "copy-on-write" })
        {
            var first = mode.Length % 7 * 6;
            await IcebergJava.DoAsync("delete-where", Folder, $"id >= {first} and id < {first + 5}", "--mode", mode);
            await SameAsync();
        }

        if (version > 1)
        {
            await UpsertAsync("equality", 20, 33);
            await SameAsync();
            if (partition.Length == 0)
            {
                await UpsertAsync("position", 30, 40);
                await SameAsync();
            }
        }

        await EvolveAsync(version);
        await AppendAsync(61, 70);
        await SameAsync();
        await EverySnapshotAsync();
    }

    [ServerFact(IcebergJava.Variable)]
    public async Task Deletion_vectors_of_Java_are_the_rows_that_it_hides()
    {
        await IcebergJava.DoAsync("create", Folder, "--schema", "id:long*,name:string", "--format-version", "3");
        var rows = Path.Combine(_folder.Path, "many.jsonl");
        await File.WriteAllLinesAsync(rows, Enumerable.Range(0, 150_000).Select(i => $"{{\"id\": {i}, \"name\": \"n\"}}"));
        await IcebergJava.DoAsync("append", Folder, rows);
        await IcebergJava.DoAsync("delete-where", Folder, "id >= 1000 and id < 90000", "--mode", "position"); // runs
        await IcebergJava.DoAsync("delete-where", Folder, "id in (1, 3, 95000, 149999)", "--mode", "position");
        var files = await (await Table.InspectAsync()).ListFilesAsync();
        Assert.Equal(89_004, Assert.Single(files, f => f.Content == "deletion vector").RecordCount);
        var left = 0;
        await foreach (var row in Table.Scan<Keyed>().ReadAsync())
        {
            left++;
            Assert.True(row.Id is (< 1000 or >= 90_000) and not (1 or 3 or 95_000 or 149_999), $"{row.Id}");
        }

        Assert.Equal(150_000 - 89_004, left);
    }

    [ServerFact(IcebergJava.Variable)]
    public async Task Branches_and_conditions_give_what_Java_gives()
    {
        await IcebergJava.DoAsync("create", Folder, "--schema", Schema, "--format-version", "2", "--partition", "region");
        await AppendAsync(1, 40);
        await IcebergJava.DoAsync("branch", Folder, "audit");
        await IcebergJava.DoAsync("delete-where", Folder, "id < 20", "--mode", "equality", "--branch", "audit");
        Assert.Equal(await JavaAsync("--ref", "audit"), await OursAsync(Table.Scan().AtRef("audit")));
        await SameAsync();
        Assert.Equal(await JavaAsync("--where", "region = 'eu'"), await OursAsync(Table.Scan().Where(r => r.Get<string>("region") == "eu")));
        Assert.Equal(await JavaAsync("--where", "price > 5.00"), await OursAsync(Table.Scan().Where(r => r.Get<decimal?>("price") > 5.00m)));
        Assert.Equal(await JavaAsync("--where", "id in (7, 9)"), await OursAsync(Table.Scan().Where(r => r.Get<int>("id") == 7 || r.Get<int>("id") == 9)));
    }

    [ServerFact(IcebergJava.Variable)]
    public async Task Changes_are_the_difference_of_what_Java_reads()
    {
        await IcebergJava.DoAsync("create", Folder, "--schema", Schema, "--format-version", "2");
        await AppendAsync(1, 30);
        var before = (await Table.InspectAsync()).CurrentSnapshotId;
        var old = await JavaAsync();
        await UpsertAsync("equality", 25, 35);
        await IcebergJava.DoAsync("delete-where", Folder, "id < 5", "--mode", "position");
        await IcebergJava.DoAsync("rewrite", Folder);
        var now = await JavaAsync();
        var changes = new List<(IcebergChangeKind Kind, string Row)>();
        var types = await TypesAsync();
        await foreach (var change in Table.Scan().ReadChangesAsync(before))
        {
            changes.Add((change.Kind, Print(change.Row, types)));
        }

        Assert.Equal(old.Except(now).Order(StringComparer.Ordinal), changes.Where(c => c.Kind is IcebergChangeKind.Delete or IcebergChangeKind.UpdateBefore).Select(c => c.Row).Order(StringComparer.Ordinal));
        Assert.Equal(now.Except(old).Order(StringComparer.Ordinal), changes.Where(c => c.Kind is IcebergChangeKind.Insert or IcebergChangeKind.UpdateAfter).Select(c => c.Row).Order(StringComparer.Ordinal));
        Assert.Equal((4, 6, 5), (changes.Count(c => c.Kind == IcebergChangeKind.Delete), changes.Count(c => c.Kind == IcebergChangeKind.UpdateAfter), changes.Count(c => c.Kind == IcebergChangeKind.Insert)));
    }

    private async Task EvolveAsync(int version)
    {
        await IcebergJava.DoAsync("rename-column", Folder, "bin", "raw bytes");
        await IcebergJava.DoAsync("promote", Folder, "f", "double");
        await IcebergJava.DoAsync("promote", Folder, "price", "decimal(12, 2)");
        await IcebergJava.DoAsync("drop-column", Folder, "b");
        string[] value = version < 3 ? [] : ["--default", "7"];
        await IcebergJava.DoAsync(["add-column", Folder, "added", "int", .. value, "--after", "region"]);
        await SameAsync();
        await IcebergJava.DoAsync("rename-column", Folder, "home.street", "road");
        await IcebergJava.DoAsync("drop-column", Folder, "home.pos.x");
        await SameAsync();
    }

    private async Task EverySnapshotAsync()
    {
        foreach (var snapshot in (await Table.InspectAsync()).Snapshots)
        {
            Assert.Equal(
                await JavaAsync("--snapshot", snapshot.Id.ToString(CultureInfo.InvariantCulture)), await OursAsync(Table.Scan().AtSnapshot(snapshot.Id)));
        }
    }

    private Task AppendAsync(int first, int last) => WriteAsync(["append", Folder], first, last, "");

    private Task UpsertAsync(string mode, int first, int last) => WriteAsync(["row-delta", Folder], first, last, "new", "--key", "id", "--mode", mode);

    private async Task WriteAsync(string[] command, int first, int last, string suffix, params string[] options)
    {
        var file = Path.Combine(_folder.Path, "rows.jsonl");
        await File.WriteAllLinesAsync(file, Enumerable.Range(first, last - first + 1).Select(i => Row(i, suffix)));
        await IcebergJava.DoAsync([.. command, file, .. options]);
    }

    /// <summary>A row in Java's form; null in turn in each column.</summary>
    private static string Row(int i, string suffix)
    {
        var region = i % 3 == 0 ? "eu" : "us"; // stays with the key, so that upserts stay in their partition
        (string Name, string Value)[] cells =
        [
            ("region", $"\"{region}\""), ("b", i % 2 == 0 ? "true" : "false"), ("f", $"{i}.25"), ("d", $"{i}.125"), ("price", $"\"{i % 11}.{i % 90 + 10}\""), ("big", $"\"-1234567890123456789{i % 10}.5\""),
            ("day", $"\"19{i % 90 + 10}-02-03\""), ("time", $"\"{i % 24:D2}:05:06.{i % 7}00000\""), ("ts", $"\"2026-01-{i % 28 + 1:D2} 05:06:07.00{i % 9}000\""), ("tz", $"\"1969-12-31 23:59:{i % 60:D2}.123456\""),
            ("u", $"\"f79c3e09-677c-4bbd-a479-3f349cb78{i % 900 + 100}\""), ("fx", "\"00ff7f\""), ("bin", $"\"0a{i % 90 + 10}\""), ("raw bytes", $"\"0b{i % 90 + 10}\""), ("added", $"{i}"),
            ("home", i % 4 == 0 ? "{\"street\": null, \"pos\": null}" : $"{{\"street\": \"Straße {i}{suffix}\", \"pos\": {{\"x\": {i}.5, \"seen\": \"2020-02-{i % 28 + 1:D2}\"}}, \"floor\": {i}}}"),
            ("tags", i % 5 == 0 ? "[]" : $"[\"t{i}\", null, \"{suffix}\"]"), ("grid", i % 6 == 0 ? "[[], [1]]" : $"[[{i}, null], []]"), ("names", i % 7 == 0 ? "[]" : $"[[{i}, {{\"n\": \"{i}.50\"}}], [-1, null]]"),
        ];
        return $"{{\"id\": {i}, {string.Join(", ", cells.Select((c, at) => $"\"{c.Name}\": {(at > 0 && i % (cells.Length + 3) == at ? "null" : c.Value)}"))}}}";
    }

    private async Task SameAsync() => Assert.Equal(await JavaAsync(), await OursAsync(Table.Scan()));

    private async Task<List<string>> JavaAsync(params string[] options)
    {
        var (exit, output, error) = await IcebergJava.RunAsync(["rows", Folder, .. options]);
        Assert.True(exit == 0, error);
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => Print(JsonDocument.Parse(l).RootElement)).Order(StringComparer.Ordinal)];
    }

    private async Task<List<string>> OursAsync(IcebergScan<Row> scan)
    {
        var types = await TypesAsync();
        var rows = new List<string>();
        await foreach (var row in scan.ReadAsync())
        {
            rows.Add(Print(row, types));
        }

        return [.. rows.Order(StringComparer.Ordinal)];
    }

    private async Task<Dictionary<string, string>> TypesAsync() => (await Table.InspectAsync()).Columns.ToDictionary(c => c.Name, c => c.Type);

    private static string Print(Row row, Dictionary<string, string> types) => "{" + string.Join(", ", row.Columns.Select(c => $"{c}: {Print(row[c], !types.TryGetValue(c, out var type) || type.StartsWith('{'))}")) + "}";

    private static string Print(object? value, bool mayBeJson) => value switch
    {
        null => "∅",
        string text when mayBeJson && text.Length > 0 && text[0] is '{' or '[' => Print(JsonDocument.Parse((string)value).RootElement),
        string text => Print(text),
        bool flag => flag ? "true" : "false",
        float number => Print((double)number),
        double number => Print(number),
        DateOnly day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        TimeSpan time => Print(time.ToString("c", CultureInfo.InvariantCulture)),
        DateTime time => Print(time.ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture)),
        DateTimeOffset time => Print(time.ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture) + "+00:00"),
        byte[] bytes => Convert.ToHexStringLower(bytes),
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };

    private static string Print(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static string Print(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => "{" + string.Join(", ", json.EnumerateObject().Select(p => $"{p.Name}: {Print(p.Value)}")) + "}",
        JsonValueKind.Array => "[" + string.Join(", ", json.EnumerateArray().Select(Print)) + "]",
        JsonValueKind.String => Print(json.GetString()!),
        JsonValueKind.Null => "∅",
        JsonValueKind.Number when json.TryGetInt64(out var whole) => whole.ToString(CultureInfo.InvariantCulture),
        JsonValueKind.Number => Print(json.GetDouble()),
        _ => json.GetRawText(),
    };

    /// <summary>Times without zeros at their end, whichever way they are spelled.</summary>
    private static string Print(string text) => Times().Replace(text, m => $"{m.Groups[1].Value.Replace('T', ' ')}{m.Groups[2].Value.TrimEnd('0').TrimEnd('.')}{m.Groups[3].Value}");

    [GeneratedRegex(@"^((?:\d{4}-\d\d-\d\d[T ])?\d\d:\d\d:\d\d)(\.\d+)?(\+00:00)?$")]
    private static partial Regex Times();

    private sealed record Keyed(long Id);
}
