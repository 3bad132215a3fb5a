using CdcLake.Connectors;
using CdcLake.Expressions;

namespace CdcLake.Planning.Logical;

/// <summary>
/// One operator with its expressions translated, columns still known by name and .NET type only. Immutable; compared by reference, a node with two consumers is a fan-out.
/// </summary>
internal abstract class LogicalNode
{
    /// <summary>Operators it reads.</summary>
    public abstract IReadOnlyList<LogicalNode> Inputs { get; }
}

/// <summary>Output column of a <see cref="LogicalProject"/>.</summary>
internal sealed record NamedExpr(string Name, Expr Value);

/// <summary>A table; its columns are named by property, or, where <see cref="Members"/> is null, by column.</summary>
internal sealed class LogicalTable(ISourceTarget source, string table, RowMembers? members) : LogicalNode
{
    public ISourceTarget Source { get; } = source;

    public string Table { get; } = table;

    public RowMembers? Members { get; } = members;

    public override IReadOnlyList<LogicalNode> Inputs => [];
}

/// <summary>Rows for which the condition is true.</summary>
internal sealed class LogicalFilter(LogicalNode input, Expr condition) : LogicalNode
{
    public LogicalNode Input { get; } = input;

    public Expr Condition { get; } = condition;

    public override IReadOnlyList<LogicalNode> Inputs { get; } = [input];
}

/// <summary>New columns. Over a join, <see cref="ColumnExpr.Input"/> names the side.</summary>
internal sealed class LogicalProject(LogicalNode input, IReadOnlyList<NamedExpr> columns) : LogicalNode
{
    public LogicalNode Input { get; } = input;

    public IReadOnlyList<NamedExpr> Columns { get; } = columns;

    public override IReadOnlyList<LogicalNode> Inputs { get; } = [input];
}

/// <summary>Inner join on pairwise equal keys; emits the columns of both sides.</summary>
internal sealed class LogicalJoin(LogicalNode left, LogicalNode right, IReadOnlyList<Expr> leftKey, IReadOnlyList<Expr> rightKey) : LogicalNode
{
    public LogicalNode Left { get; } = left;

    public LogicalNode Right { get; } = right;

    /// <summary>Over the left side's columns.</summary>
    public IReadOnlyList<Expr> LeftKey { get; } = leftKey;

    /// <summary>Over the right side's columns (as input 0).</summary>
    public IReadOnlyList<Expr> RightKey { get; } = rightKey;

    public override IReadOnlyList<LogicalNode> Inputs { get; } = [left, right];
}

/// <summary>One aggregate of a <see cref="LogicalAggregate"/>; no argument counts rows.</summary>
internal sealed record LogicalCall(string Name, AggregateKind Kind, Expr? Argument);

/// <summary>One row per group; emits the keys and the calls.</summary>
internal sealed class LogicalAggregate(LogicalNode input, IReadOnlyList<NamedExpr> keys, IReadOnlyList<LogicalCall> calls) : LogicalNode
{
    public LogicalNode Input { get; } = input;

    public IReadOnlyList<NamedExpr> Keys { get; } = keys;

    public IReadOnlyList<LogicalCall> Calls { get; } = calls;

    public override IReadOnlyList<LogicalNode> Inputs { get; } = [input];
}

/// <summary>A sink.</summary>
/// <param name="Input">What it writes.</param>
/// <param name="Name">For plans and messages.</param>
/// <param name="Target">What the runtime opens it from.</param>
/// <param name="Columns">Columns of the input that it writes, or null for all of an untyped table.</param>
/// <param name="Key">Columns of the upsert key, or null for the natural key of the input.</param>
internal sealed record LogicalSink(LogicalNode Input, string Name, ISinkTarget Target, IReadOnlyList<ColumnExpr>? Columns, IReadOnlyList<ColumnExpr>? Key);
