namespace CdcLake.Tests.Conventions;

/// <summary>
/// The façade is what users put together: the chain at the root and the public types of each connector in its folder. It stands on everything; nothing below it may name it.
/// Since it has the namespace that all others lie in, no <c>using</c> line would show that, so types are compared, not lines.
/// </summary>
public sealed class FacadeTests
{
    /// <summary>Public words of the lower folders: errors, what lambdas are written over, names of telemetry, what a plan is described by, and what the runtime is told and tells.</summary>
    private static readonly string[] Words = ["Errors", "Expressions", "Diagnostics", "Planning"];

    private static readonly string[] RuntimeWords =
    [
        "DroppedTables", "PipelineOptions", "PipelineState", "PipelineStatus", "SinkStatus", "PipelineCommit", "PipelineError", "PipelineEvent", "SourceStatus", "StageStatus", "ChannelStatus",
        "SnapshotStatus", "SnapshotTableStatus", "CheckpointStatus", "VerificationReport", "SinkVerification", "SinkDifference", "SinkDifferenceKind",
        "ChangeKind", "ViewSnapshot", "ViewChange", "ViewChanges", "ISink", "SinkChange", "SinkCommit", "LogRetentionStatus",
    ];

    /// <summary>Folders that bring public types of their own, and how the names of these begin.</summary>
    private static readonly (string Folder, string[] Prefixes)[] Subjects =
    [
        ("Errors", ["CatalogError", "FlinkGatewayError", "FlinkJobState"]), // what an exception says
        ("MySql", ["MySql", "Gtid", "Binlog", "MariaDb"]), ("Iceberg", ["Iceberg"]), ("StarRocks", ["StarRocks"]), ("Views", ["View", "IView"]), ("RowSinks", ["ISink", "SinkChange", "SinkCommit"]), ("Storage", ["S3"]), ("Diagnostics", ["CdcLakeTelemetry"]),
        ("Hosting", ["CdcLake", "IPipeline", "OnFailure"]), ("Flink", ["Flink"]),
        ("Planning", ["PlanDescription", "OperatorDescription", "OperatorKind", "ColumnDescription"]),
        ("Expressions", ["Row", "Group", "ColumnName", "SqlFunctions"]),
    ];

    [Fact]
    public void Lower_folders_name_no_facade_type() => Rule.Holds(
        from type in TypeGraph.Sdk.Types
        where !IsFacade(type) && TypeGraph.Sdk.FolderOf(type).Split('/')[0] is not ("Hosting" or "Flink") // stand on the façade
        from used in TypeGraph.Sdk.UsesOf(type)
        where IsFacade(used) && !IsOwnOptions(type, used)
        select $"{TypeGraph.Sdk.FolderOf(type)}/{type.Name} → {used.Name}",
        "Pass what it needs as a contract of Connectors or a plain value.");

    [Fact]
    public void Public_types_have_the_root_namespace_and_lie_in_the_folder_of_their_subject() => Rule.Holds(
        TypeGraph.Sdk.Types.Where(t => t.IsPublic).SelectMany(t => Misplaced(t.Name.Split('`')[0], t.Namespace!, TypeGraph.Sdk.FolderOf(t))),
        "Give a public type namespace CdcLake, and move its file to the folder of its connector, to Errors, or to the root when it belongs to the chain.");

    [Theory]
    [InlineData("MySqlSource", "CdcLake", "", "MySql")]
    [InlineData("IcebergTable", "CdcLake.Iceberg", "Iceberg", "namespace")]
    [InlineData("CatalogException", "CdcLake", "Iceberg", "Errors")]
    [InlineData("ChangeStream", "CdcLake", "Runtime", "root")]
    [InlineData("OperatorKind", "CdcLake", "Runtime", "Planning")]
    public void Rule_objects_to(string type, string space, string folder, string mention) => Rule.Objects(Misplaced(type, space, folder), mention);

    // Options and the enums in them are plain values: the folder that offers them reads them, and options of a larger thing hold those of a smaller one.
    private static bool IsOwnOptions(Type type, Type used) =>
        (used.IsEnum || IsOptions(used)) && (TypeGraph.Sdk.FolderOf(type).Split('/')[0] == TypeGraph.Sdk.FolderOf(used) || IsOptions(type));

    private static bool IsOptions(Type type) => type.Name.EndsWith("Options", StringComparison.Ordinal);

    /// <summary>True for the chain and for the types that a connector brings to it.</summary>
    internal static bool IsFacade(Type type)
    {
        while (type.DeclaringType is { } outer)
        {
            type = outer;
        }

        return type.Namespace == "CdcLake" && !Words.Contains(TypeGraph.Sdk.FolderOf(type)) && !RuntimeWords.Contains(type.Name.Split('`')[0]);
    }

    private static IEnumerable<string> Misplaced(string name, string space, string folder)
    {
        var subject = Array.Find(Subjects, s => Array.Exists(s.Prefixes, p => name.StartsWith(p, StringComparison.Ordinal))).Folder ?? "";
        var isOfConnector = subject.Length == 0 && Array.Exists(Subjects, s => s.Folder == folder); // a name that says nothing about its subject
        var expected = name.EndsWith("Exception", StringComparison.Ordinal) ? "Errors" : isOfConnector ? folder : subject;
        if (space != "CdcLake" && !(folder == "Hosting" && space == "Microsoft.Extensions.DependencyInjection"))
        {
            yield return $"{name}: namespace {space} instead of CdcLake";
        }
        else if (folder != expected)
        {
            yield return $"{name} lies in {(folder.Length == 0 ? "the root" : folder)} instead of {(expected.Length == 0 ? "the root" : expected)}";
        }
    }
}
