using System.Diagnostics;

namespace CdcLake.Diagnostics;

/// <summary>The spans of the library. Null while nobody listens.</summary>
internal static class Spans
{
    /// <summary>One table of an initial snapshot.</summary>
    public static Activity? Snapshot(string table) => Start($"snapshot {table}", ActivityKind.Client)?.AddTag("db.system.name", "mysql").AddTag(Tags.Table, table);

    /// <summary>One sink's part of a commit, from writing files to their becoming visible.</summary>
    public static Activity? Commit(string sink, string position) =>
        Start($"commit {sink}", ActivityKind.Internal)?.AddTag(Tags.Sink, sink).AddTag(Tags.Position, position);

    /// <summary>One checkpoint, from its barrier to its counting.</summary>
    public static Activity? Checkpoint(string position) => Start("checkpoint", ActivityKind.Internal)?.AddTag(Tags.Position, position);

    /// <summary>The span ends with this error.</summary>
    public static void Fail(this Activity activity, Exception error)
    {
        activity.SetStatus(ActivityStatusCode.Error, error.Message);
        activity.AddTag(Tags.ErrorType, PipelineError.CodeOf(error));
        activity.AddException(error);
    }

    private static Activity? Start(string name, ActivityKind kind) => CdcLakeTelemetry.Activities.StartActivity(name, kind);
}
