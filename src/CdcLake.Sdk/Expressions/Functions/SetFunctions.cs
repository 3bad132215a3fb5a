using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using CdcLake.Columnar;
using CdcLake.Columnar.Collations;

namespace CdcLake.Expressions.Functions;

/// <summary>Whether a value is one of many constants, by one look into a set. Null is none of them, and unknown for a null value.</summary>
internal static class SetFunctions
{
    [ThreadStatic]
    private static KeyBuffer? _key;

    /// <summary>Integers.</summary>
    public static ScalarFunction Of(IReadOnlyCollection<long> members)
    {
        var set = members.ToHashSet();
        var bytes = new byte[members.Count * sizeof(long)];
        foreach (var (member, i) in set.Order().Select((m, i) => (m, i)))
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(i * sizeof(long)), member);
        }

        return new(Name("In", set.Count, bytes), [ArgumentRule.Integer], DataType.Boolean, r => r.Put(set.Contains(r.Long(0))));
    }

    /// <summary>Texts. The second argument is any of them: what it is compared by with the first is what all are.</summary>
    public static ScalarFunction Of(IReadOnlyCollection<string> members)
    {
        var texts = members.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(Encoding.UTF8.GetBytes).ToList();
        var name = Name("InTexts", texts.Count, [.. texts.SelectMany(t => (byte[])[.. BitConverter.GetBytes(t.Length), .. t])]);
        var set = Bytes(texts);
        return new(name, [ArgumentRule.Text, ArgumentRule.Text], DataType.Boolean, r => r.Put(set.Contains(r.Text(0)))) { By = collation => By(name, texts, collation) };
    }

    private static ScalarFunction By(string name, List<byte[]> texts, TextCollation collation)
    {
        var keys = Bytes(texts.Select(t => KeyOf(t, collation).ToArray()));
        return new($"{name}@{collation}", [ArgumentRule.Text, ArgumentRule.Text], DataType.Boolean, r => r.Put(keys.Contains(KeyOf(r.Text(0), collation))));
    }

    private static ReadOnlySpan<byte> KeyOf(ReadOnlySpan<byte> text, TextCollation collation)
    {
        var key = _key ??= new KeyBuffer();
        key.Clear();
        collation.AppendKey(text, key);
        return key.Bytes;
    }

    private static HashSet<byte[]>.AlternateLookup<ReadOnlySpan<byte>> Bytes(IEnumerable<byte[]> values) => new HashSet<byte[]>(values, new SameBytes()).GetAlternateLookup<ReadOnlySpan<byte>>();

    private static string Name(string word, int count, byte[] members) =>
        string.Create(CultureInfo.InvariantCulture, $"{word}({count},{Convert.ToHexStringLower(SHA256.HashData(members).AsSpan(0, 8))})");

    private sealed class SameBytes : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(byte[] obj) => GetHashCode((ReadOnlySpan<byte>)obj);

        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            var hash = default(HashCode);
            hash.AddBytes(alternate);
            return hash.ToHashCode();
        }

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
