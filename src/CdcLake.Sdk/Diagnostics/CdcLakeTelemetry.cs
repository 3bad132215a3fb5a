using System.Diagnostics;

namespace CdcLake;

/// <summary>
/// Under which names the library tells what it does: <c>AddMeter(CdcLakeTelemetry.MeterName)</c> and <c>AddSource(CdcLakeTelemetry.ActivitySourceName)</c> give them to OpenTelemetry.
/// </summary>
public static class CdcLakeTelemetry
{
    /// <summary>Name of the meter; its instruments begin with <c>cdclake.</c>.</summary>
    public const string MeterName = "CdcLake.Sdk";

    /// <summary>Name of the activity source: a span for each table of a snapshot, each commit of a sink, each checkpoint; never one for a row, batch or packet.</summary>
    public const string ActivitySourceName = "CdcLake.Sdk";

    internal static string Version { get; } = typeof(CdcLakeTelemetry).Assembly.GetName().Version?.ToString(3) ?? "0";

    internal static ActivitySource Activities { get; } = new(ActivitySourceName, Version);
}
