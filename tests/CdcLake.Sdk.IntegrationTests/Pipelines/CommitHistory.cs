using System.Collections.Concurrent;
using CdcLake.IntegrationTests.Fixtures;
using CdcLake.MySql.Gtids;
using CdcLake.MySql.Wire;

namespace CdcLake.IntegrationTests.Pipelines;

/// <summary>What each of some transactions leaves behind, and a replica of it by processes that are killed: every commit is one of these states.</summary>
/// <param name="session">Writes, alone on its server: a state is known by the server's whole GTID set.</param>
/// <param name="query">All rows of the table.</param>
/// <param name="change">Makes a random transaction.</param>
/// <param name="last">A statement that surely changes something.</param>
internal sealed class CommitHistory(ServerSession session, string query, Func<Task> change, string last)
{
    private const int Changes = 20;
    private readonly ConcurrentDictionary<string, string[]> _states = new();

    /// <summary>Transactions so far.</summary>
    public int Count => _states.Count;

    /// <summary>Makes some transactions.</summary>
    public async Task WriteAsync()
    {
        for (var i = 0; i <= Changes; i++)
        {
            await (i < Changes ? change() : session.ExecuteAsync(last, default));
            _states[GtidSet.Parse(await session.GtidExecutedAsync()).ToString()] = [.. SteppedReplica.NamedLines(await session.QueryAsync(query, default)).Order(StringComparer.Ordinal)];
        }
    }

    /// <summary>Kills processes while they start and after commits, with transactions all along, and lets one come to the end. Of every second process, and of the last, a commit is waited for.</summary>
    /// <param name="start">Starts one.</param>
    /// <param name="kills">How many.</param>
    /// <param name="random">Says when.</param>
    public async Task KillAsync(Func<ChildProcess> start, int kills, Random random)
    {
        await WriteAsync();
        for (var kill = 0; kill < kills; kill++)
        {
            await using var killed = start();
            if (kill % 2 == 0)
            {
                await WriteAsync();
                await killed.CommitAsync(GtidSet.Parse(await session.GtidExecutedAsync()));
            }

            var writing = WriteAsync();
            await killed.ExitsWithinAsync(TimeSpan.FromMilliseconds(random.Next(kill % 2 == 0 ? 300 : 3000)));
            Assert.False(killed.HasExited, killed.HasExited ? killed.Failure("ended by itself").Message : null);
            await killed.KillAsync();
            await writing;
        }

        await using var end = start();
        await WriteAsync(); // else everything may be committed
        await end.CommitAsync(GtidSet.Parse(await session.GtidExecutedAsync()));
    }

    /// <summary>Every snapshot of a table, read by Iceberg Java, is the state at its GTID set.</summary>
    /// <returns>How many there are.</returns>
    public async Task<int> CheckAsync(LakeTable table)
    {
        var snapshots = table.Snapshots();
        foreach (var snapshot in snapshots)
        {
            var rows = (await IcebergJava.RowsAsync(table.Folder, snapshot.Id)).Select(r => LakeRows.Line(r.GetRawText())).Order(StringComparer.Ordinal);
            Assert.Equal(_states[GtidSet.Parse(snapshot.Gtid).ToString()], rows);
        }

        return snapshots.Count;
    }
}
