using System.Globalization;

namespace CdcLake.Benchmarks;

/// <summary>One line of the report.</summary>
/// <param name="Name">What was measured; one that begins with two blanks belongs to the line before.</param>
/// <param name="Value">The figure, in <paramref name="Unit"/>.</param>
/// <param name="Unit">Such as <c>M rows/s</c>.</param>
/// <param name="Baseline">What the same run measured for comparison, and its figure; empty when there is none.</param>
/// <param name="Ratio">Value divided by the baseline's figure.</param>
/// <param name="Target">What has to be reached; empty for information only.</param>
/// <param name="IsMet">Whether it is; null without a target.</param>
/// <param name="Others">Processors that other programs kept busy while it was measured.</param>
internal sealed record TargetLine(
    string Name, double Value, string Unit, string Baseline = "", double? Ratio = null, string Target = "", bool? IsMet = null, double Others = double.NaN)
{
    public static IReadOnlyList<string> Columns { get; } = ["name", "value", "unit", "baseline", "ratio", "target", "met or short", "others"];

    /// <summary>A line for something that could not be measured here.</summary>
    public static TargetLine Skipped(string name, string reason) => new(name, double.NaN, reason);

    public static TargetLine Against(string name, double value, string unit, string baselineName, double baseline, string target = "", bool? isMet = null) =>
        new(name, value, unit, $"{Figure(baseline)} {baselineName}", baseline == 0 ? null : value / baseline, target, isMet);

    public override string ToString() => string.Join(" | ", Cells());

    public string[] Cells() => double.IsNaN(Value)
        ? [Name, "skipped: " + Unit, "", "", "", "", "", ""]
        : [Name, Figure(Value), Unit, Baseline, Ratio is { } r ? r.ToString("0.00", CultureInfo.InvariantCulture) : "", Target, Met(IsMet), double.IsNaN(Others) ? "" : Figure(Others)];

    public static string Figure(double value) => value.ToString(
        Math.Abs(value) switch { >= 100 => "0", >= 10 => "0.0", >= 0.1 or 0 => "0.00", _ => "0.0000" }, CultureInfo.InvariantCulture);

    private static string Met(bool? isMet) => isMet switch { true => "met", false => "short", null => "" };
}
