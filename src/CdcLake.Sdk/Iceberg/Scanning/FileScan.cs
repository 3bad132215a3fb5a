using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using CdcLake.Columnar;
using CdcLake.Expressions;
using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Tables;
using CdcLake.Parquet.Format;

namespace CdcLake.Iceberg.Scanning;

/// <summary>Reads the rows that a request asks for from the data files of a table, passing over what bounds refute. Not thread-safe.</summary>
internal sealed class FileScan
{
    private readonly CatalogTable _table;
    private readonly ScanRequest _request;
    private readonly ImmutableArray<ParquetColumn> _columns;
    private readonly Schema _read;
    private readonly Schema _wanted;
    private readonly DataFileReader _reader;
    private readonly Dictionary<int, IReadOnlyList<PartitionField>> _specs;
    private readonly FileRanges _ranges;
    private readonly Predicate? _condition;
    private readonly int[] _live = new int[DataFileReader.BatchRows];
    private readonly int[] _true = new int[DataFileReader.BatchRows];

    /// <param name="table">The table.</param>
    /// <param name="schema">Columns that the request numbers.</param>
    /// <param name="request">What is asked for.</param>
    /// <exception cref="UnsupportedTypeException">A column has a type that is not read.</exception>
    public FileScan(CatalogTable table, IcebergSchema schema, ScanRequest request)
    {
        ImmutableArray<IcebergField> fields = [.. request.Columns.Select(c => schema.Fields[c])];
        _table = table;
        _request = request;
        _columns = [.. fields.Select(f => ScanColumns.Of(f) ?? throw new UnsupportedTypeException($"Column \"{f.Name}\" of table {table.Identifier} has type {f.Type}, which is not read by this version of the library. Leave it out of the scan, or read the table with another engine."))];
        _read = new Schema(_columns.Select(c => new Field(c.Name, c.Type, !c.Required)));
        _wanted = new Schema(_read.Fields.Take(request.Wanted));
        _reader = new DataFileReader(table);
        _specs = table.Metadata.PartitionSpecs.ToDictionary(s => s.SpecId, s => s.Fields);
        _ranges = new FileRanges(new IcebergSchema(0, fields, []));
        _condition = request.Condition?.Invoke();
    }

    /// <summary>False when certainly no row of the manifest's files is asked for.</summary>
    private bool MayMatch(ManifestFile manifest)
    {
        if (_request.Filter is not { } filter || manifest.Content != ManifestContent.Data
            || !_specs.TryGetValue(manifest.PartitionSpecId, out var partition))
        {
            return true;
        }

        return filter.MayMatch(id => _ranges.Of(manifest, partition, id));
    }

    /// <summary>False when certainly no row of the file is asked for.</summary>
    private bool MayMatch(DataFile file)
    {
        var partition = _specs.GetValueOrDefault(file.SpecId ?? 0) ?? [];
        return _request.Filter?.MayMatch(id => _ranges.Of(file, partition, id)) != false;
    }

    /// <summary>The columns that the batches have.</summary>
    public Schema Wanted => _wanted;

    /// <summary>The data files of a snapshot with rows that may be asked for.</summary>
    public async Task<IReadOnlyCollection<LiveFile>> FilesAsync(Snapshot snapshot, CancellationToken cancellationToken)
    {
        var version = await TableFiles.ReadAsync(_table.Files, snapshot, cancellationToken, MayMatch).ConfigureAwait(false);
        var files = await DeletedRows.LoadAsync(_table, version, new LiveFiles(), cancellationToken, e => MayMatch(e.File)).ConfigureAwait(false);
        return [.. files.All.Where(f => f.LiveRows > 0)];
    }

    /// <summary>The rows of a file. Each batch belongs to the caller.</summary>
    /// <param name="file">The file.</param>
    /// <param name="hidden">Rows that are left out.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async IAsyncEnumerable<ChangeBatch> ReadAsync(DataFile file, PositionSet hidden, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var batch in _reader.ReadAsync(file, _columns, cancellationToken, _request.Filter).ConfigureAwait(false))
        {
            if (Select(hidden, batch.FirstRow, batch.ToChanges(_read)) is { } rows)
            {
                yield return rows;
            }
        }
    }

    /// <summary>The rows that live and are asked for, with the columns that are wanted, or null when there are none. Takes over the batch.</summary>
    private ChangeBatch? Select(PositionSet hidden, long firstRow, ChangeBatch batch)
    {
        var live = hidden.SelectLive(firstRow, batch.Count, _live);
        if (_condition is not null && live > 0)
        {
            live = Intersect(_live.AsSpan(0, live), _true.AsSpan(0, _condition.Select(batch, _true)));
        }

        if (live == batch.Count && _wanted.Count == _read.Count)
        {
            return batch;
        }

        using var owned = batch;
        if (live == 0)
        {
            return null;
        }

        var picked = new ChangeBatch(_wanted);
        for (var i = 0; i < _wanted.Count; i++)
        {
            picked[i].AppendFrom(batch[i], _live.AsSpan(0, live));
        }

        picked.AppendWeights(1, live);
        return picked;
    }

    /// <summary>Keeps in <paramref name="rows"/> what is in both; both ascend. Returns how many.</summary>
    private static int Intersect(Span<int> rows, ReadOnlySpan<int> others)
    {
        var kept = 0;
        var at = 0;
        foreach (var row in rows)
        {
            while (at < others.Length && others[at] < row)
            {
                at++;
            }

            if (at < others.Length && others[at] == row)
            {
                rows[kept++] = row;
            }
        }

        return kept;
    }
}
