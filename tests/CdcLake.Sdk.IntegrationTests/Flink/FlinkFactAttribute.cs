using CdcLake.IntegrationTests.Fixtures;
using CdcLake.IntegrationTests.Pipelines;

namespace CdcLake.IntegrationTests.Flink;

/// <summary>
/// A test that starts Flink of <c>tests/lab/flink.sh</c>, and needs MySQL and Iceberg's Java beside it. Without Flink's archives it is skipped with the reason, except with CI=true, where it fails.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FlinkFactAttribute : FactAttribute
{
    public FlinkFactAttribute() => Skip = TestServers.ReasonToSkip([TestServers.MySql, IcebergJava.Variable]) ?? WithoutArchives();

    private static string? WithoutArchives()
    {
        string?[] folders = [Environment.GetEnvironmentVariable("CDCLAKE_JAVA_LAB"), Path.Combine(Repository.Root, "..", "shared", "lab", "java")];
        return Environment.GetEnvironmentVariable("CI") == "true" || folders.Any(f => !string.IsNullOrEmpty(f) && File.Exists(Path.Combine(f, "flink-core.tar.xz")))
            ? null
            : "needs Flink's archives in $CDCLAKE_JAVA_LAB or ../shared/lab/java";
    }
}
