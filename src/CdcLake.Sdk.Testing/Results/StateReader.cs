using CdcLake.Checkpoints;
using CdcLake.Columnar;
using CdcLake.Dataflow;
using CdcLake.Planning;
using CdcLake.Planning.Binding;
using CdcLake.Runtime;
using CdcLake.Storage;

namespace CdcLake.Testing.Results;

/// <summary>
/// Looks into what operators keep: reads the newest checkpoint into operators of its own, as a restart would. The pipeline that runs is not asked, so that nothing is exact but what a checkpoint of the
/// present position holds.
/// </summary>
/// <param name="pipeline">The process that runs, whose plan it is.</param>
/// <param name="checkpoints">Its checkpoints.</param>
/// <param name="clock">For the reader of checkpoints.</param>
internal sealed class StateReader(Pipeline pipeline, IObjectStore checkpoints, TimeProvider clock)
{
    public async Task<IReadOnlyList<StateStore>> StoresAsync(string operatorName, CancellationToken cancellationToken)
    {
        var stores = new List<StateStore>();
        await ReadAsync(operatorName, Count, cancellationToken).ConfigureAwait(false);
        return stores;

        void Count(KeptRows kept)
        {
            var rows = 0L;
            foreach (var batch in kept.Read())
            {
                rows += batch.Count;
                batch.Dispose();
            }

            var bytes = kept.Stores.Sum(s => s.Log.UsedBytes - s.Log.DeadBytes);
            var at = stores.FindIndex(s => s.Name == kept.Name);
            if (at < 0)
            {
                stores.Add(new StateStore(kept.Name, rows, bytes, [.. kept.Schema.Fields.Select(f => new ColumnDescription(f.Name, f.Type.ToString(), f.Nullable))]));
            }
            else
            {
                stores[at] = stores[at] with { Rows = stores[at].Rows + rows, Bytes = stores[at].Bytes + bytes };
            }
        }
    }

    public async Task<IReadOnlyList<T>> RowsAsync<T>(string operatorName, string? store, CancellationToken cancellationToken)
    {
        var rows = new List<(object?[] Cells, T Row)>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        await ReadAsync(operatorName, Add, cancellationToken).ConfigureAwait(false);
        return (store is null ? names.Count == 1 : names.Contains(store))
            ? [.. rows.OrderBy(r => r.Cells, KeyOrder.Instance).Select(r => r.Row)]
            : throw new ArgumentException($"{operatorName} keeps {string.Join(" and ", names)}: name one of them.", nameof(store));

        void Add(KeptRows kept)
        {
            names.Add(kept.Name);
            if (store is null ? names.Count > 1 : kept.Name != store)
            {
                return; // of several, none is meant: that is an error below
            }

            var objects = ResultObjects<T>.OfRows(kept.Schema);
            foreach (var batch in kept.Read())
            {
                rows.AddRange(Enumerable.Range(0, batch.Count).Select(i => (CellsOf(batch, i), objects.Make(batch, i))));
                batch.Dispose();
            }
        }
    }

    private static object?[] CellsOf(ChangeBatch batch, int row) => [.. Enumerable.Range(0, batch.Columns.Length).Select(c => CellValue.Of(batch[c], row))];

    private async Task ReadAsync(string operatorName, Action<KeptRows> read, CancellationToken cancellationToken)
    {
        var nodes = pipeline.Bound!.Nodes;
        var node = nodes.FirstOrDefault(n => n.Name == operatorName) ?? throw new ArgumentException(
            $"The plan has no operator \"{operatorName}\". It has: {string.Join(", ", nodes.Select(n => n.Name))}.", nameof(operatorName));
        var newest = await CheckpointStore.FindAsync(checkpoints, cancellationToken).ConfigureAwait(false);
        if (node is SinkNode || newest?.Operators.FirstOrDefault(o => o.Name == operatorName) is not { Stores.Count: > 0 } described)
        {
            throw new ArgumentException(
                node is SinkNode ? $"{operatorName} keeps only where its rows lie, and learns that from its target: read the rows." : $"{operatorName} keeps nothing.", nameof(operatorName));
        }

        var store = new CheckpointStore(checkpoints, pipeline.Name, [], clock);
        await using (store.ConfigureAwait(false))
        {
            for (var partition = 0; partition < described.Partitions; partition++)
            {
                await ReadAsync(store, newest, node, partition, read, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static async Task ReadAsync(CheckpointStore store, CheckpointDescriptor checkpoint, PlanNode node, int partition, Action<KeptRows> read, CancellationToken cancellationToken)
    {
        using var copy = node.Accept(OperatorMaker.Instance).Operator!;
        await store.ReadAsync(checkpoint, node.Name, partition, copy.State, cancellationToken).ConfigureAwait(false);
        copy.AfterRestore();
        foreach (var kept in ((IKeepsRows)copy).Kept)
        {
            read(kept);
        }

        foreach (var state in copy.State)
        {
            state.Log.GiveUp();
        }
    }
}
