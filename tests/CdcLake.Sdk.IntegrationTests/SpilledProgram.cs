namespace CdcLake.IntegrationTests;

/// <summary>
/// One more pipeline that this assembly can be started as: sums and the largest text of wide rows by owner, whose state is several times as large as the memory it may take. Arguments: connection
/// string, database, warehouse, folder for state on disk. One line for each commit, and one for the bytes that are on disk then.
/// </summary>
internal static class SpilledProgram
{
    public const string Argument = "spilled";
    public const string Sink = "iceberg(lakehouse.owners)";

    /// <summary>What the table holds, asked of MySQL.</summary>
    public const string Query = "SELECT COUNT(*), SUM(id), SUM(n), SUM(total), SUM(CRC32(CONCAT(id, '-', name, '-', last, '-', total))) FROM "
        + "(SELECT o.id, o.name, COUNT(*) n, SUM(t.v) total, MAX(t.s) last FROM t JOIN o ON t.o = o.id GROUP BY o.id, o.name) r";

    /// <summary>The same, asked of the table.</summary>
    public const string LakeQuery = "SELECT count(), sum(id), sum(n), sum(total), sum(CRC32(concat(toString(id), '-', name, '-', last, '-', toString(total)))) FROM icebergLocal('lakehouse/owners')";

    public static async Task RunAsync(string[] args, CancellationToken stop)
    {
        Pipeline? pipeline = null;
        await using var built = pipeline = Build(args[0], args[1], args[2], args[3], c =>
        {
            Console.WriteLine($"spilled {pipeline!.Status.Stages.Sum(s => s.StateBytesOnDisk)}");
            Console.WriteLine($"commit {c.Sink} at {c.Position}");
        });
        await built.RunAsync(stop);
    }

    public static Pipeline Build(string connection, string database, string warehouse, string stateFolder, Action<PipelineCommit> committed)
    {
        var mysql = new MySqlSource(connection);
        return Pipeline.FromMySqlBinlog(mysql.Table<Item>($"{database}.t"))
            .Join(mysql.Table<Owner>($"{database}.o"), t => t.O, o => o.Id, (t, o) => new { o.Id, o.Name, t.V, t.S })
            .Aggregate(l => new { l.Id, l.Name }, g => new OwnerTotals(g.Key.Id, g.Key.Name, g.Count(), g.Sum(l => l.V), g.Max(l => l.S)))
            .ToIceberg(IcebergCatalog.FileSystem(warehouse).Table("lakehouse.owners"), key: r => r.Id)
            .Build("spilled", o =>
            {
                o.RunsAsWritten = true; // else the rows are grouped before the join, which then keeps little
                o.MaxStateBytes = 1 << 20;
                o.StateFolder = stateFolder;
                o.CheckpointFolder = Path.Combine(warehouse, ".checkpoints");
                o.CommitInterval = TimeSpan.FromMilliseconds(20);
                o.CheckpointInterval = TimeSpan.FromMilliseconds(100);
                o.OnCommit = committed;
            });
    }

    private sealed record Item(int Id, int O, long V, string S);

    private sealed record Owner(int Id, string Name);

    private sealed record OwnerTotals(int Id, string Name, long N, long Total, string? Last);
}
