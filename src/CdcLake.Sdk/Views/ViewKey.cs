namespace CdcLake.Views;

/// <summary>A key that may be null (the group of null), and of which byte arrays are equal by content.</summary>
internal readonly struct ViewKey<TKey>(TKey value) : IEquatable<ViewKey<TKey>>
{
    public TKey Value { get; } = value;

    public bool Equals(ViewKey<TKey> other) => Value is byte[] bytes
        ? other.Value is byte[] others && bytes.AsSpan().SequenceEqual(others)
        : EqualityComparer<TKey>.Default.Equals(Value, other.Value);

    public override bool Equals(object? obj) => obj is ViewKey<TKey> other && Equals(other);

    public override int GetHashCode()
    {
        if (Value is byte[] bytes)
        {
            var hash = default(HashCode);
            hash.AddBytes(bytes);
            return hash.ToHashCode();
        }

        return Value is null ? 0 : EqualityComparer<TKey>.Default.GetHashCode(Value);
    }
}
