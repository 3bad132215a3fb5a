namespace CdcLake;

/// <summary>
/// Names the column of a property, where the convention does not: without it <c>ProductId</c> reads a column spelled <c>product_id</c>, <c>productId</c> or <c>ProductId</c>
/// (letter case and underscores are ignored), and a result property is written as <c>product_id</c>. The attributes of <c>System.ComponentModel.DataAnnotations</c> are honoured as well, so
/// that classes written for Entity Framework serve as they are: <c>[Column("name")]</c> names the column, <c>[NotMapped]</c> leaves a property out, <c>[Key]</c> gives sinks their key (the
/// marked properties, in their order) where the call names none.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
public sealed class ColumnNameAttribute : Attribute
{
    /// <summary>Binds the property, or the constructor parameter of a record, to one column.</summary>
    /// <param name="name">The column, as the source spells it (letter case is ignored) or as the sink shall spell it.</param>
    public ColumnNameAttribute(string name) => Name = name;

    /// <summary>The column's name.</summary>
    public string Name { get; }
}
