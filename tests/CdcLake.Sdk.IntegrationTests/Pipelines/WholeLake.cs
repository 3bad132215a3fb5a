using CdcLake.IntegrationTests.Fixtures;
using CdcLake.MySql.Gtids;

namespace CdcLake.IntegrationTests.Pipelines;

/// <summary>Compares all tables of a namespace with the database that they are replicas of.</summary>
internal static class WholeLake
{
    // Beyond so many a proof takes too long for every run; the newest of each table is always among them.
    private static int MostSnapshots => Proof.Rounds(usual: 60, full: 5000);

    /// <summary>Snapshots of all tables, along the history of the source, against the tables there; and in the end a replica of each table that is there.</summary>
    /// <returns>Snapshots that were compared, all of them equal.</returns>
    public static async Task<int> CheckAsync(FollowedTable followed)
    {
        var tables = followed.Names.ToDictionary(n => n, followed.Named);
        var newest = tables.SelectMany(t => t.Value.Snapshots().TakeLast(1)).Select(s => s.Id).ToHashSet();
        var all = tables.SelectMany(t => t.Value.Snapshots().Select(s => (t.Key, Snapshot: s))).ToList();
        var every = Math.Max(1, all.Count / MostSnapshots);
        var (checkedOnes, shown) = (0, new HashSet<string>());
        foreach (var (table, snapshot) in all.Where((s, i) => i % every == 0 || newest.Contains(s.Snapshot.Id)).OrderBy(s => GtidSet.Parse(s.Snapshot.Gtid).Count))
        {
            var there = await followed.Replica.NamedRowsAtAsync(snapshot.Gtid, $"SELECT table_name AS t FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = '{table}'");
            if (there.Count == 0)
            {
                continue; // dropped, and kept as it was
            }

            var expected = (await followed.Replica.NamedRowsAtAsync(snapshot.Gtid, $"SELECT * FROM `{table}`")).Order(StringComparer.Ordinal).ToArray();
            var actual = (await IcebergJava.RowsAsync(tables[table].Folder, snapshot.Id)).Select(r => LakeRows.Line(r.GetRawText())).Order(StringComparer.Ordinal).ToArray();
            var difference = Answer.Difference(expected, actual);
            Assert.True(difference is null, $"snapshot {snapshot.Id} of {table} differs from MySQL at {snapshot.Gtid}: {difference}");
            checkedOnes++;
        }

        var end = await followed.Session.QueryAsync("SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE' AND table_name NOT LIKE 'tmp%'", default);
        foreach (var name in end.Rows.Select(r => r[0]!))
        {
            var expected = (await followed.NamedRowsAsync($"SELECT * FROM `{name}`")).ToArray();
            var rows = tables.TryGetValue(name, out var table) && table.Snapshots() is [.., var last] ? await IcebergJava.RowsAsync(table.Folder, last.Id) : [];
            var difference = Answer.Difference(expected, [.. rows.Select(r => LakeRows.Line(r.GetRawText())).Order(StringComparer.Ordinal)]);
            Assert.True(difference is null, $"{name} differs from MySQL in the end: {difference}");
            shown.Add(name);
        }

        return checkedOnes;
    }
}
