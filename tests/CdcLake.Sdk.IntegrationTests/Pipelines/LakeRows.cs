using System.Globalization;
using System.Text.Json;
using CdcLake.IntegrationTests.Fixtures;

namespace CdcLake.IntegrationTests.Pipelines;

/// <summary>Compares an Iceberg table, snapshot by snapshot and column by column, with what MySQL itself says at the position of each.</summary>
internal static class LakeRows
{
    /// <summary>Every snapshot, read by Iceberg Java, against a query on the replica at its GTID set.</summary>
    /// <param name="table">The table.</param>
    /// <param name="replica">Steps through the source's history.</param>
    /// <param name="query">Rows of integers and texts; of tables whose columns change: <c>SELECT * FROM t</c>.</param>
    /// <returns>Snapshots that were compared, all of them equal.</returns>
    public static async Task<int> CheckAsync(LakeTable table, SteppedReplica replica, string query)
    {
        var snapshots = table.Snapshots();
        foreach (var snapshot in snapshots)
        {
            var expected = (await replica.NamedRowsAtAsync(snapshot.Gtid, query)).Order(StringComparer.Ordinal).ToArray();
            var actual = (await IcebergJava.RowsAsync(table.Folder, snapshot.Id)).Select(Line).Order(StringComparer.Ordinal).ToArray();
            var difference = Answer.Difference(expected, actual);
            Assert.True(difference is null, $"snapshot {snapshot.Id} differs from MySQL at {snapshot.Gtid}: {difference}");
        }

        await IcebergJava.VerifyAsync(table.Folder);
        return snapshots.Count;
    }

    /// <summary>The newest snapshot, read by ClickHouse, against Iceberg Java.</summary>
    public static async Task CheckByClickHouseAsync(LakeTable table)
    {
        var java = (await IcebergJava.RowsAsync(table.Folder, table.Snapshots()[^1].Id)).Select(NumberLine).Order(StringComparer.Ordinal).ToArray();
        var (name, warehouse) = (Path.GetRelativePath(Path.GetDirectoryName(Path.GetDirectoryName(table.Folder))!, table.Folder), Path.GetDirectoryName(Path.GetDirectoryName(table.Folder))!);
        var lines = ClickHouse.Query($"SELECT hex(formatRowNoNewline('JSONEachRow', *)) FROM icebergLocal('{name}')", warehouse).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var rows = lines.Select(l => NumberLine(JsonDocument.Parse(Convert.FromHexString(l)).RootElement)).Order(StringComparer.Ordinal).ToArray();
        Assert.True(Answer.Difference(java, rows) is null, $"Iceberg Java and ClickHouse: {Answer.Difference(java, rows)}");
    }

    /// <summary>The rows of a table as the library reads it, in the form of <see cref="SteppedReplica.NamedLines"/>, sorted.</summary>
    public static async Task<string[]> LinesAsync(IcebergTable table)
    {
        var lines = new List<string>();
        await foreach (var row in table.ReadAsync())
        {
            lines.Add(string.Join(", ", row.Columns.Select(c => $"{c}={Convert.ToString(row[c] ?? "NULL", CultureInfo.InvariantCulture)}").Order(StringComparer.Ordinal)));
        }

        return [.. lines.Order(StringComparer.Ordinal)];
    }

    // Readers print numbers with and without trailing zeros, some of them as text.
    private static string NumberLine(JsonElement row) => string.Join(", ", row.EnumerateObject().Select(p => $"{p.Name}={Normal(Text(p.Value))}").Order(StringComparer.Ordinal));

    private static string Normal(string text) =>
        decimal.TryParse(text, NumberStyles.Number, CultureInfo.InvariantCulture, out var number) ? (number / 1.0000000000000000000000000000m).ToString(CultureInfo.InvariantCulture) : text;

    /// <summary>A row that Iceberg Java printed, in the form of <see cref="SteppedReplica.NamedLines"/>.</summary>
    public static string Line(string json) => Line(JsonDocument.Parse(json).RootElement);

    private static string Line(JsonElement row) => string.Join(", ", row.EnumerateObject().Select(p => $"{p.Name}={Text(p.Value)}").Order(StringComparer.Ordinal));

    private static string Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => "NULL",
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Number => value.TryGetDecimal(out var number) ? number.ToString(CultureInfo.InvariantCulture) : value.GetRawText(),
        _ => value.GetRawText(),
    };
}
