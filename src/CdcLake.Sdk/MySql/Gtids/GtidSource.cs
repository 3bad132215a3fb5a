using System.Buffers.Binary;
using System.Globalization;

namespace CdcLake.MySql.Gtids;

/// <summary>
/// Who numbers transactions: a server of MySQL by its UUID, or a domain of MariaDB. Two words, not a number of 128 bits: code that touches one of those, or a type that holds it, is not compiled
/// ahead of time, and that was everything which reads the log.
/// </summary>
/// <param name="High">The first 16 digits of the UUID.</param>
/// <param name="Low">The last 16 digits, or the number of the domain.</param>
internal readonly record struct GtidSource(ulong High, ulong Low) : IComparable<GtidSource>
{
    /// <summary>Bytes of the binary form.</summary>
    public const int Size = 16;

    private const int HalfDigits = 16;

    /// <summary>A domain of MariaDB.</summary>
    public static GtidSource OfDomain(uint domain) => new(0, domain);

    /// <summary>The binary form, as the log has it: the UUID's digits in their order.</summary>
    public static GtidSource Read(ReadOnlySpan<byte> bytes) => new(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]));

    /// <summary>Parses a UUID of 32 digits, with dashes anywhere or without.</summary>
    public static bool TryParse(string text, out GtidSource source)
    {
        source = default;
        var digits = text.Replace("-", "", StringComparison.Ordinal).Trim();
        if (digits.Length != 2 * HalfDigits || !TryParse(digits.AsSpan(0, HalfDigits), out var high) || !TryParse(digits.AsSpan(HalfDigits), out var low))
        {
            return false;
        }

        source = new GtidSource(high, low);
        return true;
    }

    /// <summary>Writes the binary form.</summary>
    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt64BigEndian(bytes, High);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], Low);
    }

    public int CompareTo(GtidSource other) => High != other.High ? High.CompareTo(other.High) : Low.CompareTo(other.Low);

    /// <summary>The usual 36 characters of a UUID, lower case.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{High >> 32:x8}-{(High >> 16) & 0xFFFF:x4}-{High & 0xFFFF:x4}-{Low >> 48:x4}-{Low & 0xFFFF_FFFF_FFFF:x12}");

    public static bool operator <(GtidSource left, GtidSource right) => left.CompareTo(right) < 0;

    public static bool operator >(GtidSource left, GtidSource right) => left.CompareTo(right) > 0;

    public static bool operator <=(GtidSource left, GtidSource right) => left.CompareTo(right) <= 0;

    public static bool operator >=(GtidSource left, GtidSource right) => left.CompareTo(right) >= 0;

    private static bool TryParse(ReadOnlySpan<char> digits, out ulong half) => ulong.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out half);
}
