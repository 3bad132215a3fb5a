using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.Dataflow;
using CdcLake.Tests.Properties;

namespace CdcLake.Tests.Dataflow;

/// <summary>Feeds one operator by hand; rows come back as text with their sign in front.</summary>
internal static class OperatorRun
{
    public static List<string> Push(this IOperator target, int input, Schema schema, params (object?[] Row, int Weight)[] changes)
    {
        target.Process(input, Cells.ToBatch(schema, changes));
        return target.Drain();
    }

    public static List<string> End(this IOperator target)
    {
        target.EndEpoch(new Epoch(new TestPosition(1), default));
        return target.Drain();
    }

    public static List<string> Drain(this IOperator target)
    {
        var rows = new List<string>();
        while (target.Next() is { } piece)
        {
            Assert.InRange(piece.Count, 1, ChangeBatch.TargetRows);
            rows.AddRange(Cells.FromBatch(piece).Select(r => (r.Weight > 0 ? "+" : "-") + Cells.Text(r.Row)));
            piece.Dispose();
        }

        return rows;
    }
}
