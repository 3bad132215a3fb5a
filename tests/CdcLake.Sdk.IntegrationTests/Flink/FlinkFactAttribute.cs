using CdcLake.IntegrationTests.Fixtures;

namespace CdcLake.IntegrationTests.Flink;

/// <summary>
/// A test that starts Flink of <c>tests/lab/flink.sh</c>, and needs MySQL and Iceberg's Java beside it. Without Flink's jars it is skipped with the reason, except with CI=true, where it fails.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FlinkFactAttribute : FactAttribute
{
    private const string Jars = "CDCLAKE_STARROCKS_FLINK"; // Flink's among them

    /// <param name="servers">Variables of further servers that it needs.</param>
    public FlinkFactAttribute(params string[] servers) => Skip = TestServers.ReasonToSkip([TestServers.MySql, IcebergJava.Variable, Jars, .. servers]);
}
