using CdcLake.IntegrationTests.Fixtures;
using CdcLake.MySql.Gtids;
using CdcLake.MySql.Wire;

namespace CdcLake.IntegrationTests.Pipelines;

/// <summary>Compares all tables of a namespace with the database that they are replicas of.</summary>
/// <param name="folder">The namespace's.</param>
/// <param name="replica">Steps through the source's history.</param>
/// <param name="session">At the source, in the database.</param>
internal sealed class WholeLake(string folder, SteppedReplica replica, ServerSession session)
{
    // Beyond so many a proof takes too long for every run; the newest of each table is always among them.
    private static int MostSnapshots => Proof.Rounds(usual: 60, full: 5000);

    /// <summary>The tables that the lake has, by name.</summary>
    public IReadOnlyList<string> Names => Directory.Exists(folder) ? [.. Directory.GetDirectories(folder).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)] : [];

    /// <summary>A table of the lake.</summary>
    public LakeTable Table(string name) => new(Path.Combine(folder, name));

    /// <summary>Snapshots of all tables, along the history of the source, against the tables there; and in the end a replica of each table that is there.</summary>
    /// <returns>Snapshots that were compared, all of them equal.</returns>
    public async Task<int> CheckAsync()
    {
        var all = Names.SelectMany(n => Table(n).Snapshots().Select(s => (Name: n, Snapshot: s))).ToList();
        var newest = all.GroupBy(s => s.Name).Select(g => g.Last().Snapshot.Id).ToHashSet();
        var every = Math.Max(1, all.Count / MostSnapshots);
        var compared = 0;
        foreach (var (name, snapshot) in all.Where((s, i) => i % every == 0 || newest.Contains(s.Snapshot.Id)).OrderBy(s => GtidSet.Parse(s.Snapshot.Gtid).Count))
        {
            compared += await CheckAsync(name, snapshot) ? 1 : 0;
        }

        await CheckEndAsync();
        return compared;
    }

    // One that is not there any more was dropped, and is kept as it was.
    private async Task<bool> CheckAsync(string name, LakeSnapshot snapshot)
    {
        var there = await replica.NamedRowsAtAsync(snapshot.Gtid, $"SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = '{name}'");
        if (there.Count == 0)
        {
            return false;
        }

        Equal($"snapshot {snapshot.Id} of {name}", snapshot.Gtid, await replica.NamedRowsAtAsync(snapshot.Gtid, $"SELECT * FROM `{name}`"), await RowsAsync(name, snapshot.Id));
        return true;
    }

    private async Task CheckEndAsync()
    {
        var tables = await session.QueryAsync("SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE' AND table_name NOT LIKE 'tmp%'", default);
        foreach (var name in tables.Rows.Select(r => r[0]!))
        {
            var expected = SteppedReplica.NamedLines(await session.QueryAsync($"SELECT * FROM `{name}`", default));
            Equal(name, "the end", expected, Table(name).Snapshots() is [.., var last] ? await RowsAsync(name, last.Id) : []);
        }
    }

    private async Task<IReadOnlyList<string>> RowsAsync(string name, long snapshot) => [.. (await IcebergJava.RowsAsync(Table(name).Folder, snapshot)).Select(r => LakeRows.Line(r.GetRawText()))];

    private static void Equal(string what, string where, IReadOnlyList<string> expected, IReadOnlyList<string> actual)
    {
        var difference = Answer.Difference([.. expected.Order(StringComparer.Ordinal)], [.. actual.Order(StringComparer.Ordinal)]);
        Assert.True(difference is null, $"{what} differs from MySQL at {where}: {difference}");
    }
}
