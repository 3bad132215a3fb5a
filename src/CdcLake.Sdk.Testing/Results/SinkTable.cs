using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.Iceberg;
using CdcLake.Planning;
using CdcLake.Planning.Binding;
using CdcLake.StarRocks;
using CdcLake.Testing.Runs;
using CdcLake.Testing.Tables;

namespace CdcLake.Testing.Results;

/// <summary>What one target of the pipeline shows, read back the way others read it.</summary>
/// <param name="pipeline">Name of the pipeline.</param>
/// <param name="node">The sink, with the result's columns and key.</param>
/// <param name="target">The target as the application names it.</param>
/// <param name="servers">Where it really is.</param>
internal sealed class SinkTable(string pipeline, SinkNode node, ISinkTarget target, HarnessServers servers)
{
    /// <summary>Of a pipeline over a whole database: the table whose replica it is.</summary>
    public string? Replicates { get; init; }

    /// <summary>Kind and target: <c>iceberg(demo.sales)</c>.</summary>
    public string Name => node.Name;

    /// <summary>The target's own name; null where rows cannot be read back.</summary>
    public string? Table => target switch
    {
        IcebergSinkTarget iceberg => iceberg.Table.ToString(),
        StarRocksSinkTarget starRocks => starRocks.Table.ToString(),
        _ => null,
    };

    /// <summary>The Iceberg table; null for other targets.</summary>
    public IcebergTable? Iceberg => target is IcebergSinkTarget iceberg ? servers.Lake.ReaderOf(iceberg.Catalog).Table(iceberg.Table.ToString()) : null;

    /// <summary>Columns of the result.</summary>
    public Schema Schema => node.Schema;

    /// <summary>Its rows can be read back.</summary>
    public bool IsReadable => Table is not null || View is not null;

    private IView? View => target.Result as IView;

    private ViewRows? ViewRows => View is { } view ? field ??= new ViewRows(view, node.Schema) : null;

    private IReadOnlyList<string> Columns => ViewRows?.Columns ?? [.. node.Schema.Fields.Select(f => f.Name)];

    /// <summary>All rows as objects, in the order of the key.</summary>
    public async Task<IReadOnlyList<T>> ReadAsync<T>(CancellationToken cancellationToken)
    {
        var objects = ResultObjects<T>.OfRows(node.Schema);
        return await ReadAsync(objects.Make, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>All rows as text.</summary>
    public async Task<IReadOnlyList<string>> ReadTextsAsync(CancellationToken cancellationToken) => View is { } view
        ? [.. view.Read().Rows.Select(r => RowText.Of(view.Columns, r))]
        : await ReadAsync(TextOf, cancellationToken).ConfigureAwait(false);

    /// <summary>A row of the result as such a text.</summary>
    public string TextOf(ChangeBatch batch, int row) => RowText.Of(Columns, ViewRows?.CellsOf(batch, row) ?? CellsOf(batch, row));

    /// <summary>All rows of a table whose columns are the result's, as such texts.</summary>
    public static IReadOnlyList<string> TextsOf(MemoryTable table)
    {
        using var batch = new ChangeBatch(table.Description.Schema);
        foreach (var row in table.Rows)
        {
            MemoryTable.Append(batch, [.. Enumerable.Range(0, row.Length)], row, 1);
        }

        return [.. Enumerable.Range(0, batch.Count).Select(i => RowText.Of([.. batch.Schema.Fields.Select(f => f.Name)], CellsOf(batch, i)))];
    }

    private static object?[] CellsOf(ChangeBatch batch, int row)
    {
        var cells = new object?[batch.Columns.Length];
        for (var i = 0; i < cells.Length; i++)
        {
            cells[i] = CellValue.Of(batch[i], row);
        }

        return cells;
    }

    /// <summary>All rows as something that is made of them, in the order of the key.</summary>
    public async Task<IReadOnlyList<T>> ReadAsync<T>(Func<ChangeBatch, int, T> make, CancellationToken cancellationToken)
    {
        var rows = new List<(object?[] Key, T Row)>();
        await foreach (var batch in BatchesAsync(cancellationToken).ConfigureAwait(false))
        {
            using (batch)
            {
                for (var i = 0; i < batch.Count; i++)
                {
                    rows.Add(([.. node.Key.Select(k => CellValue.Of(batch[k], i))], make(batch, i)));
                }
            }
        }

        return [.. rows.OrderBy(r => r.Key, KeyOrder.Instance).Select(r => r.Row)];
    }

    private async IAsyncEnumerable<ChangeBatch> BatchesAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (target is StarRocksSinkTarget starRocks)
        {
            yield return StarRocksRows.ToBatch(node.Schema, servers.StarRocks!.Rows(starRocks.Table.ToString()));
            yield break;
        }

        var iceberg = (IcebergSinkTarget)target;
        var opening = new SinkOpening(pipeline, node.Schema, node.Key, TimeProvider.System, node.Fingerprint);
        var read = await iceberg.In(servers.Lake.ReaderOf(iceberg.Catalog).Commits).OpenRowsAsync(opening, cancellationToken).ConfigureAwait(false);
        if (read is null)
        {
            yield break;
        }

        await foreach (var batch in read.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            yield return batch;
        }
    }
}
