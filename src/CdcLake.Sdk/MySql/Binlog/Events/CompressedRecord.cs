using System.IO.Compression;

namespace CdcLake.MySql.Binlog.Events;

// MariaDB's compressed record, the statement of QUERY_COMPRESSED_EVENT and the rows of compressed rows events (log_bin_compress), and, with other algorithms, a value of a COMPRESSED column:
//
//   offset  size  field
//   0       1     0x80 | algorithm << 4 | n; algorithm 0 is zlib. Of columns: 0 the value follows as it is, else 0x80 | 8 where the data have no zlib header | n
//   1       n     length before compression, big endian, n from 1 to 4
//   1 + n   rest  data
//
// Source: MariaDB source, sql/log_event.cc (binlog_buf_compress) and sql/field.cc (compress_zlib).

/// <summary>Inflates what MariaDB compressed, into a buffer that is used again. Not thread-safe.</summary>
internal sealed class CompressedRecord
{
    private const int KeptBytes = 1 << 20;
    private const long BestRatio = 1032; // of deflate: a copy of 258 bytes takes two bits at least
    private const byte IsCompressed = 0x80;
    private const byte IsRaw = 0x08;

    private byte[] _buffer = [];

    /// <summary>Inflates a record behind some bytes that stay as they are.</summary>
    /// <param name="plain">Comes first in the result.</param>
    /// <param name="record">Is inflated.</param>
    /// <returns>Valid until the next call.</returns>
    /// <exception cref="MySqlProtocolException">The record is damaged.</exception>
    public ReadOnlySpan<byte> Inflate(scoped ReadOnlySpan<byte> plain, scoped ReadOnlySpan<byte> record)
    {
        if (record.Length < 2 || (record[0] & 0xF8 & ~IsRaw) != IsCompressed || (record[0] & 7) is 0 or > 4 || record.Length < 1 + (record[0] & 7))
        {
            throw MySqlProtocolException.Malformed("Compressed record", 0, record.Length == 0 ? "it is empty" : $"it begins with 0x{record[0]:X2} and has {record.Length} bytes");
        }

        var prefix = record[0] & 7;
        var length = 0L;
        foreach (var b in record.Slice(1, prefix))
        {
            length = (length << 8) | b;
        }

        var total = plain.Length + length;
        if (length > BestRatio * (record.Length - 1 - prefix) || total > Array.MaxLength)
        {
            throw MySqlProtocolException.Malformed("Compressed record", 1, $"{record.Length} bytes cannot hold the {length} that it announces"); // found before room is made for them
        }

        if (_buffer.Length < total || (_buffer.Length > KeptBytes && total <= KeptBytes))
        {
            _buffer = GC.AllocateUninitializedArray<byte>((int)Math.Max(total, Math.Min(2L * _buffer.Length, KeptBytes)));
        }

        plain.CopyTo(_buffer);
        Inflate(record[(1 + prefix)..], isRaw: (record[0] & IsRaw) != 0, _buffer.AsSpan(plain.Length, (int)length));
        return _buffer.AsSpan(0, (int)total);
    }

    private static unsafe void Inflate(ReadOnlySpan<byte> data, bool isRaw, Span<byte> target)
    {
        fixed (byte* start = data)
        {
            using var source = new UnmanagedMemoryStream(start, data.Length);
            using Stream inflating = isRaw ? new DeflateStream(source, CompressionMode.Decompress) : new ZLibStream(source, CompressionMode.Decompress);
            try
            {
                var read = inflating.ReadAtLeast(target, target.Length, throwOnEndOfStream: false);
                if (read < target.Length || inflating.ReadByte() >= 0)
                {
                    throw MySqlProtocolException.Malformed("Compressed record", 1, $"it is {(read < target.Length ? "shorter" : "longer")} than the {target.Length} bytes that it announces");
                }
            }
            catch (InvalidDataException error)
            {
                throw new MySqlProtocolException($"A compressed record is damaged: {error.Message}", error);
            }
        }
    }
}
