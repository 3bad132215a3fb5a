namespace CdcLake.Testing.Results;

/// <summary>Orders keys value by value: numbers and times by size, text by code units, bytes by bytes, null first.</summary>
internal sealed class KeyOrder : IComparer<object?[]>
{
    public static KeyOrder Instance { get; } = new();

    public int Compare(object?[]? x, object?[]? y) => x!.Zip(y!).Select(p => Compare(p.First, p.Second)).FirstOrDefault(order => order != 0);

    private static int Compare(object? a, object? b) => (a, b) switch
    {
        (null, _) => b is null ? 0 : -1,
        (_, null) => 1,
        (string left, string right) => string.CompareOrdinal(left, right),
        (byte[] left, byte[] right) => left.AsSpan().SequenceCompareTo(right),
        (IComparable left, _) => left.CompareTo(b),
        _ => 0,
    };
}
