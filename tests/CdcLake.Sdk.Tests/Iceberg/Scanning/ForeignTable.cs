using System.Text;
using CdcLake.Avro;
using CdcLake.Columnar;
using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Puffin;
using CdcLake.Iceberg.Scanning;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Tables;
using CdcLake.Parquet.Format;
using CdcLake.Storage;
using CdcLake.Tests.Parquet.Oracles;
using Arrow = ParquetSharp;

namespace CdcLake.Tests.Iceberg.Scanning;

/// <summary>A table of data and delete files as other writers make them: columns id (long), name (string) and, in its newest schema, region (string).</summary>
internal sealed class ForeignTable : IDisposable
{
    public const int RegionSpec = 1;

    private static readonly AvroType PartitionType = AvroType.Record("r102", new AvroField("region", AvroType.Optional(AvroType.String), 1000));

    private readonly TemporaryFolder _folder = new();
    private readonly FileIO _files;
    private readonly List<ManifestEntry> _data = [];
    private readonly List<ManifestEntry> _deletes = [];
    private int _names;

    public ForeignTable() => _files = FileIO.Over(new LocalObjectStore(_folder.Path, TimeProvider.System), TimeProvider.System);

    public static ParquetColumn Id { get; } = new("id", 1, false, DataType.Int64);

    public static ParquetColumn Name { get; } = new("name", 2, false, DataType.String);

    public static ParquetColumn Region { get; } = new("region", 3, false, DataType.String);

    public TableMetadata Metadata { get; set; } = new()
    {
        FormatVersion = 3,
        TableUuid = "u",
        Location = "file:///t",
        Schemas =
        [
            new IcebergSchema(0, [new IcebergField(1, "id", false, new("int")), new IcebergField(2, "name", false, new("string")), new IcebergField(9, "gone", false, new("int"))], []),
            new IcebergSchema(1, [new IcebergField(1, "id", false, new("long")), new IcebergField(2, "name", false, new("string")), new IcebergField(3, "region", false, new("string"))], []),
        ],
        CurrentSchemaId = 1,
        PartitionSpecs = [PartitionSpec.Unpartitioned, new PartitionSpec(RegionSpec, """[{"source-id":3,"field-id":1000,"name":"region","transform":"identity"}]""")],
    };

    public CatalogTable Table => new(TableIdentifier.Parse("demo.t"), Metadata, "file:///t/metadata/v1.metadata.json", _files);

    public void Dispose() => _folder.Dispose();

    /// <summary>Adds a data file with a row for each of the values, in the given columns.</summary>
    public async Task<DataFile> AddDataAsync(long sequence, ParquetColumn[] columns, object?[][] rows, string? region = null, bool hasIds = true)
    {
        var file = await WriteAsync(FileContent.Data, hasIds ? columns : [.. columns.Select(c => c with { FieldId = -1 })], rows, region);
        _data.Add(new ManifestEntry(EntryStatus.Added, 1, sequence, sequence, file));
        return file;
    }

    public async Task AddEqualityAsync(long sequence, ParquetColumn[] columns, object?[][] rows, string? region = null, int[]? ids = null)
    {
        var file = await WriteAsync(FileContent.EqualityDeletes, columns, rows, region);
        _deletes.Add(new ManifestEntry(EntryStatus.Added, 1, sequence, sequence, file with { EqualityIds = [.. ids ?? [.. columns.Select(c => c.FieldId)]] }));
    }

    public async Task AddPositionsAsync(long sequence, (DataFile File, long Position)[] rows, string? region = null, bool namesFile = false)
    {
        var file = await WriteAsync(
            FileContent.PositionDeletes, [.. PositionDeleteFile.Columns], [.. rows.Select(r => new object?[] { r.File.Path, r.Position })], region);
        _deletes.Add(new ManifestEntry(EntryStatus.Added, 1, sequence, sequence, namesFile ? file with { ReferencedDataFile = rows[0].File.Path } : file));
    }

    public async Task AddVectorAsync(long sequence, DataFile target, params long[] positions)
    {
        var deleted = new PositionSet();
        foreach (var position in positions)
        {
            deleted.Add(position);
        }

        var path = NextPath("puffin");
        await using var output = await _files.CreateAsync(path, CancellationToken.None);
        var writer = new PuffinWriter(output.WriteAsync, "test");
        var blob = await writer.AppendAsync(target.Path, deleted, CancellationToken.None);
        var length = await writer.CompleteAsync(CancellationToken.None);
        await output.CompleteAsync(CancellationToken.None);
        var file = target with
        {
            Content = FileContent.PositionDeletes, Format = "PUFFIN", Path = path, RecordCount = positions.Length, FileSize = length,
            ReferencedDataFile = target.Path, ContentOffset = blob.Offset, ContentSize = blob.Length,
        };
        _deletes.Add(new ManifestEntry(EntryStatus.Added, 1, sequence, sequence, file));
    }

    /// <summary>Says of a data file that it is encrypted.</summary>
    public void Encrypt(DataFile file)
    {
        var at = _data.FindIndex(e => ReferenceEquals(e.File, file));
        _data[at] = _data[at] with { File = file with { KeyMetadata = [1] } };
    }

    public Task<LiveFiles> LoadAsync() => DeletedRows.LoadAsync(Table, Files(), new LiveFiles(), CancellationToken.None);

    /// <summary>The rows that a reader sees: values of id and name, sorted.</summary>
    public async Task<IReadOnlyList<string>> RowsAsync()
    {
        var scan = new FileScan(Table, Metadata.Schema, new ScanRequest([.. Enumerable.Range(0, Metadata.Schema.Fields.Length)], Metadata.Schema.Fields.Length, null, null));
        var rows = new List<string>();
        foreach (var file in (await LoadAsync()).All)
        {
            await foreach (var batch in scan.ReadAsync(file.File!, file.Deleted, CancellationToken.None))
            {
                using var owned = batch;
                rows.AddRange(Enumerable.Range(0, batch.Count).Select(r => string.Join('|', batch.Columns.ToArray().Select(c => CellValue.Of(c, r) ?? "∅"))));
            }
        }

        return [.. rows.Order(StringComparer.Ordinal)];
    }

    private TableFiles Files()
    {
        ManifestContents[] manifests =
        [
            new(new ManifestFile { Path = "data", Length = 1 }, _data), new(new ManifestFile { Path = "deletes", Length = 1, Content = ManifestContent.Deletes }, _deletes),
        ];
        return TableFiles.None.After(manifests, manifests, []);
    }

    private async Task<DataFile> WriteAsync(FileContent content, ParquetColumn[] columns, object?[][] rows, string? region)
    {
        var data = columns.Select(c => Column.Create(c.Type)).ToArray();
        foreach (var row in rows)
        {
            for (var i = 0; i < data.Length; i++)
            {
                data[i].AppendRepeated(row[i] is string text ? Encoding.UTF8.GetBytes(text) : row[i] is int number && data[i] is FixedColumn<long> ? (long)number : row[i], 1);
            }
        }

        using var properties = Arrow.WriterProperties.GetDefaultWriterProperties();
        var bytes = ArrowWriter.Write([.. columns.Select(ArrowColumn.Standard)], data, rows.Length, properties);
        var path = NextPath("parquet");
        await _files.PutAsync(path, bytes, CancellationToken.None);
        return new DataFile
        {
            Content = content,
            Path = path,
            RecordCount = rows.Length,
            FileSize = bytes.Length,
            SpecId = region is null ? 0 : RegionSpec,
            Partition = region is null ? PartitionTuple.Empty : new PartitionTuple(PartitionType, [2, (byte)(2 * region.Length), .. Encoding.UTF8.GetBytes(region)]),
        };
    }

    private string NextPath(string extension) => $"file://{_folder.Path}/data/{_names++:D3}.{extension}";
}
