using System.Buffers.Binary;
using System.Globalization;
using System.Text.Unicode;
using CdcLake.Columnar;
using CdcLake.MySql.Binlog.Events;
using CdcLake.MySql.Tables;

namespace CdcLake.MySql.Binlog.Columns;

// Types that MariaDB has alone. UUID and INET stand in the log as BINARY does, without trailing zero bytes, and come as text in a snapshot:
//
//   INET4   4 bytes        INET6   16 bytes, both in network order
//   UUID    16 bytes. Of RFC 4122's variant and versions 1 to 5 the five groups of the text stand in reverse order, each in network order, so that those made one after the other
//           lie side by side; all others stand as they are written
//
// Source: MariaDB source, sql/sql_type_uuid.h, sql/item_inetfunc.cc (Inet6::to_string).

/// <summary>UUID, INET4 and INET6: text in the server's spelling.</summary>
internal sealed class AddressDecoder(string table, MySqlColumn definition, ImageSize size) : BytesDecoder(table, definition, size)
{
    private const int MaxText = 46;

    public override void CheckText(Column target)
    {
    }

    protected override void AppendLocated(ReadOnlySpan<byte> images, ValueSpans values, int count, BytesColumn target)
    {
        Span<byte> bytes = stackalloc byte[Definition.Length];
        Span<byte> text = stackalloc byte[MaxText];
        for (var i = 0; i < count; i++)
        {
            if (values.Nulls[i] != 0)
            {
                target.Append(default);
                continue;
            }

            var stored = values.Of(images, i);
            if (stored.Length > bytes.Length)
            {
                throw MySqlProtocolException.Malformed("Row image", 0, $"{stored.Length} bytes in a column of {Definition.NativeType}");
            }

            bytes.Clear();
            stored.CopyTo(bytes);
            target.Append(text[..(Definition.Type == MySqlTypeCode.Uuid ? WriteUuid(bytes, text) : WriteAddress(bytes, text))]);
        }
    }

    /// <summary>Writes a stored UUID of 16 bytes; returns the bytes written.</summary>
    public static int WriteUuid(ReadOnlySpan<byte> stored, Span<byte> text)
    {
        Span<byte> written = stackalloc byte[16];
        if (stored[6] is >= 0x80 and < 0xC0 && stored[8] is > 0 and < 0x60)
        {
            stored[12..16].CopyTo(written);
            stored[10..12].CopyTo(written[4..]);
            stored[8..10].CopyTo(written[6..]);
            stored[6..8].CopyTo(written[8..]);
            stored[..6].CopyTo(written[10..]);
        }
        else
        {
            stored.CopyTo(written);
        }

        new Guid(written, bigEndian: true).TryFormat(text, out var length, "D");
        return length;
    }

    /// <summary>Writes a stored address of 4 or 16 bytes; returns the bytes written.</summary>
    public static int WriteAddress(ReadOnlySpan<byte> stored, Span<byte> text)
    {
        if (stored.Length == 4)
        {
            Utf8.TryWrite(text, CultureInfo.InvariantCulture, $"{stored[0]}.{stored[1]}.{stored[2]}.{stored[3]}", out var written);
            return written;
        }

        Span<ushort> words = stackalloc ushort[8];
        for (var i = 0; i < words.Length; i++)
        {
            words[i] = BinaryPrimitives.ReadUInt16BigEndian(stored[(2 * i)..]);
        }

        // The first longest run of zero words is left out, even of one word.
        var (gap, length) = (-1, 0);
        for (var i = 0; i < words.Length; i++)
        {
            var run = words[i..].IndexOfAnyExcept((ushort)0);
            run = run < 0 ? words.Length - i : run;
            (gap, length) = run > length ? (i, run) : (gap, length);
            i += run;
        }

        var at = 0;
        for (var i = 0; i < words.Length; i++)
        {
            if (i == gap)
            {
                "::"u8[..(i == 0 ? 2 : 1)].CopyTo(text[at..]);
                at += i == 0 ? 2 : 1;
                i += length - 1;
            }
            else if (i == 6 && gap == 0 && (length == 6 || (length == 5 && words[5] == 0xFFFF)))
            {
                return at + WriteAddress(stored[12..], text[at..]);
            }
            else
            {
                Utf8.TryWrite(text[at..], CultureInfo.InvariantCulture, $"{words[i]:x}", out var written);
                at += written;
                if (i < 7)
                {
                    text[at++] = (byte)':';
                }
            }
        }

        return at;
    }
}

/// <summary>COMPRESSED columns: each value is a record of its own in the log, and comes inflated in a snapshot.</summary>
internal sealed class CompressedDecoder(string table, MySqlColumn definition, ImageSize size, BytesDecoder plain) : BytesDecoder(table, definition, size)
{
    private readonly CompressedRecord _record = new();

    public override int AppendValue(ReadOnlySpan<byte> row, int at, Column target) => plain.AppendValue(row, at, target);

    public override void CheckText(Column target) => plain.CheckText(target);

    protected override void AppendLocated(ReadOnlySpan<byte> images, ValueSpans values, int count, BytesColumn target)
    {
        for (var i = 0; i < count; i++)
        {
            var stored = values.Of(images, i);
            plain.AppendStored(stored.Length == 0 ? default : stored[0] == 0 ? stored[1..] : _record.Inflate(default, stored), target);
        }
    }
}
