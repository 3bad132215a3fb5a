using CdcLake.Tests.Conventions;

namespace CdcLake.Tests.MySql.Binlog;

/// <summary>Logs recorded from MySQL 9.7, see Fixtures/PROVENANCE.md.</summary>
internal static class FixtureLog
{
    public static string Path(string name) => System.IO.Path.Combine(SourceTree.Root, "tests", "CdcLake.Sdk.Tests", "Fixtures", "Binlog", name);

    public static Task<CollectingOutput> ReplayAsync(string name, params string[] tables) => Replay.RunAsync([Path(name + ".000001")], tables);

    /// <summary>The rows left when every −1 takes one equal +1 away, in order of insertion.</summary>
    public static List<string> Sum(IEnumerable<string> changes, int table)
    {
        var rows = new List<string>();
        foreach (var change in changes.Where(c => c[0] == '0' + table))
        {
            if (change[1] == '+')
            {
                rows.Add(change[2..]);
            }
            else
            {
                Assert.True(rows.Remove(change[2..]), $"{change[2..]} was withdrawn but never added");
            }
        }

        return rows;
    }
}
