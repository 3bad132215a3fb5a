namespace CdcLake.Expressions.Translation;

/// <summary>
/// What a value in a lambda is made of: a scalar expression, or a record of named values. Records exist only while lambdas are translated; the engine sees their leaves as columns.
/// </summary>
/// <param name="Type">.NET type in the lambda.</param>
internal abstract record Shape(Type Type)
{
    /// <summary>For a whole row that may be missing in an outer join: a value that is null exactly then. Else null.</summary>
    public Expr? Partner { get; init; }

    /// <summary>The same shape read from another input of a join.</summary>
    public abstract Shape FromInput(int input);
}

/// <summary>One column or computed value.</summary>
internal sealed record ScalarShape(Expr Value) : Shape(Value.Type)
{
    public override Shape FromInput(int input) =>
        Value is ColumnExpr column ? new ScalarShape(column with { Input = input }) : this;
}

/// <summary>A row type, an anonymous object or a tuple.</summary>
internal sealed record RecordShape(Type Type, IReadOnlyList<ShapeMember> Members) : Shape(Type)
{
    public override Shape FromInput(int input) =>
        new RecordShape(Type, [.. Members.Select(m => m with { Value = m.Value.FromInput(input) })]);

    /// <summary>The member that a property or constructor parameter names, or null.</summary>
    public Shape? Find(string member)
    {
        var found = Members.FirstOrDefault(m => m.Name == member)
            ?? Members.FirstOrDefault(m => string.Equals(m.Name, member, StringComparison.OrdinalIgnoreCase));
        return found?.Value;
    }
}

/// <summary>A member of a <see cref="RecordShape"/>.</summary>
/// <param name="Name">The property.</param>
/// <param name="ColumnName">Name given by an attribute, or null.</param>
/// <param name="Value">What it holds.</param>
internal sealed record ShapeMember(string Name, string? ColumnName, Shape Value)
{
    /// <summary>An attribute says that it belongs to the key of the rows.</summary>
    public bool IsKey { get; init; }
}

/// <summary>A row of an untyped table: columns are known by name when they are asked for.</summary>
internal sealed record OpenRowShape(int Input) : Shape(typeof(Row))
{
    public override Shape FromInput(int input) => new OpenRowShape(input);
}

/// <summary>The rows of a group and their key.</summary>
/// <param name="Type">The closed <see cref="Group{TKey, T}"/> or <see cref="Group{T}"/>.</param>
/// <param name="Key">Over the columns of the aggregation's result; null when there is no key.</param>
/// <param name="Row">Over the columns of the aggregation's input.</param>
internal sealed record GroupShape(Type Type, Shape? Key, Shape Row) : Shape(Type)
{
    public override Shape FromInput(int input) => this;
}
