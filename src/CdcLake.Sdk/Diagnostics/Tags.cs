namespace CdcLake.Diagnostics;

/// <summary>Names of tags on measurements and spans. All have few values: names of pipelines, tables and stages come from the application's own code.</summary>
internal static class Tags
{
    public const string Pipeline = "cdclake.pipeline";
    public const string Table = "cdclake.table";
    public const string Stage = "cdclake.stage";
    public const string Channel = "cdclake.channel";
    public const string Sink = "cdclake.sink";
    public const string Operation = "cdclake.operation";
    public const string Direction = "cdclake.direction";
    public const string State = "cdclake.state";
    public const string Transient = "cdclake.transient";
    public const string Position = "cdclake.position";
    public const string Rows = "cdclake.rows";
    public const string CommitId = "cdclake.commit.id";
    public const string CheckpointId = "cdclake.checkpoint.id";
    public const string ErrorType = "error.type";

    public static KeyValuePair<string, object?> Of(string name, object? value) => new(name, value);
}
