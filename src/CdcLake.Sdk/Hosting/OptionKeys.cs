using System.Globalization;

namespace CdcLake.Hosting;

/// <summary>A setting that configuration may give.</summary>
/// <param name="Name">The key; also the name of the property.</param>
/// <param name="Form">What its values look like, for messages and the documentation.</param>
/// <param name="Set">Takes a value over; throws <see cref="FormatException"/> when it is of another form.</param>
/// <param name="Get">The value as configuration would give it; never a secret.</param>
internal sealed record OptionKey(
    string Name, string Form, Action<PipelineOptions, CdcLakeHostingOptions, string> Set, Func<PipelineOptions, CdcLakeHostingOptions, string> Get)
{
    /// <summary>It is a matter between host and pipeline: a run that is going on need not end when it changes.</summary>
    public bool IsOfHost { get; init; }
}

/// <summary>
/// All settings of operation, in one table that binding, messages about unknown keys, the printed configuration and the documentation use. Nothing is reflected upon, so
/// it works trimmed and compiled ahead of time.
/// </summary>
internal static class OptionKeys
{
    /// <summary>The section with the properties of the S3 store of checkpoints.</summary>
    public const string S3Section = nameof(PipelineOptions.CheckpointS3);

    /// <summary>The section with one section for each pipeline.</summary>
    public const string PipelinesSection = "Pipelines";

    public static IReadOnlyList<OptionKey> All { get; } =
    [
        new("CheckpointFolder", "a folder, or s3://bucket/path", (o, _, v) => o.CheckpointFolder = v, (o, _) => o.CheckpointFolder),
        Time("CheckpointInterval", (o, v) => o.CheckpointInterval = v, o => o.CheckpointInterval),
        Time("CommitInterval", (o, v) => o.CommitInterval = v, o => o.CommitInterval),
        Number("CommitRows", (o, v) => o.CommitRows = v, o => o.CommitRows),
        Number("CommitBytes", (o, v) => o.CommitBytes = v, o => o.CommitBytes),
        Number("EpochRows", (o, v) => o.EpochRows = checked((int)v), o => o.EpochRows),
        Time("EpochTime", (o, v) => o.EpochTime = v, o => o.EpochTime),
        Number("Parallelism", (o, v) => o.Parallelism = checked((int)v), o => o.Parallelism),
        new("MaxStateBytes", NumberForm, (o, _, v) => o.MaxStateBytes = v == HalfOfMemory ? null : NumberOf(v), (o, _) => o.MaxStateBytes?.ToString(CultureInfo.InvariantCulture) ?? HalfOfMemory),
        new("StateFolder", "a folder", (o, _, v) => o.StateFolder = v == WithCheckpoints ? null : v, (o, _) => o.StateFolder ?? WithCheckpoints),
        Time("RetryFor", (o, v) => o.RetryFor = v, o => o.RetryFor),
        Time("DrainTimeout", (o, v) => o.DrainTimeout = v, o => o.DrainTimeout),
        new("Lease", TruthForm, (o, _, v) => o.Lease = Truth(v), (o, _) => Text(o.Lease == true)),
        new("Enabled", TruthForm, (_, h, v) => h.Enabled = Truth(v), (_, h) => Text(h.Enabled)) { IsOfHost = true },
        new("OnFailure", string.Join(", ", Enum.GetNames<OnFailure>()), (_, h, v) => h.OnFailure = Choice(v), (_, h) => h.OnFailure.ToString()) { IsOfHost = true },
        new("RestartAfter", TimeForm, (_, h, v) => h.RestartAfter = TimeOf(v), (_, h) => Text(h.RestartAfter)) { IsOfHost = true },
    ];

    private const string HalfOfMemory = "half of the memory";
    private const string WithCheckpoints = "with the checkpoints";
    private const string TruthForm = "true or false";
    private const string NumberForm = "a whole number";
    private const string TimeForm = "a time such as 00:00:30, or Infinite";

    /// <summary>What is in force, for a log; without secrets.</summary>
    public static string Print(PipelineOptions options, CdcLakeHostingOptions hosting) =>
        string.Join(", ", All.Select(k => $"{k.Name}={k.Get(options, hosting)}").Append($"{S3Section}=({options.CheckpointS3})"));

    public static OptionKey? Find(string name) => All.FirstOrDefault(k => k.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    private static OptionKey Time(string name, Action<PipelineOptions, TimeSpan> set, Func<PipelineOptions, TimeSpan> get) =>
        new(name, TimeForm, (o, _, v) => set(o, TimeOf(v)), (o, _) => Text(get(o)));

    private static OptionKey Number(string name, Action<PipelineOptions, long> set, Func<PipelineOptions, long> get) =>
        new(name, NumberForm, (o, _, v) => set(o, NumberOf(v)), (o, _) => get(o).ToString(CultureInfo.InvariantCulture));

    private static long NumberOf(string text) => long.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);

    private static TimeSpan TimeOf(string text) => text.Equals("Infinite", StringComparison.OrdinalIgnoreCase)
        ? Timeout.InfiniteTimeSpan
        : TimeSpan.ParseExact(text, ["c", @"h\:mm\:ss", @"hh\:mm"], CultureInfo.InvariantCulture);

    private static string Text(TimeSpan time) => time == Timeout.InfiniteTimeSpan ? "Infinite" : time.ToString("c", CultureInfo.InvariantCulture);

    private static bool Truth(string text) => bool.Parse(text);

    private static string Text(bool value) => value ? "true" : "false";

    private static OnFailure Choice(string text) =>
        Enum.TryParse<OnFailure>(text, ignoreCase: true, out var choice) && Enum.IsDefined(choice) && !char.IsAsciiDigit(text[0]) ? choice : throw new FormatException();
}
