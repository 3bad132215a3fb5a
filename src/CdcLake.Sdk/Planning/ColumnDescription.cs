namespace CdcLake;

/// <summary>A column of what an operator gives.</summary>
/// <param name="Name">Unique within its operator.</param>
/// <param name="Type">As <see cref="Pipeline.Explain"/> prints it: <c>decimal(10, 2)</c>.</param>
/// <param name="IsNullable">False where no row can hold null.</param>
public sealed record ColumnDescription(string Name, string Type, bool IsNullable)
{
    /// <summary>Name, type and <c>not null</c>, as the plan prints them.</summary>
    public override string ToString() => $"{Name} {Type}{(IsNullable ? "" : " not null")}";
}
