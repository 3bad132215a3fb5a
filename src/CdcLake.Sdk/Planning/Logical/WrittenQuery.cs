using CdcLake.Expressions;
using CdcLake.Expressions.Translation;

namespace CdcLake.Planning.Logical;

/// <summary>
/// One operation as the user wrote it, with its lambdas as they are, beside the node that they were translated to: for checks that know nothing of the translation. Nothing that runs is made of it.
/// </summary>
/// <param name="Operation">Name of the method.</param>
/// <param name="Inputs">What it was called on.</param>
internal sealed record WrittenQuery(string Operation, params IReadOnlyList<WrittenQuery> Inputs)
{
    /// <summary>Its lambdas in the order of the call; none for a missing one.</summary>
    public IReadOnlyList<UserLambda> Lambdas { get; init; } = [];

    /// <summary>Of a table: its qualified name.</summary>
    public string? Table { get; init; }

    /// <summary>Of a table: the type of its rows; null where it is untyped.</summary>
    public RowMembers? Members { get; init; }

    /// <summary>Of a join.</summary>
    public JoinKind Kind { get; init; }
}
