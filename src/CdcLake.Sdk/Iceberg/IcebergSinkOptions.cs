using System.Globalization;
using CdcLake.Common;
using CdcLake.Iceberg.Index;
using CdcLake.Iceberg.Partitioning;
using CdcLake.Iceberg.Writing;

namespace CdcLake;

/// <summary>
/// How a sink writes an Iceberg table; the defaults suit most tables. What is set here goes before the table's own property, what is not set is what that property
/// says. Copied by <c>ToIceberg</c>, so later changes have no effect.
/// </summary>
public sealed class IcebergSinkOptions
{
    private const long LeastBytes = 64 << 10;
    private const long LeastBudget = 1 << 20;

    private IReadOnlyList<PartitionTerm> _partitioning = [];
    private IReadOnlyList<SortTerm> _sorting = [];

    /// <summary>
    /// Codec of the files: <c>zstd</c>, <c>snappy</c>, <c>gzip</c>, <c>lz4_raw</c> (which fewer engines read) or <c>uncompressed</c>. Iceberg's <c>write.parquet.compression-codec</c>, which a table that is created
    /// here gets.
    /// </summary>
    /// <value>Default: null, the table's own; zstd for a new one.</value>
    public string? CompressionCodec { get; set; }

    /// <summary>Level of the codec: −131072 to 22 for zstd, 0 to 9 for gzip. Iceberg's <c>write.parquet.compression-level</c>.</summary>
    /// <value>Default: null, the table's own; the codec's default for a new one.</value>
    public int? CompressionLevel { get; set; }

    /// <summary>Bytes at which a data file is closed and the next one begun, at least 64 KiB. Iceberg's <c>write.target-file-size-bytes</c>.</summary>
    /// <value>Default: null, the table's own; 128 MiB for a new one.</value>
    public long? TargetFileSizeBytes { get; set; }

    /// <summary>
    /// Bytes of rows, uncompressed, at which a row group is closed, at least 64 KiB; they wait in memory until then, compressed. Iceberg's
    /// <c>write.parquet.row-group-size-bytes</c>.
    /// </summary>
    /// <value>Default: null, the table's own; 128 MiB for a new one.</value>
    public long? RowGroupSizeBytes { get; set; }

    /// <summary>
    /// Bytes of changed rows that wait in memory for a commit, at least 1 MiB; beyond it they are written to files that the commit then adds. The key index
    /// (<see cref="KeyIndexMemoryBytes"/>) and one row group come on top.
    /// </summary>
    /// <value>Default: 256 MiB.</value>
    public long MemoryBudgetBytes { get; set; } = 256L << 20;

    /// <summary>
    /// Bytes of memory for the index of this table that says in which file the row of each key lies, at least 1 MiB; it takes 18 to 24 bytes for each row of the table. What exceeds them goes to files on a
    /// local disk (<see cref="KeyIndexFolder"/>), in which a key that changes is found with one read or two. Not used where nobody looks for keys (<see cref="IcebergDeleteMode.Append"/>).
    /// </summary>
    /// <value>Default: null, an eighth of the memory that the process may use, that of its container where it has a limit.</value>
    public long? KeyIndexMemoryBytes { get; set; }

    /// <summary>
    /// Folder on a local disk for the key index: for what exceeds its memory, and for all of it when the pipeline ends, so that the next start reads the key columns of those files alone that the
    /// table got since (after a crash, for example). An index that is damaged is built anew from the table. Several sinks may share a folder; it may be deleted whenever no pipeline runs.
    /// </summary>
    /// <value>Default: null, the folder for temporary files, which some systems have in memory; the index is not kept.</value>
    public string? KeyIndexFolder { get; set; }

    /// <summary>What is done with rows that were replaced or deleted.</summary>
    /// <value>
    /// Default: null, what Iceberg's <c>write.update.mode</c>, else <c>write.delete.mode</c> of the table says (<c>copy-on-write</c>, or <c>merge-on-read</c>, which is
    /// <see cref="IcebergDeleteMode.Position"/>); <see cref="IcebergDeleteMode.Adaptive"/> where it has neither.
    /// </value>
    public IcebergDeleteMode? DeleteMode { get; set; }

    /// <summary>
    /// What columns of MySQL's type JSON become, where a result has them as they are. A table that is created here then gets format version 3 for <see cref="IcebergJsonType.Variant"/>. A column that is in
    /// the table cannot change from one to the other: that is refused, and needs another table. A variant is no key, and nothing to partition or sort by.
    /// </summary>
    /// <value>Default: null, what the column is in the table; <see cref="IcebergJsonType.Text"/> for a new one.</value>
    public IcebergJsonType? JsonAs { get; set; }

    /// <summary>
    /// Partitions a table that is created here; one that exists keeps its own spec, whoever made it evolve. Readers need not know: a filter on the column is enough.
    /// </summary>
    /// <param name="fields">
    /// Columns, or transforms of them, outermost first: <c>region</c>, <c>bucket(16, id)</c>, <c>truncate(4, name)</c>, <c>year(ts)</c>, <c>month(ts)</c>,
    /// <c>day(ts)</c>, <c>hour(ts)</c>, <c>void(x)</c>, as in Spark and Trino.
    /// </param>
    /// <returns>These options.</returns>
    /// <exception cref="ArgumentException">Not a partition field.</exception>
    public IcebergSinkOptions PartitionBy(params string[] fields)
    {
        ArgumentNullException.ThrowIfNull(fields);
        _partitioning = [.. fields.Select(PartitionTerm.Parse)];
        return this;
    }

    /// <summary>
    /// Sorts the rows in the files of a table that is created here; one that exists keeps its own sort order. A first load and a compaction sort as many rows at a time as
    /// <see cref="MemoryBudgetBytes"/> holds; a file that has rows of one such run alone says that it is sorted. Without it, compaction sorts by key.
    /// </summary>
    /// <param name="fields">
    /// Columns, the most important first, each with <c>asc</c> or <c>desc</c> and <c>nulls first</c> or <c>nulls last</c> behind it where needed: <c>region</c>,
    /// <c>created_at desc nulls last</c>. Nulls stand first in ascending and last in descending order where nothing is said.
    /// </param>
    /// <returns>These options.</returns>
    /// <exception cref="ArgumentException">Not a sort field.</exception>
    public IcebergSinkOptions SortBy(params string[] fields)
    {
        ArgumentNullException.ThrowIfNull(fields);
        _sorting = [.. fields.Select(SortTerm.Parse)];
        return this;
    }

    /// <summary>
    /// Whether files that are costly to read, small or with many deleted rows, are rewritten beside the stream, as soon as a scan would take about a quarter longer for
    /// them. It takes a quarter of a core's time at most while changes arrive; what it did is in <see cref="SinkStatus"/>.
    /// </summary>
    /// <value>Default: true.</value>
    public bool Compacts { get; set; } = true;

    /// <summary>What to do with a table that has rows and that no pipeline of this library has written: one of Flink, Spark or Trino, for example.</summary>
    /// <value>Default: <see cref="ExistingTable.Refuse"/>.</value>
    public ExistingTable ExistingTable { get; set; } = ExistingTable.Refuse;

    /// <summary>What to do with a table whose rows somebody else changed since this pipeline's last snapshot.</summary>
    /// <value>Default: <see cref="ForeignChanges.Refuse"/>.</value>
    public ForeignChanges ForeignChanges { get; set; } = ForeignChanges.Refuse;

    /// <summary>
    /// Further properties of a table that is created here, with Iceberg's names. One that exists keeps its own, except that <c>format-version</c> = <c>3</c> raises the format of
    /// a table of version 2, for good: its rows and deletes stay as they are, and readers that know no deletion vectors cannot read it any more.
    /// </summary>
    /// <value>Default: empty.</value>
    public IDictionary<string, string> TableProperties { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>What the options say, validated.</summary>
    /// <param name="shared">Memory for the key index where the options say none; null for its own.</param>
    internal IcebergSinkSettings Freeze(SharedMemory? shared = null)
    {
        Require(TargetFileSizeBytes, LeastBytes, nameof(TargetFileSizeBytes));
        Require(RowGroupSizeBytes, LeastBytes, nameof(RowGroupSizeBytes));
        Require(MemoryBudgetBytes, LeastBudget, nameof(MemoryBudgetBytes));
        Require(KeyIndexMemoryBytes, LeastBudget, nameof(KeyIndexMemoryBytes));
        foreach (var (name, value) in TableProperties)
        {
            RequireProperty(name, value);
        }

        if (JsonAs == IcebergJsonType.Variant && TableProperties.TryGetValue(Iceberg.Tables.TableProperties.FormatVersion, out var format) && format != "3")
        {
            throw new ArgumentException($"Format version {format} has no variants. Set {Iceberg.Tables.TableProperties.FormatVersion} to 3, or leave it out, or set {nameof(JsonAs)} to {nameof(IcebergJsonType.Text)}.");
        }

        var settings = new IcebergSinkSettings
        {
            MemoryBudgetBytes = MemoryBudgetBytes,
            IndexSpace = new KeyIndexSpace(KeyIndexMemoryBytes ?? KeyIndexSpace.Default.MemoryBytes, KeyIndexFolder is null ? null : Path.GetFullPath(KeyIndexFolder)) { Shared = KeyIndexMemoryBytes is null ? shared : null },
            Asked = Asked(),
            TableProperties = new Dictionary<string, string>(TableProperties),
            ForeignChanges = ForeignChanges,
            ExistingTable = ExistingTable,
            Compacts = Compacts,
            DeleteMode = DeleteMode,
            JsonAs = JsonAs,
            Partitioning = _partitioning,
            Sorting = _sorting,
            FormatVersion = TableProperties.TryGetValue(Iceberg.Tables.TableProperties.FormatVersion, out var version) ? int.Parse(version, CultureInfo.InvariantCulture) : null,
        };
        try
        {
            _ = WriteProperties.Apply(settings, settings.TableProperties, "The sink");
        }
        catch (CatalogException e)
        {
            throw new ArgumentException(e.Message, e);
        }

        return settings;
    }

    private static void Require(long? bytes, long least, string name)
    {
        if (bytes < least)
        {
            throw new ArgumentOutOfRangeException(name, bytes, string.Create(CultureInfo.InvariantCulture, $"{name} is a number of bytes from {least} up."));
        }
    }

    private static void RequireProperty(string name, string value)
    {
        if (string.IsNullOrWhiteSpace(name) || value is null)
        {
            throw new ArgumentException($"Table property \"{name}\" has no name or no value.");
        }

        if (name.StartsWith("cdclake.", StringComparison.Ordinal) && name != Iceberg.Tables.TableProperties.KeepExpiredFiles)
        {
            throw new ArgumentException($"Table property {name} is one that the library keeps by itself; leave it out.");
        }

        if (name == Iceberg.Tables.TableProperties.FormatVersion && value is not ("2" or "3"))
        {
            throw new ArgumentException($"Tables of format version {value} are not written by this version of the library; leave {name} out, or set it to 2 or 3.");
        }
    }

    /// <summary>The options that are properties of a table.</summary>
    private Dictionary<string, string> Asked()
    {
        var asked = new Dictionary<string, string>(StringComparer.Ordinal);
        Add(Iceberg.Tables.TableProperties.Compression, CompressionCodec);
        Add(Iceberg.Tables.TableProperties.CompressionLevel, CompressionLevel?.ToString(CultureInfo.InvariantCulture));
        Add(Iceberg.Tables.TableProperties.TargetFileSize, TargetFileSizeBytes?.ToString(CultureInfo.InvariantCulture));
        Add(Iceberg.Tables.TableProperties.RowGroupSize, RowGroupSizeBytes?.ToString(CultureInfo.InvariantCulture));
        return asked;

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                asked[name] = value;
            }
        }
    }
}
