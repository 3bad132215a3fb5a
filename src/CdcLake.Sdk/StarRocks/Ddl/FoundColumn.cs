using System.Globalization;

namespace CdcLake.StarRocks.Ddl;

/// <summary>A column of a table that exists, as information_schema shows it.</summary>
/// <param name="Name">As declared.</param>
/// <param name="Type">MySQL's word for it, in lower case: LARGEINT is <c>bigint unsigned</c>, BOOLEAN is <c>tinyint</c> without a size.</param>
/// <param name="Size">Bytes, digits or characters; null where there is none.</param>
/// <param name="Digits">Fractional ones of a decimal.</param>
/// <param name="IsNullable">Whether it holds NULL.</param>
/// <param name="Key"><c>PRI</c>, <c>DUP</c>, <c>AGG</c>, <c>UNI</c>, or empty.</param>
internal sealed record FoundColumn(string Name, string Type, int? Size, int Digits, bool IsNullable, string Key)
{
    /// <summary>Integer types by their width.</summary>
    private static readonly string[] Integers = ["tinyint", "smallint", "int", "bigint", "bigint unsigned"];

    public string Text => Size is null ? Type.ToUpperInvariant() : string.Create(CultureInfo.InvariantCulture, $"{Type.ToUpperInvariant()}({Size}{(IsDecimal ? $", {Digits}" : "")})");

    private bool IsDecimal => Type.StartsWith("decimal", StringComparison.Ordinal);

    private bool IsBoolean => Type == "boolean" || (Type == "tinyint" && Size is null);

    private int Width => IsBoolean ? -1 : Type == "largeint" ? Integers.Length - 1 : Array.IndexOf(Integers, Type);

    public bool IsNamed(string name) => Name.Equals(name, StringComparison.OrdinalIgnoreCase);

    /// <summary>True when every value of the type fits in.</summary>
    public bool Holds(TargetType wanted) => wanted.Name switch
    {
        "BOOLEAN" => IsBoolean,
        "TINYINT" => Width >= 0,
        "SMALLINT" => Width >= 1,
        "INT" => Width >= 2,
        "BIGINT" => Width >= 3,
        "LARGEINT" => Width >= 4,
        "FLOAT" => Type is "float" or "double",
        "DECIMAL" => IsDecimal && Digits >= wanted.Scale && (Size ?? 0) - Digits >= wanted.Length - wanted.Scale,
        "VARCHAR" => Type is "varchar" or "string" or "json" && (Type == "json" || (Size ?? int.MaxValue) >= (wanted.Length < 100 ? wanted.Length : 1)),
        _ => Type.Equals(wanted.Name, StringComparison.OrdinalIgnoreCase),
    };

    /// <summary>True when ALTER TABLE can make such a column of it. Source: StarRocks, ALTER TABLE, "Modify the data type of a column".</summary>
    public bool CanBecome(TargetType wanted) => wanted.Name switch
    {
        "TINYINT" => Width == 0,
        "SMALLINT" => Width is 0 or 1,
        "INT" => Width is >= 0 and <= 2,
        "BIGINT" => Width is >= 0 and <= 3,
        "LARGEINT" => Width >= 0,
        "VARCHAR" => Width >= 0 || IsDecimal || Type is "float" or "double" or "date" || (Type == "varchar" && Size <= wanted.Length),
        "DATETIME" => Type is "date" or "datetime",
        "DOUBLE" => Type is "float" or "double",
        "BOOLEAN" => IsBoolean,
        _ => !IsDecimal && Type.Equals(wanted.Name, StringComparison.OrdinalIgnoreCase), // of which only the NOT NULL is to go
    };

    /// <summary>What is written depends on what the table really has: JSON documents go as such, shorter strings are measured here.</summary>
    public TargetColumn Adopt(TargetColumn wanted) => wanted with
    {
        Name = Name,
        IsNullable = IsNullable,
        Type = Type switch
        {
            "json" => new TargetType("JSON"),
            "varchar" or "string" => new TargetType("VARCHAR", Size is > 0 ? Size.Value : wanted.Type.Length),
            _ => wanted.Type,
        },
    };
}
