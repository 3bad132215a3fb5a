using System.Collections.Immutable;
using CdcLake.Avro;

namespace CdcLake.Iceberg.Manifests;

/// <summary>Reads the struct <c>data_file</c> of manifests of any writer.</summary>
internal static class DataFileStruct
{
    private static readonly Dictionary<string, int> FileNames =
        ManifestReader.Names(ManifestSchemas.Entry.Fields.First(f => f.Id == EntryFields.DataFile).Type);

    private static readonly DataFile Blank = new() { Path = "", RecordCount = 0, FileSize = 0 };

    /// <param name="reader">Stands before the struct.</param>
    /// <param name="type">Its type as the writer had it.</param>
    /// <param name="manifest">The manifest it stands in: says what the struct leaves out.</param>
    public static DataFile Read(ref AvroReader reader, AvroType type, ManifestFile manifest)
    {
        var content = manifest.Content == ManifestContent.Data ? FileContent.Data : FileContent.PositionDeletes;
        string? path = null;
        var format = "PARQUET";
        var records = -1L;
        var size = -1L;
        var metrics = new MetricsBuilder();
        ImmutableArray<long> splits = [];
        ImmutableArray<long> equalityIds = [];
        var rest = Blank;
        foreach (var field in type.Fields)
        {
            switch (ManifestReader.IdOf(field, FileNames))
            {
                case FileFields.Content:
                    content = (FileContent)reader.ReadInt(field.Type, "content");
                    break;
                case FileFields.Path:
                    path = reader.ReadString(field.Type, "file_path");
                    break;
                case FileFields.Format:
                    format = reader.ReadString(field.Type, "file_format");
                    break;
                case FileFields.RecordCount:
                    records = reader.ReadLong(field.Type, "record_count");
                    break;
                case FileFields.FileSize:
                    size = reader.ReadLong(field.Type, "file_size_in_bytes");
                    break;
                case FileFields.SplitOffsets:
                    splits = ReadLongs(ref reader, field.Type);
                    break;
                case FileFields.EqualityIds:
                    equalityIds = ReadLongs(ref reader, field.Type);
                    break;
                case var id when MetricsBuilder.Has(id):
                    metrics.Read(ref reader, field.Type, id);
                    break;
                case var id:
                    rest = ReadRest(ref reader, field.Type, id, rest);
                    break;
            }
        }

        if (path is null || records < 0 || size < 0 || !Enum.IsDefined(content))
        {
            throw new AvroFormatException($"the entry of {path ?? "a file without path"} has content {(int)content}, {records} rows and {size} bytes");
        }

        return rest with
        {
            Content = content,
            Path = path,
            Format = format,
            RecordCount = records,
            FileSize = size,
            Columns = metrics.Build(),
            SplitOffsets = splits,
            EqualityIds = [.. equalityIds.Select(id => checked((int)id))],
            SpecId = manifest.PartitionSpecId,
        };
    }

    /// <summary>Fields that most files do not have.</summary>
    private static DataFile ReadRest(ref AvroReader reader, AvroType type, int id, DataFile rest)
    {
        switch (id)
        {
            case FileFields.Partition:
                var tuple = ManifestReader.Record(ref reader, type);
                return tuple.Fields.IsEmpty ? rest : rest with { Partition = new PartitionTuple(tuple, reader.ReadEncoded(tuple)) };
            case FileFields.KeyMetadata:
                return reader.ReadOptionalBytes(type) is { Length: > 0 } key ? rest with { KeyMetadata = key } : rest;
            case FileFields.SortOrderId:
                return reader.ReadOptionalLong(type) is { } order ? rest with { SortOrderId = (int)order } : rest;
            case FileFields.FirstRowId:
                return reader.ReadOptionalLong(type) is { } first ? rest with { FirstRowId = first } : rest;
            case FileFields.ReferencedDataFile:
                return reader.ReadOptionalString(type) is { } referenced ? rest with { ReferencedDataFile = referenced } : rest;
            case FileFields.ContentOffset:
                return reader.ReadOptionalLong(type) is { } offset ? rest with { ContentOffset = offset } : rest;
            case FileFields.ContentSize:
                return reader.ReadOptionalLong(type) is { } bytes ? rest with { ContentSize = bytes } : rest;
            default:
                reader.Skip(type);
                return rest;
        }
    }

    private static ImmutableArray<long> ReadLongs(ref AvroReader reader, AvroType type)
    {
        var array = reader.Resolve(type);
        if (array.Kind == AvroKind.Null)
        {
            return [];
        }

        if (array.Kind != AvroKind.Array)
        {
            throw reader.Unexpected(array, "an array");
        }

        var items = ImmutableArray.CreateBuilder<long>();
        for (var count = reader.ReadBlockCount(array.Items!); count > 0; count = reader.ReadBlockCount(array.Items!))
        {
            for (var i = 0; i < count; i++)
            {
                items.Add(reader.ReadLong(array.Items!, "an element"));
            }
        }

        return items.ToImmutable();
    }
}
