using CdcLake.Connectors;
using CdcLake.Expressions;

namespace CdcLake.Planning.Logical;

/// <summary>A sink.</summary>
/// <param name="Input">What it writes.</param>
/// <param name="Name">For plans and messages.</param>
/// <param name="Target">What the runtime opens it from.</param>
/// <param name="Columns">Columns of the input that it writes, or null for all of an untyped table.</param>
/// <param name="Key">Columns of the upsert key, or null for the natural key of the input.</param>
internal sealed record LogicalSink(LogicalNode Input, string Name, ISinkTarget Target, IReadOnlyList<ColumnExpr>? Columns, IReadOnlyList<ColumnExpr>? Key)
{
    /// <summary>What the user wrote; null for the sinks of a database.</summary>
    public WrittenQuery? Written { get; init; }
}
