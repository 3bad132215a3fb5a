using CdcLake.Benchmarks.Logs;
using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.Dataflow;
using CdcLake.Dataflow.Operators;
using CdcLake.Expressions;
using CdcLake.MySql.Gtids;
using CdcLake.State.Stores;

namespace CdcLake.Benchmarks;

/// <summary>The operators of the sales-by-product job, put together by hand.</summary>
internal sealed class SalesOperators : IDisposable
{
    /// <summary>Rows of an epoch of the default size.</summary>
    public const int EpochRows = 32_768;

    private static readonly Schema Joined = new(
        [.. SalesTables.Sales.Fields.Skip(1), .. SalesTables.Products.Fields.Select(f => f with { Name = "p_" + f.Name })]);

    private static readonly Schema Line = new(
    [
        new Field("id", DataType.Int32, false), new Field("sku", DataType.String, false), new Field("name", DataType.String, false),
        new Field("qty", DataType.Int32, false), new Field("amount", DataType.Decimal(18, 2), false), new Field("sale_ts", DataType.Timestamp(3), false),
    ]);

    private static readonly Schema Result = new(
    [
        new Field("id", DataType.Int32, false), new Field("sku", DataType.String, false), new Field("name", DataType.String, false),
        new Field("qty", DataType.Int64, true), new Field("amount", DataType.Decimal(38, 2), true), new Field("count", DataType.Int64, false),
        new Field("last", DataType.Timestamp(3), true),
    ]);

    private static readonly Epoch End = new(new MySqlPosition(GtidSet.Empty), default);

    private readonly FusedOperator _join;
    private readonly AggregateOperator _aggregate;

    /// <param name="withLatest">With the latest sale of each product, for which MAX keeps a value of each sale.</param>
    public SalesOperators(bool withLatest = true)
    {
        var join = new JoinOperator("join", Joined, Input, SalesTables.Products, [0], [0]);
        _join = new FusedOperator(join, [new ProjectTransform("line", new LineProjection())]);
        _aggregate = new AggregateOperator(
            "aggregate",
            withLatest ? Result : new Schema(Result.Fields.SkipLast(1)),
            Line,
            [0, 1, 2],
            [
                new AggregateCall(AggregateKind.Sum, 3, DataType.Int64), new AggregateCall(AggregateKind.Sum, 4, DataType.Decimal(38, 2)),
                new AggregateCall(AggregateKind.Count, -1, DataType.Int64), .. withLatest ? [new AggregateCall(AggregateKind.Max, 5, DataType.Timestamp(3))] : Array.Empty<AggregateCall>(),
            ]);
    }

    /// <summary>The columns of sales that the job reads.</summary>
    public static Schema Input { get; } = new(SalesTables.Sales.Fields.Skip(1));

    /// <summary>Stores of both operators: the sides of the join, the groups, the values of MAX.</summary>
    public IReadOnlyList<IStateStore> State => [.. _join.State, .. _aggregate.State];

    /// <summary>Rows that came out.</summary>
    public long Emitted { get; private set; }

    public static void Append(ChangeBatch batch, SaleRow sale, sbyte weight)
    {
        batch.Fixed<int>(0).Append(sale.ProductId);
        batch.Fixed<int>(1).Append(sale.Quantity);
        batch.Fixed<long>(2).Append(sale.Cents);
        batch.Fixed<long>(3).Append(sale.Milliseconds * 1000);
        batch.AppendWeight(weight);
    }

    public void Sales(ChangeBatch batch) => Process(0, batch);

    /// <summary>The first versions of sales <paramref name="id"/> to <paramref name="last"/>, in batches of the usual size.</summary>
    public void Insert(SalesLog workload, long id, long last)
    {
        while (id <= last)
        {
            var batch = new ChangeBatch(Input);
            for (; id <= last && batch.Count < ChangeBatch.TargetRows; id++)
            {
                Append(batch, workload.Sale(id, 0), 1);
            }

            Sales(batch);
        }
    }

    public void Products(ChangeBatch batch) => Process(1, batch);

    public void EndEpoch()
    {
        _join.EndEpoch(End);
        _aggregate.EndEpoch(End);
        Drain();
    }

    public void Dispose()
    {
        _join.Dispose();
        _aggregate.Dispose();
    }

    private void Process(int input, ChangeBatch batch)
    {
        _join.Process(input, batch);
        while (_join.Next() is { } piece)
        {
            _aggregate.Process(0, piece);
            Drain();
        }
    }

    private void Drain()
    {
        while (_aggregate.Next() is { } result)
        {
            Emitted += result.Count;
            result.Dispose();
        }
    }

    // (s, p) => new { p.Id, p.Sku, p.Name, s.Qty, Amount = s.Qty * s.Price, s.SaleTs }
    private sealed class LineProjection() : Projection(Line)
    {
        public override Column[] Evaluate(ChangeBatch batch)
        {
            var columns = new Column[Output.Count];
            for (var i = 0; i < columns.Length; i++)
            {
                columns[i] = Column.Create(Output[i].Type);
            }

            ReadOnlySpan<int> copies = [4, 5, 6, 1, -1, 3];
            Span<int> rows = stackalloc int[batch.Count];
            for (var i = 0; i < rows.Length; i++)
            {
                rows[i] = i;
            }

            for (var i = 0; i < copies.Length; i++)
            {
                if (copies[i] >= 0)
                {
                    columns[i].AppendFrom(batch[copies[i]], rows);
                }
            }

            var quantity = batch.Fixed<int>(1).Values;
            var price = batch.Fixed<long>(2).Values;
            var amount = ((FixedColumn<long>)columns[4]).AppendUninitialized(rows.Length);
            for (var i = 0; i < rows.Length; i++)
            {
                amount[i] = quantity[i] * price[i];
            }

            return columns;
        }
    }
}
