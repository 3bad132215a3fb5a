using CdcLake.Columnar;

namespace CdcLake.Flink.Sql;

/// <summary>A value in Flink SQL.</summary>
/// <param name="Text">The expression.</param>
/// <param name="Type">The type that Flink's planner gives it, in the plan's terms (<see cref="FlinkTypes.Of"/>).</param>
/// <param name="Form">What the text is.</param>
internal readonly record struct SqlValue(string Text, DataType Type, SqlForm Form = SqlForm.Call)
{
    /// <summary>As an operand.</summary>
    public string Operand => Form == SqlForm.Operation ? $"({Text})" : Text;

    /// <summary>True where writing it down a second time computes nothing twice.</summary>
    public bool IsFree => Form is SqlForm.Column or SqlForm.Literal;

    /// <summary>The value under a type; written as a cast only where Flink would give it another one.</summary>
    public SqlValue To(DataType type) => Type == FlinkTypes.Of(type) ? this : Cast(type);

    /// <summary>A cast, whatever type it has.</summary>
    public SqlValue Cast(DataType type) => new($"CAST({Text} AS {FlinkTypes.Text(type)})", FlinkTypes.Of(type));

    public static SqlValue Operation(string text, DataType type) => new(text, type, SqlForm.Operation);
}

/// <summary>What a text is to what stands around it.</summary>
internal enum SqlForm
{
    /// <summary>A function, a cast, a CASE: closed in itself.</summary>
    Call,

    /// <summary>Operands with an operator between them.</summary>
    Operation,

    /// <summary>A column as it is.</summary>
    Column,

    /// <summary>A constant.</summary>
    Literal,
}
