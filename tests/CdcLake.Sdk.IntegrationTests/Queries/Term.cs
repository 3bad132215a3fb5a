using System.Linq.Expressions;

namespace CdcLake.IntegrationTests.Queries;

/// <summary>One value in both languages.</summary>
/// <param name="Lambda">In C#; of a type that takes null.</param>
/// <param name="Sql">In SQL, in brackets where it has to be.</param>
/// <param name="Type">What is known of it.</param>
internal sealed record Term(Expression Lambda, string Sql, SqlType Type)
{
    /// <summary>The value itself where C# has no operator or method for one that may be null.</summary>
    public Expression Value => Type.Clr.IsValueType ? Expression.Property(Lambda, nameof(Nullable<int>.Value)) : Lambda;

    /// <summary>A term over any expression, which becomes one that takes null.</summary>
    public static Term Of(Expression lambda, string sql, SqlType type) => new(lambda.Type == type.Nullable ? lambda : Expression.Convert(lambda, type.Nullable), sql, type);

    public static Term Of(object constant, string sql, SqlType type) => new(Expression.Constant(constant, type.Nullable), sql, type);

    /// <summary>A member of the value.</summary>
    public Expression Member(string name) => Expression.Property(Value, name);

    /// <summary>A method of the value's type.</summary>
    public Expression Call(string name, params Expression[] arguments) => Expression.Call(Value, Type.Clr.GetMethod(name, [.. arguments.Select(a => a.Type)])!, arguments);

    /// <summary>A static method over the value.</summary>
    public Expression Call(Type owner, string name, params Expression[] others) => Expression.Call(owner, name, null, [Value, .. others]);

    /// <summary>The value under another number type.</summary>
    public Expression As(Type clr)
    {
        var target = typeof(Nullable<>).MakeGenericType(clr);
        return Lambda.Type == target ? Lambda : Expression.Convert(Lambda, target);
    }
}

/// <summary>A condition in both languages; neither is ever read as a number.</summary>
internal sealed record Condition(Expression Lambda, string Sql)
{
    /// <summary>As a value: true, false or unknown.</summary>
    public Term AsTerm() => Term.Of(Lambda, Sql, SqlType.Truth);
}
