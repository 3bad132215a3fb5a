namespace CdcLake.Testing.StarRocks.Model;

/// <summary>A column of a table.</summary>
/// <param name="Name">As declared; compared without letter case.</param>
/// <param name="Type">Upper-case type name without arguments: <c>VARCHAR</c>.</param>
/// <param name="Length">Bytes of a string, or digits of a decimal; 0 where it does not matter.</param>
/// <param name="Scale">Fractional digits of a decimal.</param>
/// <param name="IsNullable">Whether NULL is held.</param>
/// <param name="IsKey">Part of the primary key.</param>
internal sealed record TableColumn(string Name, string Type, long Length, int Scale, bool IsNullable, bool IsKey)
{
    /// <summary>As SHOW CREATE TABLE prints it.</summary>
    public string TypeText => Type switch
    {
        "VARCHAR" or "CHAR" => $"{Type.ToLowerInvariant()}({Length})",
        "VARBINARY" => Length > 0 ? $"varbinary({Length})" : "varbinary",
        "DECIMAL" => $"decimal({Length}, {Scale})",
        "TINYINT" => "tinyint(4)",
        "SMALLINT" => "smallint(6)",
        "INT" => "int(11)",
        "BIGINT" => "bigint(20)",
        "LARGEINT" => "largeint(40)",
        "BOOLEAN" => "boolean",
        _ => Type.ToLowerInvariant(),
    };

    /// <summary>DATA_TYPE of information_schema, which is MySQL's word.</summary>
    public string SchemaType => Type switch
    {
        "BOOLEAN" => "tinyint",
        "LARGEINT" => "bigint unsigned",
        _ => Type.ToLowerInvariant(),
    };
}
