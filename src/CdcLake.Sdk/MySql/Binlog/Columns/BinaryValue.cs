using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CdcLake.MySql.Wire.Packets;

namespace CdcLake.MySql.Binlog.Columns;

// Values of the binary protocol lie one behind the other: numbers little endian in their width, all others behind a lenenc length.
// Source: MySQL source documentation, "Binary Protocol Value".

/// <summary>Reads a value of a binary row; the struct's type chooses the code, as with <see cref="IValueReader{T}"/>.</summary>
internal interface IBinaryReader<T>
    where T : unmanaged
{
    /// <summary>Reads at <paramref name="at"/> and moves behind the value.</summary>
    /// <exception cref="MySqlProtocolException">The row ends before.</exception>
    T Read(ReadOnlySpan<byte> row, ref int at);
}

/// <summary>Reads what lies behind the length of a value.</summary>
internal interface IPrefixedReader<T>
    where T : unmanaged
{
    T Read(ReadOnlySpan<byte> value);
}

/// <summary>A value of <paramref name="size"/> bytes that looks as in a row image.</summary>
internal readonly struct Inline<T, TReader>(TReader reader, int size) : IBinaryReader<T>
    where T : unmanaged
    where TReader : struct, IValueReader<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Read(ReadOnlySpan<byte> row, ref int at)
    {
        if ((uint)size > (uint)(row.Length - at))
        {
            throw BinaryValue.Overrun(row, at + size);
        }

        var value = reader.Read(ref Unsafe.Add(ref MemoryMarshal.GetReference(row), at));
        at += size;
        return value;
    }
}

/// <summary>A value with its length in front.</summary>
internal readonly struct Prefixed<T, TReader>(TReader reader) : IBinaryReader<T>
    where T : unmanaged
    where TReader : struct, IPrefixedReader<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Read(ReadOnlySpan<byte> row, ref int at) => reader.Read(BinaryValue.TakePrefixed(row, ref at));
}

/// <summary>Takes values out of binary rows.</summary>
internal static class BinaryValue
{
    /// <summary>The bytes behind a length.</summary>
    /// <exception cref="MySqlProtocolException">The row ends before.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ReadOnlySpan<byte> TakePrefixed(ReadOnlySpan<byte> row, ref int at)
    {
        if ((uint)at >= (uint)row.Length)
        {
            throw Overrun(row, at + 1);
        }

        int length = row[at];
        if (length < 0xFB)
        {
            if (length > row.Length - at - 1)
            {
                throw Overrun(row, at + 1 + length);
            }

            var value = row.Slice(at + 1, length);
            at += 1 + length;
            return value;
        }

        var reader = new PacketReader(row[at..]);
        var longValue = reader.ReadLengthEncodedBytes();
        at += reader.Position;
        return longValue;
    }

    public static MySqlProtocolException Overrun(ReadOnlySpan<byte> row, int needed) =>
        MySqlProtocolException.Malformed("Binary row", row.Length, $"at least {needed} bytes expected");
}
