using System.Globalization;
using CdcLake.Common;
using CdcLake.Iceberg.Partitioning;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Tables;

namespace CdcLake.Iceberg.Writing;

/// <summary>
/// URIs of the data and delete files of one sink, unique for ever, in the shape that Iceberg Java gives them: below the partition's folders, or, for object stores that
/// divide their load by prefix (<c>write.object-storage.enabled</c>), below folders made of the name's hash.
/// </summary>
internal sealed class FileNames
{
    private const int HashBits = 20;
    private const int FolderBits = 4;
    private const int HashFolders = 3;

    private readonly string _folder;
    private readonly string _context;
    private readonly bool _isHashed;
    private readonly bool _hasPartitions;
    private readonly string _writer = RandomIds.Uuid();
    private int _count;

    /// <param name="table">Whose files they are.</param>
    public FileNames(TableMetadata table)
    {
        var properties = table.Properties;
        var given = properties.GetValueOrDefault(TableProperties.DataPath) ?? properties.GetValueOrDefault(TableProperties.ObjectStoragePath);
        _folder = given?.TrimEnd('/') ?? table.Location + "/data";
        _isHashed = TableProperties.IsTrue(properties, TableProperties.ObjectStorage);
        _hasPartitions = !TableProperties.IsFalse(properties, TableProperties.ObjectStoragePartitions);
        _context = _folder.StartsWith(table.Location, StringComparison.Ordinal) ? "" : string.Join('/', table.Location.Split('/').TakeLast(2)) + "/";
    }

    public string NextData(FilePartition partition) => Place(partition.Path, ".parquet");

    public string NextDeletes(FilePartition partition) => Place(partition.Path, "-deletes.parquet");

    /// <summary>A file of deletion vectors of any partitions.</summary>
    public string NextVectors() => Place("", "-deletes.puffin");

    private string Place(string folders, string ending)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"00000-0-{_writer}-{++_count:D5}{ending}");
        var inPartition = folders.Length > 0 && (_hasPartitions || !_isHashed) ? $"{folders}/{name}" : name;
        return !_isHashed ? $"{_folder}/{inPartition}"
            : _context.Length > 0 || _hasPartitions ? $"{_folder}/{HashOf(inPartition)}/{_context}{inPartition}"
            : $"{_folder}/{HashOf(inPartition)}-{inPartition}";
    }

    /// <summary>The last 20 bits of the name's hash in binary digits: three folders of four, then eight.</summary>
    private static string HashOf(string name)
    {
        var bits = Convert.ToString(Murmur3.Hash(System.Text.Encoding.UTF8.GetBytes(name)) | int.MinValue, 2)[^HashBits..];
        return string.Join('/', [.. Enumerable.Range(0, HashFolders).Select(i => bits.Substring(i * FolderBits, FolderBits)), bits[(HashFolders * FolderBits)..]]);
    }
}
