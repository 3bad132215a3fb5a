using System.Globalization;
using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Tables;

namespace CdcLake.Iceberg.Transactions;

/// <summary>How much stands in files: the <c>total-…</c> entries of a summary.</summary>
/// <param name="DataFiles">Data files.</param>
/// <param name="DeleteFiles">Delete files of both kinds.</param>
/// <param name="Records">Rows in data files, deleted ones included.</param>
/// <param name="Size">Bytes of all files.</param>
/// <param name="PositionDeletes">Rows in position delete files.</param>
/// <param name="EqualityDeletes">Rows in equality delete files.</param>
internal readonly record struct FileTotals(long DataFiles, long DeleteFiles, long Records, long Size, long PositionDeletes, long EqualityDeletes)
{
    private static readonly string[] Keys =
        ["total-data-files", "total-delete-files", "total-records", "total-files-size", "total-position-deletes", "total-equality-deletes"];

    public static FileTotals operator +(FileTotals a, FileTotals b) => new(
        a.DataFiles + b.DataFiles, a.DeleteFiles + b.DeleteFiles, a.Records + b.Records, a.Size + b.Size,
        a.PositionDeletes + b.PositionDeletes, a.EqualityDeletes + b.EqualityDeletes);

    public static FileTotals operator -(FileTotals a, FileTotals b) => new(
        a.DataFiles - b.DataFiles, a.DeleteFiles - b.DeleteFiles, a.Records - b.Records, a.Size - b.Size,
        a.PositionDeletes - b.PositionDeletes, a.EqualityDeletes - b.EqualityDeletes);

    /// <summary>What a snapshot's summary says: nothing where there is no snapshot, null where another writer left a total out.</summary>
    public static FileTotals? Of(Snapshot? snapshot)
    {
        if (snapshot is null)
        {
            return default(FileTotals);
        }

        var values = new long[Keys.Length];
        for (var i = 0; i < Keys.Length; i++)
        {
            if (!long.TryParse(snapshot[Keys[i]], NumberStyles.None, CultureInfo.InvariantCulture, out values[i]))
            {
                return null;
            }
        }

        return new FileTotals(values[0], values[1], values[2], values[3], values[4], values[5]);
    }

    /// <summary>The sum over files. Of a file that deletion vectors share, each of them counts its own bytes.</summary>
    public static FileTotals Of(IEnumerable<DataFile> data, IEnumerable<DataFile> deletes)
    {
        var sum = default(FileTotals);
        foreach (var file in data)
        {
            sum += new FileTotals(1, 0, file.RecordCount, file.FileSize, 0, 0);
        }

        foreach (var file in deletes)
        {
            var equality = file.Content == FileContent.EqualityDeletes;
            sum += new FileTotals(0, 1, 0, file.ContentSize ?? file.FileSize, equality ? 0 : file.RecordCount, equality ? file.RecordCount : 0);
        }

        return sum;
    }

    /// <summary>The sum over all live files.</summary>
    public static FileTotals Of(TableFiles files) =>
        Of(files.Entries(ManifestContent.Data).Select(e => e.File), files.Entries(ManifestContent.Deletes).Select(e => e.File));

    /// <summary>The entries.</summary>
    public IEnumerable<KeyValuePair<string, long>> ToSummary()
    {
        long[] values = [DataFiles, DeleteFiles, Records, Size, PositionDeletes, EqualityDeletes];
        return Keys.Zip(values, (k, v) => new KeyValuePair<string, long>(k, v));
    }
}
