using CdcLake.Expressions;

namespace CdcLake.Planning.Logical;

/// <summary>
/// One operator with its expressions translated, columns still known by name and .NET type only. A node describes itself: what it reads, which columns it needs of that, what it
/// prints. Immutable; compared by reference, a node with two consumers is a fan-out.
/// </summary>
internal abstract class LogicalNode
{
    /// <summary>Operators it reads.</summary>
    public abstract IReadOnlyList<LogicalNode> Inputs { get; }

    /// <summary>What it does, in one line for people.</summary>
    public abstract string Line { get; }

    /// <summary>Adds to <paramref name="inputs"/> what has to come from each input.</summary>
    /// <param name="wanted">The node's own columns that its consumers read.</param>
    /// <param name="inputs">One set for each of <see cref="Inputs"/>; the same object where two inputs are one node.</param>
    public abstract void Want(ColumnSet wanted, IReadOnlyList<ColumnSet> inputs);

    /// <summary>The same operator over others, which give the columns that it needs.</summary>
    /// <param name="inputs">One for each of <see cref="Inputs"/>.</param>
    public abstract LogicalNode WithInputs(IReadOnlyList<LogicalNode> inputs);

    public abstract T Accept<T>(ILogicalVisitor<T> visitor);
}

/// <summary>Output column of a node that computes it.</summary>
internal sealed record NamedExpr(string Name, Expr Value);
