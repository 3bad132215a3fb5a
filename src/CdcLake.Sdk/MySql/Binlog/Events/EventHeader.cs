using System.Buffers.Binary;

namespace CdcLake.MySql.Binlog.Events;

// Common header of every event since binlog version 4:
//
//   offset  size  field
//   0       4     timestamp, seconds since the Unix epoch
//   4       1     type
//   5       4     server id
//   9       4     size of the event, header and checksum included
//   13      4     position behind the event in its file, low 32 bits; 0 when unknown
//   17      2     flags
//
// Source: MySQL source documentation, "Binlog event header".

/// <summary>The common header of an event.</summary>
/// <param name="Timestamp">Seconds since the Unix epoch when the statement began; 0 for artificial events.</param>
/// <param name="Type">What follows.</param>
/// <param name="ServerId">Server that wrote it first; part of a GTID of MariaDB.</param>
/// <param name="Size">Bytes of the event, header and checksum included.</param>
/// <param name="NextPosition">Low 32 bits of the position behind the event, or 0.</param>
/// <param name="Flags">See the constants.</param>
internal readonly record struct EventHeader(uint Timestamp, EventType Type, uint ServerId, uint Size, uint NextPosition, ushort Flags)
{
    /// <summary>Bytes of the header.</summary>
    public const int Length = 19;

    /// <summary>FORMAT_DESCRIPTION of a file that is open for writing, or was when the server crashed.</summary>
    public const ushort InUse = 0x01;

    /// <summary>A statement of a session that used a temporary table with it, or with an earlier one of the same routine.</summary>
    public const ushort ThreadSpecific = 0x04;

    /// <summary>Made for this stream; not part of the file.</summary>
    public const ushort Artificial = 0x20;

    /// <summary>May be skipped by readers that do not know the type.</summary>
    public const ushort Ignorable = 0x80;

    /// <param name="bytes">At least <see cref="Length"/> bytes.</param>
    public static EventHeader Read(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt32LittleEndian(bytes),
        (EventType)bytes[4],
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[5..]),
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[9..]),
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[13..]),
        BinaryPrimitives.ReadUInt16LittleEndian(bytes[17..]));
}
