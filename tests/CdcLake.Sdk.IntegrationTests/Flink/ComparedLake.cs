using CdcLake.IntegrationTests.Fixtures;

namespace CdcLake.IntegrationTests.Flink;

/// <summary>A lake that pipelines and Flink write, and how Iceberg Java finds its tables.</summary>
/// <param name="Catalog">Of the tables.</param>
/// <param name="Space">Their namespace.</param>
/// <param name="ForJava">What names a table on Java's command line.</param>
internal sealed record ComparedLake(IcebergCatalog Catalog, string Space, Func<string, string[]> ForJava)
{
    /// <summary>A folder that Flink may write too, as whoever it runs.</summary>
    public static ComparedLake Folder(string path) => new(IcebergCatalog.FileSystem(MakeOpen(path)), "demo", t => [Path.Combine(path, "demo", t)]);

    /// <summary>The REST catalog server of the lab, in a namespace of one's own.</summary>
    public static ComparedLake Rest(string space) => new(IcebergCatalog.Rest(RestServer.Uri), space, t => [$"{space}.{t}", .. RestServer.ForJava]);

    /// <summary>A JDBC catalog.</summary>
    /// <param name="names">Its database.</param>
    /// <param name="warehouse">Folder of the tables.</param>
    public static ComparedLake Jdbc(PostgresDatabase names, string warehouse) => new(
        IcebergCatalog.Jdbc(names.Source, "lake", MakeOpen(warehouse)), "demo", t =>
        [
            $"demo.{t}", "--catalog", "jdbc", "--uri", names.JavaUri, "--prop", $"jdbc.user={names.User}", "--prop", $"jdbc.password={names.Password}", "--prop", "jdbc.schema-version=V1",
            "--warehouse", $"file:{warehouse}", "--catalog-name", "lake",
        ]);

    public IcebergTable Table(string name) => Catalog.Table($"{Space}.{name}");

    private static string MakeOpen(string folder)
    {
        Directory.CreateDirectory(folder);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(folder, (UnixFileMode)0x1FF);
        }

        return folder;
    }
}
