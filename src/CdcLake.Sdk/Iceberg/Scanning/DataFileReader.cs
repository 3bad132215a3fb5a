using System.Runtime.CompilerServices;
using CdcLake.Iceberg.Manifests;
using CdcLake.Parquet;
using CdcLake.Parquet.Format;
using CdcLake.Parquet.Reading;
using CdcLake.Storage;

namespace CdcLake.Iceberg.Scanning;

/// <summary>Reads columns of data and delete files.</summary>
internal static class DataFileReader
{
    /// <summary>Rows of a batch.</summary>
    public const int BatchRows = 16_384;

    /// <summary>The given columns of all rows of a file, deleted ones included. Each batch belongs to the caller.</summary>
    /// <param name="store">The table's files.</param>
    /// <param name="file">Which one.</param>
    /// <param name="columns">What is read of it.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <param name="names">Field ids for the columns of a file without ids; null: they are found by name.</param>
    /// <param name="filter">Row groups and pages for which it says false are passed over.</param>
    /// <exception cref="CatalogException">The file is damaged, encrypted or not Parquet.</exception>
    /// <exception cref="ObjectStoreException">The file is missing or not readable.</exception>
    public static async IAsyncEnumerable<ParquetBatch> ReadAsync(
        FileIO store,
        DataFile file,
        IReadOnlyList<ParquetColumn> columns,
        [EnumeratorCancellation] CancellationToken cancellationToken,
        FieldNames? names = null,
        IRowFilter? filter = null)
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

        var stream = await store.OpenReadAsync(file.Path, cancellationToken).ConfigureAwait(false);
        var reader = await ParquetReader.OpenAsync(file.Path, stream, names, cancellationToken).ConfigureAwait(false);
        await using var _ = reader.ConfigureAwait(false);
        await foreach (var batch in reader.ReadAsync(columns, BatchRows, filter, cancellationToken).ConfigureAwait(false))
        {
            yield return batch;
        }
    }
}
