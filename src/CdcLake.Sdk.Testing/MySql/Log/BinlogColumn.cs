using System.Globalization;
using System.Numerics;
using System.Text;

namespace CdcLake.Testing.MySql.Log;

/// <summary>A column for <see cref="BinlogTable"/>, with the encoder of its values. Integers are given as <see cref="long"/>, unsigned BIGINT and BIT as
/// <see cref="ulong"/>, decimals as text or <see cref="decimal"/>, dates as <see cref="DateTime"/>, times as <see cref="TimeSpan"/>.</summary>
internal sealed record BinlogColumn(string Name, byte MapType, byte RealType, byte[] Metadata, Action<MemoryStream, object> Encode)
{
    public bool Nullable { get; init; }

    public bool IsUnsigned { get; init; }

    public int Collation { get; init; } = 255;

    public string[] Labels { get; init; } = [];

    public bool IsNumeric => RealType is 1 or 2 or 9 or 3 or 8 or 13 or 4 or 5 or 246;

    public bool IsCharacter => RealType is 15 or 252 or 254 or 242;

    /// <summary>TINYINT 1, SMALLINT 2, MEDIUMINT 9, INT 3, BIGINT 8.</summary>
    public static BinlogColumn Integer(string name, byte type, bool unsigned = false)
    {
        var size = type switch { 1 => 1, 2 => 2, 9 => 3, 3 => 4, _ => 8 };
        return new BinlogColumn(name, type, type, [], (s, v) => BinlogNumbers.Write(s, v is ulong u ? u : (UInt128)(ulong)Convert.ToInt64(v, CultureInfo.InvariantCulture), size)) { IsUnsigned = unsigned };
    }

    public static BinlogColumn Int(string name, bool unsigned = false) => Integer(name, 3, unsigned);

    public static BinlogColumn BigInt(string name, bool unsigned = false) => Integer(name, 8, unsigned);

    public static BinlogColumn Float(string name) => new(name, 4, 4, [4], (s, v) => s.Write(BitConverter.GetBytes((float)v)));

    public static BinlogColumn Double(string name) => new(name, 5, 5, [8], (s, v) => s.Write(BitConverter.GetBytes((double)v)));

    public static BinlogColumn Year(string name) => new(name, 13, 13, [], (s, v) => s.WriteByte((byte)(Convert.ToInt32(v, CultureInfo.InvariantCulture) is var y && y == 0 ? 0 : y - 1900)));

    public static BinlogColumn Bit(string name, int bits) =>
        new(name, 16, 16, [(byte)(bits % 8), (byte)(bits / 8)], (s, v) => BinlogNumbers.WriteBigEndian(s, Convert.ToUInt64(v, CultureInfo.InvariantCulture), (bits + 7) / 8));

    /// <summary>Most bytes, not characters.</summary>
    public static BinlogColumn VarChar(string name, int bytes, int collation = 255) =>
        new(name, 15, 15, [(byte)bytes, (byte)(bytes >> 8)], (s, v) => WriteText(s, v, bytes < 256 ? 1 : 2, collation)) { Collation = collation };

    /// <summary>CHAR, or BINARY with collation 63; most bytes, not characters. Values are given without the padding that a server cuts off.</summary>
    public static BinlogColumn Char(string name, int bytes, int collation = 255) => new(
        name, 254, 254, [(byte)(254 ^ ((bytes & 0x300) >> 4)), (byte)bytes], (s, v) => WriteText(s, v, bytes < 256 ? 1 : 2, collation)) { Collation = collation };

    /// <summary>TEXT, or BLOB with collation 63; <paramref name="prefix"/> 1 to 4 for TINY to LONG.</summary>
    public static BinlogColumn Blob(string name, int prefix, int collation = 255) =>
        new(name, 252, 252, [(byte)prefix], (s, v) => WriteText(s, v, prefix, collation)) { Collation = collation };

    /// <summary>Binary documents.</summary>
    public static BinlogColumn Json(string name) => new(name, 245, 245, [4], (s, v) => WriteText(s, v, 4, 63));

    /// <summary>SRID and WKB as bytes.</summary>
    public static BinlogColumn Geometry(string name) => new(name, 255, 255, [4], (s, v) => WriteText(s, v, 4, 63));

    /// <summary>Floats as bytes.</summary>
    public static BinlogColumn Vector(string name) => new(name, 242, 242, [4], (s, v) => WriteText(s, v, 4, 63)) { Collation = 63 };

    public static BinlogColumn Enum(string name, params string[] labels)
    {
        var size = labels.Length > 255 ? 2 : 1;
        return new BinlogColumn(name, 254, 247, [247, (byte)size], (s, v) => BinlogNumbers.Write(s, (UInt128)Convert.ToInt64(v, CultureInfo.InvariantCulture), size)) { Labels = labels };
    }

    public static BinlogColumn Set(string name, params string[] labels)
    {
        var size = labels.Length switch { <= 8 => 1, <= 16 => 2, <= 24 => 3, <= 32 => 4, _ => 8 };
        return new BinlogColumn(name, 254, 248, [248, (byte)size], (s, v) => BinlogNumbers.Write(s, Convert.ToUInt64(v, CultureInfo.InvariantCulture), size)) { Labels = labels };
    }

    public static BinlogColumn Date(string name) => new(name, 10, 10, [], (s, v) =>
    {
        var d = (DateTime)v;
        BinlogNumbers.Write(s, (UInt128)((d.Year << 9) | (d.Month << 5) | d.Day), 3);
    });

    public static BinlogColumn Timestamp(string name, int fraction) => new(name, 17, 17, [(byte)fraction], (s, v) =>
    {
        var micros = ((DateTime)v - System.DateTime.UnixEpoch).Ticks / 10;
        BinlogNumbers.WriteBigEndian(s, (ulong)(micros / 1_000_000), 4);
        WriteFraction(s, micros % 1_000_000, fraction);
    });

    public static BinlogColumn DateTime(string name, int fraction) => new(name, 18, 18, [(byte)fraction], (s, v) =>
    {
        var d = (DateTime)v;
        var packed = ((ulong)(uint)((d.Year * 13) + d.Month) << 22) | ((ulong)(uint)d.Day << 17) | ((ulong)(uint)d.Hour << 12) | ((ulong)(uint)d.Minute << 6) | (uint)d.Second;
        BinlogNumbers.WriteBigEndian(s, packed + 0x80_0000_0000, 5);
        WriteFraction(s, d.Ticks / 10 % 1_000_000, fraction);
    });

    public static BinlogColumn Time(string name, int fraction) => new(name, 19, 19, [(byte)fraction], (s, v) =>
    {
        var t = (TimeSpan)v;
        var micros = Math.Abs(t.Ticks / 10);
        var bytes = (fraction + 1) / 2;
        var unit = bytes switch { 0 => 1_000_000, 1 => 10_000, 2 => 100, _ => 1 };
        var seconds = micros / 1_000_000;
        var whole = (seconds / 3600 << 12) | (seconds / 60 % 60 << 6) | (seconds % 60);
        var packed = (whole << (8 * bytes)) + (bytes == 0 ? 0 : micros % 1_000_000 / unit);
        BinlogNumbers.WriteBigEndian(s, (ulong)((t.Ticks < 0 ? -packed : packed) + (0x80_0000L << (8 * bytes))), 3 + bytes);
    });

    public static BinlogColumn Decimal(string name, int precision, int scale) =>
        new(name, 246, 246, [(byte)precision, (byte)scale], (s, v) => WriteDecimal(s, Convert.ToString(v, CultureInfo.InvariantCulture)!, precision, scale));

    private static void WriteText(MemoryStream stream, object value, int prefix, int collation)
    {
        var bytes = value as byte[] ?? (collation is 8 or 48 ? Encoding.Latin1 : Encoding.UTF8).GetBytes((string)value);
        BinlogNumbers.Write(stream, (UInt128)bytes.Length, prefix);
        stream.Write(bytes);
    }

    private static void WriteFraction(MemoryStream stream, long micros, int digits)
    {
        var bytes = (digits + 1) / 2;
        BinlogNumbers.WriteBigEndian(stream, (ulong)(micros / (bytes switch { 1 => 10_000, 2 => 100, _ => 1 })), bytes);
    }

    private static void WriteDecimal(MemoryStream stream, string text, int precision, int scale)
    {
        var negative = text.StartsWith('-');
        var parts = text.TrimStart('-').Split('.');
        var whole = parts[0].PadLeft(precision - scale, '0');
        var fraction = (parts.Length > 1 ? parts[1] : "").PadRight(scale, '0');
        if (precision == scale)
        {
            whole = "";
        }

        var bytes = new List<byte>();
        for (var at = whole.Length % 9 == 0 ? 0 : (whole.Length % 9) - 9; at < whole.Length; at += 9)
        {
            AddGroup(bytes, whole[Math.Max(at, 0)..(at + 9)]);
        }

        for (var at = 0; at < fraction.Length; at += 9)
        {
            AddGroup(bytes, fraction[at..Math.Min(at + 9, fraction.Length)]);
        }

        bytes[0] ^= 0x80;
        stream.Write([.. bytes.Select(b => negative ? (byte)~b : b)]);
    }

    private static void AddGroup(List<byte> bytes, string digits)
    {
        var size = digits.Length switch { <= 2 => 1, <= 4 => 2, <= 6 => 3, _ => 4 };
        var value = BigInteger.Parse(digits, CultureInfo.InvariantCulture);
        for (var i = size - 1; i >= 0; i--)
        {
            bytes.Add((byte)(int)((value >> (8 * i)) & 0xFF));
        }
    }
}
