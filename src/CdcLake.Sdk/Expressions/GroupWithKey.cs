using System.Diagnostics.CodeAnalysis;

namespace CdcLake;

/// <summary>A <see cref="Group{T}"/> with the value its rows have in common.</summary>
/// <typeparam name="TKey">What the key selector gave.</typeparam>
/// <typeparam name="T">Type of the rows.</typeparam>
[SuppressMessage("Performance", "CA1822:Mark members as static", Justification = "A marker: the translator reads accesses on the lambda's parameter.")]
public sealed class Group<TKey, T> : Group<T>
{
    private Group()
    {
    }

    /// <summary>The group's key; nulls in it are equal to each other.</summary>
    /// <exception cref="NotSupportedException">It was read outside a pipeline's lambda.</exception>
    public TKey Key => throw Marker();
}
