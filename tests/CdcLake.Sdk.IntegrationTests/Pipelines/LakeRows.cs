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

    private static string Line(JsonElement row) => string.Join(", ", row.EnumerateObject().Select(p => $"{p.Name}={Text(p.Value)}").Order(StringComparer.Ordinal));

    private static string Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => "NULL",
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Number => value.TryGetDecimal(out var number) ? number.ToString(CultureInfo.InvariantCulture) : value.GetRawText(),
        _ => value.GetRawText(),
    };
}
