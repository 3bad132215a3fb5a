using System.Collections.Immutable;
using System.Globalization;
using CdcLake.Columnar;
using CdcLake.Columnar.Collations;

namespace CdcLake.Expressions;

/// <summary>The key of a text in its collation: binary values that are equal when the texts are, and in their order.</summary>
internal sealed class BoundTextKey(BoundExpr value, TextCollation collation) : BoundExpr(DataType.Binary, value.Nullable)
{
    public BoundExpr Value { get; } = value;

    public override TextCollation Collation { get; } = collation;

    public override string Text => $"{Value.Text} by {Collation}";

    public override string Key => $"TextKey({Value.Key})@{Collation}";

    public override bool CanFail => Value.CanFail;
}

/// <summary>Texts and binary values of one row as one binary value; in the order of the first, then the next, where none is the beginning of another.</summary>
/// <param name="values">What is packed.</param>
/// <param name="isNullable">Null where the last one is; else it is never null.</param>
internal sealed class BoundPack(IReadOnlyList<BoundExpr> values, bool isNullable) : BoundExpr(DataType.Binary, isNullable && values[^1].Nullable)
{
    public IReadOnlyList<BoundExpr> Values { get; } = values;

    /// <summary>Null where the last value is.</summary>
    public bool IsNullable { get; } = isNullable;

    public override string Text => string.Join(", ", Values.Select(v => v.Text));

    public override string Key => $"Pack{(IsNullable ? "OrNull" : "")}({string.Join(",", Values.Select(v => v.Key))})";

    public override bool CanFail => Values.Any(v => v.CanFail);
}

/// <summary>One value of a <see cref="BoundPack"/>.</summary>
/// <param name="value">The pack; null gives null.</param>
/// <param name="part">Which one, from 0.</param>
/// <param name="parts">How many there are.</param>
/// <param name="like">The expression that was packed.</param>
/// <param name="name">For people.</param>
internal sealed class BoundUnpack(BoundExpr value, int part, int parts, BoundExpr like, string name) : BoundExpr(like.Type, value.Nullable || like.Nullable)
{
    public BoundExpr Value { get; } = value;

    public int Part { get; } = part;

    public int Parts { get; } = parts;

    public override ImmutableArray<string> Labels { get; } = like.Labels;

    public override TextCollation? Collation { get; } = like.Collation;

    public override string Text { get; } = name;

    public override string Key => string.Create(CultureInfo.InvariantCulture, $"Unpack({Value.Key},{Part},{Parts}):{Type}");

    public override bool CanFail => Value.CanFail;
}
