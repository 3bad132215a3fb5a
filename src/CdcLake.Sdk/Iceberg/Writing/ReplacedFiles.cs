using System.Globalization;
using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Tables;

namespace CdcLake.Iceberg.Writing;

/// <summary>What a first commit replaces in a table whose rows others wrote, in words.</summary>
internal static class ReplacedFiles
{
    /// <param name="version">The table as it is.</param>
    /// <param name="why">What others did, as a clause.</param>
    public static string Describe(TableVersion version, string why)
    {
        var data = version.Files.Entries(ManifestContent.Data).Count();
        var deletes = version.Files.Entries(ManifestContent.Deletes).GroupBy(e => e.File.Content).ToDictionary(g => g.Key, g => g.Count());
        var files = string.Create(
            CultureInfo.InvariantCulture,
            $"{data} data files, {deletes.GetValueOrDefault(FileContent.EqualityDeletes)} files of equality deletes and {deletes.GetValueOrDefault(FileContent.PositionDeletes)} of position deletes");
        return $"{files}, since {why}";
    }
}
