using System.Diagnostics.CodeAnalysis;

namespace CdcLake.Testing.Tables;

/// <summary>Stored values are equal when their bytes are.</summary>
internal sealed class StoredEquality : IEqualityComparer<object?>
{
    public static StoredEquality Instance { get; } = new();

    public new bool Equals(object? x, object? y) => x is byte[] a && y is byte[] b ? a.AsSpan().SequenceEqual(b) : object.Equals(x, y);

    public int GetHashCode([DisallowNull] object obj) => obj is byte[] bytes ? bytes.Length : obj.GetHashCode();
}
