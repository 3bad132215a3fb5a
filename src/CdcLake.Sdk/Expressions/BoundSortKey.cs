using CdcLake.Columnar;
using CdcLake.Columnar.Collations;

namespace CdcLake.Expressions;

/// <summary>A value of any type as bytes in the order of the values, null first; never null, and none is the beginning of another one.</summary>
/// <param name="value">The value.</param>
/// <param name="descending">The other way round.</param>
/// <param name="by">How texts compare.</param>
internal sealed class BoundSortKey(BoundExpr value, bool descending, TextCollation by) : BoundExpr(DataType.Binary, nullable: false)
{
    public BoundExpr Value { get; } = value;

    public bool Descending { get; } = descending;

    public TextCollation By { get; } = by;

    public override string Text => $"{Value.Text}{(By.IsBytes ? "" : $" by {By}")}{(Descending ? " descending" : "")}";

    public override string Key => $"SortKey{(Descending ? "Down" : "")}({Value.Key})@{By}";

    public override bool CanFail => Value.CanFail;
}

/// <summary>The texts that <see cref="AggregateKind.Collect"/> gave, with a separator between them.</summary>
/// <param name="value">The list of packs, of which the first value orders and the last is the text; null gives null.</param>
/// <param name="parts">Values of a pack.</param>
/// <param name="separator">In UTF-8.</param>
/// <param name="isDistinct">Of texts with the same key only the first.</param>
/// <param name="collation">Of the text.</param>
internal sealed class BoundJoinedTexts(BoundExpr value, int parts, byte[] separator, bool isDistinct, TextCollation? collation) : BoundExpr(DataType.String, value.Nullable)
{
    public BoundExpr Value { get; } = value;

    public int Parts { get; } = parts;

    public byte[] Separator { get; } = separator;

    public bool IsDistinct { get; } = isDistinct;

    public override TextCollation? Collation { get; } = collation;

    public override string Text => Value.Text;

    public override string Key => $"Joined{(IsDistinct ? "Distinct" : "")}({Value.Key},{Parts},x{Convert.ToHexString(Separator)})";

    public override bool CanFail => Value.CanFail;
}
