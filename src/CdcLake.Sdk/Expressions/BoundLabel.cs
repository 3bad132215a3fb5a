using System.Collections.Immutable;
using System.Globalization;
using CdcLake.Columnar;
using CdcLake.Columnar.Collations;

namespace CdcLake.Expressions;

/// <summary>What a label means: in a .NET enum the number of its member, or the member's name; in MySQL its place in the list.</summary>
internal sealed class BoundLabel : BoundExpr
{
    private string? _key;

    /// <param name="value">Text: the labels.</param>
    /// <param name="enumType">The enum; null for places in the list.</param>
    /// <param name="meanings">For each label that stands for a member: its number in the storage of <paramref name="type"/>, or its name in UTF-8.</param>
    /// <param name="type">Of the numbers, or String.</param>
    /// <param name="names">Names that come out where <paramref name="type"/> is String; else empty.</param>
    public BoundLabel(BoundExpr value, Type? enumType, IReadOnlyList<(string Label, object Meaning)> meanings, DataType type, ImmutableArray<string> names)
        : base(type, value.Nullable)
    {
        Value = value;
        EnumType = enumType;
        Meanings = meanings;
        Labels = names;
    }

    public BoundExpr Value { get; }

    public Type? EnumType { get; }

    public IReadOnlyList<(string Label, object Meaning)> Meanings { get; }

    public override ImmutableArray<string> Labels { get; }

    public override TextCollation? Collation => Type.Kind == TypeKind.String ? Value.Collation : null;

    public override string Text => EnumType is null || Type.Kind == TypeKind.String ? Value.Text : $"({ClrTypes.Name(Enum.GetUnderlyingType(EnumType))}){Value.Text}";

    public override string Key => _key ??= $"Label({Value.Key},{string.Join(",", Meanings.Select(Canonical))}):{Type}";

    /// <summary>A text that is no label of a member has no number; as a name it stays what it is.</summary>
    public override bool CanFail => Value.CanFail || (EnumType is not null && Type.Kind != TypeKind.String);

    /// <summary>Where labels stand in their list, which is what MySQL orders an ENUM by; '', which it stores for what the list lacks, comes first.</summary>
    public static BoundLabel PlaceOf(BoundExpr value) =>
        new(value, null, [.. value.Labels.Select((l, i) => (l, (object)(i + 1))), .. value.Labels.Contains("") ? [] : ((string, object)[])[("", 0)]], DataType.Int32, []);

    private static string Canonical((string Label, object Meaning) entry)
    {
        var meaning = entry.Meaning is byte[] name ? Convert.ToHexString(name) : ((IFormattable)entry.Meaning).ToString(null, CultureInfo.InvariantCulture);
        return string.Create(CultureInfo.InvariantCulture, $"{entry.Label.Length}:{entry.Label}={meaning}");
    }
}
