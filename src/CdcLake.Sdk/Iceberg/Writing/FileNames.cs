using System.Globalization;
using CdcLake.Common;

namespace CdcLake.Iceberg.Writing;

/// <summary>URIs of the data and delete files of one sink, unique for ever, in the shape that Iceberg Java gives them.</summary>
internal sealed class FileNames
{
    private readonly string _folder;
    private readonly string _writer = RandomIds.Uuid();
    private int _count;

    /// <param name="location">URI of the table's folder, without trailing slash.</param>
    public FileNames(string location) => _folder = location + "/data/";

    public string NextData() => string.Create(CultureInfo.InvariantCulture, $"{_folder}00000-0-{_writer}-{++_count:D5}.parquet");

    public string NextDeletes() => string.Create(CultureInfo.InvariantCulture, $"{_folder}00000-0-{_writer}-{++_count:D5}-deletes.parquet");
}
