using System.Globalization;
using CdcLake.Connectors;

namespace CdcLake.Tests.Shared;

/// <summary>A position that is a number.</summary>
/// <param name="number">Grows.</param>
/// <param name="since">Where its pipeline began without the rows from before, or null.</param>
/// <param name="part">How many parts of a snapshot have been read there, or null when it is whole.</param>
internal sealed class TestPosition(long number, string? since = null, int? part = null) : SourcePosition
{
    public long Number { get; } = number;

    public int? Part => part;

    public override IReadOnlyDictionary<string, string> Properties
    {
        get
        {
            var properties = new Dictionary<string, string> { ["gtid"] = ToString() };
            if (since is not null)
            {
                properties[SinceProperty] = since;
            }

            if (part is { } count)
            {
                properties[PartProperty] = count.ToString(CultureInfo.InvariantCulture);
            }

            return properties;
        }
    }

    public static long NumberOf(IReadOnlyDictionary<string, string>? properties) =>
        properties is null ? 0 : long.Parse(properties["gtid"].Split('-')[^1], CultureInfo.InvariantCulture);

    /// <summary>The number in a position's text, <c>-</c> for none.</summary>
    public static string Short(string? position) => position?.Split('-')[^1] ?? "-";

    public override bool Covers(SourcePosition other) => Number >= ((TestPosition)other).Number && (part is null || part >= ((TestPosition)other).Part);

    public override bool Equals(SourcePosition? other) => other is TestPosition position && position.Number == Number && position.Part == part;

    public override int GetHashCode() => Number.GetHashCode();

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"3e11fa47-71ca-11e1-9e33-c80aa9429562:1-{Number}");
}
