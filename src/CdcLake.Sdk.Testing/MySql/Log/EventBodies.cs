using System.Text;
using CdcLake.MySql.Gtids;

namespace CdcLake.Testing.MySql.Log;

/// <summary>What stands in events, behind their header.</summary>
internal static class EventBodies
{
    /// <summary>FORMAT_DESCRIPTION.</summary>
    public static byte[] Format(uint timestamp, bool checksum)
    {
        var body = new MemoryStream();
        BinlogNumbers.Write(body, 4, 2);
        body.Write([.. "9.7.4-test"u8, .. new byte[40]]);
        BinlogNumbers.Write(body, timestamp, 4);
        body.WriteByte(19);
        var lengths = new byte[42];
        (lengths[1], lengths[3], lengths[14], lengths[18], lengths[22], lengths[23], lengths[24]) = (13, 8, 98, 8, 8, 8, 8);
        (lengths[29], lengths[30], lengths[31], lengths[32]) = (10, 10, 10, 42);
        body.Write(lengths);
        body.WriteByte((byte)(checksum ? 1 : 0));
        if (!checksum)
        {
            BinlogNumbers.Write(body, 0, 4); // present even without checksums
        }

        return body.ToArray();
    }

    /// <summary>GTID, with a length of the transaction that is still to be set.</summary>
    public static byte[] Gtid(GtidSource source, long number, ulong microseconds)
    {
        var body = new MemoryStream();
        body.WriteByte(1);
        Span<byte> uuid = stackalloc byte[GtidSource.Size];
        source.Write(uuid);
        body.Write(uuid);
        BinlogNumbers.Write(body, (ulong)number, 8);
        body.WriteByte(2);
        BinlogNumbers.Write(body, 0, 16);
        BinlogNumbers.Write(body, microseconds, 7);
        body.WriteByte(0xFE);
        BinlogNumbers.Write(body, 0, 8); // transaction length, set at the end of the group
        BinlogNumbers.Write(body, 90704, 4);
        return body.ToArray();
    }

    /// <summary>GTID_TAGGED.</summary>
    public static byte[] TaggedGtid(GtidSource source, string tag, long number, ulong microseconds)
    {
        var fields = new MemoryStream();
        BinlogNumbers.WriteVarlen(fields, 0);
        BinlogNumbers.WriteVarlen(fields, 0);
        BinlogNumbers.WriteVarlen(fields, 1);
        Span<byte> uuid = stackalloc byte[GtidSource.Size];
        source.Write(uuid);
        foreach (var part in uuid)
        {
            BinlogNumbers.WriteVarlen(fields, part);
        }

        BinlogNumbers.WriteVarlen(fields, 2);
        BinlogNumbers.WriteVarlen(fields, (ulong)number << 1);
        BinlogNumbers.WriteVarlen(fields, 3);
        BinlogNumbers.WriteVarlen(fields, (ulong)tag.Length);
        fields.Write(Encoding.ASCII.GetBytes(tag));
        BinlogNumbers.WriteVarlen(fields, 6);
        BinlogNumbers.WriteVarlen(fields, microseconds);
        var body = new MemoryStream();
        BinlogNumbers.WriteVarlen(body, 1);
        BinlogNumbers.WriteVarlen(body, (ulong)fields.Length + 4);
        BinlogNumbers.WriteVarlen(body, 0);
        fields.WriteTo(body);
        return body.ToArray();
    }

    /// <summary>QUERY.</summary>
    public static byte[] Query(string database, byte[] sql, ulong sqlMode, int? collation)
    {
        var status = new MemoryStream();
        status.WriteByte(0);
        BinlogNumbers.Write(status, 0, 4);
        status.WriteByte(1);
        BinlogNumbers.Write(status, sqlMode, 8);
        status.Write([6, 3, .. "std"u8, 3, 1, 0, 1, 0]);
        if (collation is { } id)
        {
            status.WriteByte(4);
            BinlogNumbers.Write(status, (uint)id, 2);
            BinlogNumbers.Write(status, (uint)id, 2);
            BinlogNumbers.Write(status, 255, 2);
        }

        var body = new MemoryStream();
        BinlogNumbers.Write(body, 7, 4);
        BinlogNumbers.Write(body, 0, 4);
        body.WriteByte((byte)Encoding.UTF8.GetByteCount(database));
        BinlogNumbers.Write(body, 0, 2);
        BinlogNumbers.Write(body, (ulong)status.Length, 2);
        status.WriteTo(body);
        body.Write(Encoding.UTF8.GetBytes(database));
        body.WriteByte(0);
        body.Write(sql);
        return body.ToArray();
    }

    /// <summary>TRANSACTION_PAYLOAD.</summary>
    public static byte[] Payload(byte[] payload, bool isCompressed, long announced)
    {
        var body = new MemoryStream();
        Record(2, isCompressed ? 0 : 255u);
        Record(3, (ulong)announced);
        Record(1, (ulong)payload.Length);
        BinlogNumbers.WriteLenenc(body, 0);
        body.Write(payload);
        return body.ToArray();

        void Record(ulong type, ulong value)
        {
            var number = new MemoryStream();
            BinlogNumbers.WriteLenenc(number, value);
            BinlogNumbers.WriteLenenc(body, type);
            BinlogNumbers.WriteLenenc(body, (ulong)number.Length);
            number.WriteTo(body);
        }
    }
}
