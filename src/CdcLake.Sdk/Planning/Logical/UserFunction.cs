using CdcLake.Columnar;
using CdcLake.Expressions;
using CdcLake.Expressions.Translation;

namespace CdcLake.Planning.Logical;

/// <summary>A function of the user that makes one row of another, which the engine cannot look into.</summary>
internal abstract class UserFunction
{
    /// <summary>What the user calls this function as it is now.</summary>
    public abstract string Version { get; }

    /// <summary>The function itself, to tell two apart that are called the same.</summary>
    public abstract Delegate Function { get; }

    /// <summary>Columns that it reads, under the names that its parameter has for them; null for all of an untyped row.</summary>
    public abstract IReadOnlyList<NamedExpr>? Reads { get; }

    /// <summary>Columns that it makes.</summary>
    public abstract Schema Output { get; }

    /// <summary>What a lambda over its rows sees.</summary>
    public abstract Shape Result { get; }

    /// <summary>The function over batches.</summary>
    /// <param name="name">Of the operator, for messages.</param>
    /// <param name="input">The columns of <see cref="Reads"/>, in their order, or those of the untyped row.</param>
    public abstract Projection Over(string name, Schema input);
}
