using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using CdcLake.Columnar;
using CdcLake.Columnar.Collations;

namespace CdcLake.Expressions.Functions;

/// <summary>Whether a value is one of many constants, by one look into a set. Where it is none of them and one of them is null, that is unknown, as in SQL.</summary>
internal static class SetFunctions
{
    [ThreadStatic]
    private static KeyBuffer? _key;

    /// <summary>Integers.</summary>
    public static ScalarFunction Of(IReadOnlyCollection<long> members, bool hasNull)
    {
        var set = members.ToHashSet();
        var bytes = new byte[members.Count * sizeof(long)];
        foreach (var (member, i) in set.Order().Select((m, i) => (m, i)))
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(i * sizeof(long)), member);
        }

        return new(Name("In", set.Count, bytes, hasNull), [ArgumentRule.Integer], DataType.Boolean, r => Answer(r, set.Contains(r.Long(0)), hasNull)) { MayBeNull = hasNull };
    }

    /// <summary>Texts. The second argument is any of them: what it is compared by with the first is what all are.</summary>
    public static ScalarFunction Of(IReadOnlyCollection<string> members, bool hasNull)
    {
        var texts = members.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(Encoding.UTF8.GetBytes).ToList();
        var name = Name("InTexts", texts.Count, [.. texts.SelectMany(t => (byte[])[.. BitConverter.GetBytes(t.Length), .. t])], hasNull);
        var set = Bytes(texts);
        return new(name, [ArgumentRule.Text, ArgumentRule.Text], DataType.Boolean, r => Answer(r, set.Contains(r.Text(0)), hasNull))
        {
            MayBeNull = hasNull,
            By = collation => By(name, texts, collation, hasNull),
        };
    }

    private static ScalarFunction By(string name, List<byte[]> texts, TextCollation collation, bool hasNull)
    {
        var keys = Bytes(texts.Select(t => KeyOf(t, collation).ToArray()));
        return new($"{name}@{collation}", [ArgumentRule.Text, ArgumentRule.Text], DataType.Boolean, r => Answer(r, keys.Contains(KeyOf(r.Text(0), collation)), hasNull)) { MayBeNull = hasNull };
    }

    private static ReadOnlySpan<byte> KeyOf(ReadOnlySpan<byte> text, TextCollation collation)
    {
        var key = _key ??= new KeyBuffer();
        key.Clear();
        collation.AppendKey(text, key);
        return key.Bytes;
    }

    private static FunctionOutcome Answer(FunctionRow row, bool isMember, bool hasNull) => isMember || !hasNull ? row.Put(isMember) : FunctionOutcome.Null;

    private static HashSet<byte[]>.AlternateLookup<ReadOnlySpan<byte>> Bytes(IEnumerable<byte[]> values) => new HashSet<byte[]>(values, new SameBytes()).GetAlternateLookup<ReadOnlySpan<byte>>();

    private static string Name(string word, int count, byte[] members, bool hasNull) =>
        string.Create(CultureInfo.InvariantCulture, $"{word}({count}{(hasNull ? " or null" : "")},{Convert.ToHexStringLower(SHA256.HashData(members).AsSpan(0, 8))})");

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
