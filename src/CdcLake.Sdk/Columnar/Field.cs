namespace CdcLake.Columnar;

/// <summary>One column of a <see cref="Schema"/>.</summary>
/// <param name="Name">Unique within its schema; as the source or the user's record spells it.</param>
/// <param name="Type">Type of the values that are not null.</param>
/// <param name="Nullable">False only when no row can hold null.</param>
internal sealed record Field(string Name, DataType Type, bool Nullable)
{
    public override string ToString() => $"{Name} {Type}{(Nullable ? "" : " not null")}";
}
