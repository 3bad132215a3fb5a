using System.Text;

namespace CdcLake.MySql.Wire.Packets;

/// <summary>A value bound to a placeholder: null, an integer, or bytes.</summary>
/// <param name="Kind">How it travels.</param>
/// <param name="Integer">The value of <see cref="ParameterKind.Int64"/>, or the bits of <see cref="ParameterKind.UInt64"/>.</param>
/// <param name="Bytes">The value of <see cref="ParameterKind.Bytes"/> and <see cref="ParameterKind.Text"/>, in the session's character set.</param>
internal readonly record struct StatementParameter(ParameterKind Kind, long Integer, ReadOnlyMemory<byte> Bytes)
{
    public static StatementParameter Null => default;

    public static StatementParameter Of(long value) => new(ParameterKind.Int64, value, default);

    public static StatementParameter Of(ulong value) => new(ParameterKind.UInt64, unchecked((long)value), default);

    public static StatementParameter Of(string value) => new(ParameterKind.Text, 0, Encoding.UTF8.GetBytes(value));

    public static StatementParameter Of(ReadOnlyMemory<byte> value) => new(ParameterKind.Bytes, 0, value);
}

/// <summary>How a bound value travels.</summary>
internal enum ParameterKind : byte
{
    Null,
    Int64,
    UInt64,
    Bytes,
    Text,
}
