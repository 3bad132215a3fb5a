using System.Globalization;
using CdcLake.Connectors;

namespace CdcLake.Tests.Dataflow;

/// <summary>A position that is a number.</summary>
internal sealed class TestPosition(int number) : SourcePosition
{
    public int Number => number;

    public override IReadOnlyDictionary<string, string> Properties => new Dictionary<string, string> { ["number"] = ToString() };

    public override bool Covers(SourcePosition other) => number >= ((TestPosition)other).Number;

    public override bool Equals(SourcePosition? other) => other is TestPosition position && position.Number == number;

    public override int GetHashCode() => number;

    public override string ToString() => number.ToString(CultureInfo.InvariantCulture);
}
