using CdcLake.Tests.Checkpoints;
using CdcLake.Tests.Runtime;
using CdcLake.Tests.Views;

namespace CdcLake.Tests.Facade;

/// <summary>A pipeline gives what it writes to those who do not know its types.</summary>
public sealed class ResultsTests
{
    [Fact]
    public async Task Tables_and_views_of_a_pipeline_are_those_of_its_sinks()
    {
        var table = IcebergCatalog.FileSystem("warehouse").Table("demo.items");
        var view = ScriptedView.New();
        await using var pipeline = Pipeline.FromMySqlBinlog(MySqlSource.FromFiles("binlog.000001").Table<ScriptedPipeline.Item>("shop.items"))
            .ToView(view, key: i => i.Id)
            .ToIceberg(table, key: i => i.Id)
            .Build("results");
        Assert.Same(table, Assert.Single(pipeline.Tables));
        Assert.Same(view, Assert.Single(pipeline.Views));
    }

    [Fact]
    public async Task A_view_is_read_without_its_types_at_one_position()
    {
        var view = ScriptedView.New();
        IView any = view;
        Assert.Equal((null, 0), (any.Read().Position, any.Read().Rows.Count()));
        await using var pipeline = ScriptedPipeline.Replica(new ScriptedSource([ScriptedEpoch.Insert(1, 10), ScriptedEpoch.Insert(2, 20)]), [view.Target()], checkpoints: new MemoryStore());
        await pipeline.RunAsync();
        Assert.Equal(["Id", "Qty"], any.Columns);
        Assert.Equal([typeof(int), typeof(long)], any.ColumnTypes);
        var (position, rows) = any.Read();
        Assert.Equal(view.Current.Position, position);
        Assert.Equal(["1: 10", "2: 20"], rows.Select(r => $"{r[0]}: {r[1]}").Order());
        Assert.Equal("view(items)", any.Name);
    }
}
