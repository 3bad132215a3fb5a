using System.Globalization;
using CdcLake.MySql.Wire.Payloads;

namespace CdcLake.MySql.Wire;

internal sealed partial class WireConnection
{
    /// <summary>
    /// Turns the session into a binary log stream of all transactions outside a GTID set. Afterwards only <see cref="TryReadEvent"/>,
    /// <see cref="FillAsync"/> and disposal are allowed.
    /// </summary>
    public async Task StartDumpAsync(ReplicaIdentity identity, ReadOnlyMemory<byte> encodedGtidSet, DumpFlags flags, CancellationToken cancellationToken)
    {
        await PrepareDumpAsync(identity, "", cancellationToken).ConfigureAwait(false);
        BinlogDumpGtid.Write(_writer.Clear(), flags, identity.ServerId, encodedGtidSet.Span);
        await SendAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>As the other overload, from a place in a file, or from where other settings say.</summary>
    /// <param name="identity">Who reads.</param>
    /// <param name="file">The file.</param>
    /// <param name="position">Offset in it.</param>
    /// <param name="flags">How.</param>
    /// <param name="settings">Assignments to further variables of the session; empty for none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task StartDumpAsync(ReplicaIdentity identity, string file, uint position, DumpFlags flags, string settings, CancellationToken cancellationToken)
    {
        await PrepareDumpAsync(identity, settings, cancellationToken).ConfigureAwait(false);
        BinlogDump.Write(_writer.Clear(), flags, identity.ServerId, file, position);
        await SendAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Takes the next event of the dump, from its 19-byte header to its checksum; valid until the next fill.
    /// False: no whole event is at hand; unless <see cref="IsAtEnd"/>, fill and try again.
    /// </summary>
    /// <exception cref="MySqlServerException">The server ends the dump with an error, usually 1236.</exception>
    public bool TryReadEvent(out ReadOnlySpan<byte> binlogEvent)
    {
        if (IsAtEnd || !_stream.TryRead(out binlogEvent))
        {
            binlogEvent = default;
            return false;
        }

        if (binlogEvent.Length > 0 && binlogEvent[0] == OkPacket.Marker)
        {
            binlogEvent = binlogEvent[1..];
            return true;
        }

        IsAtEnd = true;
        if (ErrPacket.Is(binlogEvent))
        {
            throw ErrPacket.Read(binlogEvent).ToException($"{Peer} ended the binary log stream");
        }

        if (!EofPacket.Is(binlogEvent, deprecateEof: false))
        {
            throw MySqlProtocolException.Malformed("Dump packet", 0, binlogEvent.Length == 0 ? "it is empty" : $"first byte 0x{binlogEvent[0]:X2}");
        }

        binlogEvent = default;
        return false;
    }

    private async Task PrepareDumpAsync(ReplicaIdentity identity, string settings, CancellationToken cancellationToken)
    {
        var period = (identity.HeartbeatPeriod.Ticks * 100).ToString(CultureInfo.InvariantCulture); // nanoseconds
        await ExecuteAsync(
            "SET @source_binlog_checksum='CRC32', @master_binlog_checksum='CRC32', "
            + $"@source_heartbeat_period={period}, @master_heartbeat_period={period}, "
            + $"@replica_uuid='{identity.Uuid}', @slave_uuid='{identity.Uuid}'{(settings.Length == 0 ? "" : ", ")}{settings}",
            cancellationToken).ConfigureAwait(false);
        RegisterReplica.Write(_writer.Clear(), identity.ServerId, identity.Name);
        await SendAsync(cancellationToken).ConfigureAwait(false);
        await _stream.ReadAsync(cancellationToken).ConfigureAwait(false); // OK, or a refusal that changes nothing
        _stream.ReadTimeout = identity.HeartbeatPeriod * 3;
        IsAtEnd = false;
    }
}
