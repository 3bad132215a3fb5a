using System.Runtime.CompilerServices;
using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Tables;
using CdcLake.Parquet;
using CdcLake.Parquet.Format;

namespace CdcLake.Iceberg.Scanning;

/// <summary>
/// Reads columns of a table's data and delete files; nobody else opens them. So whoever reads a file of another writer, the columns of one without field ids are found by the table's
/// name mapping, and what it lacks has the value of its partition. Iceberg specification, "Column Projection". Thread-safe.
/// </summary>
/// <param name="table">The table.</param>
/// <exception cref="CatalogException">The table's name mapping is none.</exception>
internal sealed class DataFileReader(CatalogTable table)
{
    /// <summary>Rows of a batch.</summary>
    public const int BatchRows = 16_384;

    private readonly FieldNames? _names = NameMapping.Of(table.Metadata);

    /// <summary>The given columns of all rows of a file, deleted ones included. Each batch belongs to the caller.</summary>
    /// <param name="file">Which one.</param>
    /// <param name="columns">What is read of it, by the names that the table has for them.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <param name="filter">Row groups and pages that it refutes are passed over.</param>
    /// <exception cref="CatalogException">The file is damaged, encrypted or not Parquet.</exception>
    /// <exception cref="ObjectStoreException">The file is missing or not readable.</exception>
    public async IAsyncEnumerable<ParquetBatch> ReadAsync(
        DataFile file, IReadOnlyList<ParquetColumn> columns, [EnumeratorCancellation] CancellationToken cancellationToken, ScanFilter? filter = null)
    {
        if (!file.Format.Equals("PARQUET", StringComparison.OrdinalIgnoreCase))
        {
            throw new CatalogException(
                $"{file.Path} is {file.Format}; only Parquet files are read. Rewrite the table's files as Parquet with the engine that wrote it.");
        }

        if (file.KeyMetadata is not null)
        {
            throw new CatalogException($"{file.Path} is encrypted, which this library does not read. Read the table with the engine that wrote it.");
        }

        var read = file.Content == FileContent.Data ? PartitionConstants.Fill(columns, file, table.Metadata) : columns;
        var names = file.Content == FileContent.PositionDeletes ? null : _names; // the mapping is about the table's columns
        var stream = await table.Files.OpenReadAsync(file.Path, cancellationToken).ConfigureAwait(false);
        var reader = await ParquetReader.OpenAsync(file.Path, stream, names, cancellationToken).ConfigureAwait(false);
        await using var _ = reader.ConfigureAwait(false);
        await foreach (var batch in reader.ReadAsync(read, BatchRows, filter is null ? null : new RowGroupRanges(filter, read), cancellationToken).ConfigureAwait(false))
        {
            yield return batch;
        }
    }
}
