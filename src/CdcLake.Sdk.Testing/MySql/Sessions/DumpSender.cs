using System.Globalization;
using CdcLake.MySql.Gtids;
using CdcLake.Testing.MySql.Log;
using CdcLake.Testing.Wire;

namespace CdcLake.Testing.MySql.Sessions;

/// <summary>
/// Sends the log to a replica as a server does: the name of the first file as an artificial ROTATE_EVENT, the file without the transactions that the replica has, the next file, and at the end
/// what comes, with heartbeats in between.
/// </summary>
/// <param name="server">Has the log.</param>
/// <param name="faults">What goes wrong.</param>
/// <param name="connection">The replica.</param>
/// <param name="packets">Its connection.</param>
/// <param name="request">What it wants.</param>
/// <param name="heartbeat">How long it waits for a word.</param>
internal sealed class DumpSender(ServerState server, SessionFaults faults, Connection connection, PacketStream packets, DumpRequest request, TimeSpan heartbeat)
{
    private readonly DumpFilter _filter = new(gtid => request.Included?.Contains(gtid) == true);

    /// <summary>Runs until the replica has what it asked for.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (Start() is not { } file)
        {
            await ErrorAsync(Refusal(), cancellationToken).ConfigureAwait(false);
            return;
        }

        CutTwin();
        var at = BinlogEvent.First;
        await SendAsync(BinlogEvent.ArtificialRotate(file), cancellationToken).ConfigureAwait(false);
        if (request.Included is null && request.Position > BinlogEvent.First)
        {
            var head = server.Log.Read(file, BinlogEvent.First)?.Bytes ?? [];
            await SendAsync(head.AsMemory(0, BinlogEvent.SizeOf(head)), cancellationToken).ConfigureAwait(false);
            at = request.Position;
        }

        while (true)
        {
            var grown = server.Log.Grown;
            if (server.Log.Read(file, at) is not { } read)
            {
                await ErrorAsync("could not find next log; the first event '' at 4, the last event read from '' at 4", cancellationToken).ConfigureAwait(false);
                return;
            }

            await SendAllAsync(read.Bytes, file, at, cancellationToken).ConfigureAwait(false);
            at += read.Bytes.Length;
            if (read.Next is { } next)
            {
                (file, at) = (next, BinlogEvent.First);
                await SendAsync(BinlogEvent.ArtificialRotate(file), cancellationToken).ConfigureAwait(false);
            }
            else if (read.Bytes.Length == 0)
            {
                if (request.EndsAtEnd)
                {
                    await packets.WriteAsync(PacketStream.Eof(), cancellationToken).ConfigureAwait(false);
                    await packets.FlushAsync(cancellationToken).ConfigureAwait(false);
                    return;
                }

                await packets.FlushAsync(cancellationToken).ConfigureAwait(false);
                if (await server.TimesOutAsync(grown, heartbeat, cancellationToken).ConfigureAwait(false))
                {
                    await SendAsync(BinlogEvent.Heartbeat(file, at), cancellationToken).ConfigureAwait(false);
                }
            }
        }
    }

    private string? Start()
    {
        if (request.Included is { } included)
        {
            return included.Covers(server.Log.Purged) && !HasMore(included) ? server.Log.FindStart(included) : null;
        }

        var files = server.Log.Files;
        return request.File.Length == 0 ? files[0].Name : files.Any(f => f.Name == request.File && f.Length >= request.Position) ? request.File : null;
    }

    private string Refusal()
    {
        if (request.Included is not { } included)
        {
            return "Could not find first log file name in binary log index file";
        }

        return HasMore(included)
            ? "Replica has more GTIDs than the source has, using the source's SERVER_UUID. This may indicate that the end of the binary log was truncated or that the last binary log file was lost, e.g., after a power or disk failure when sync_binlog != 1. The source may or may not have rolled back transactions that were already replicated to the replica. Replicate any transactions that source has rolled back from replica to source, and/or commit empty transactions on source to account for transactions that have been"
            : $"Cannot replicate because the source purged required binary logs. Replicate the missing transactions from elsewhere, or provision a new replica from backup. Consider increasing the source's binary log expiration period. The GTID set sent by the replica is '{included}', and the missing transactions are '{server.Log.Purged.Subtract(included)}'";
    }

    // Only what the server has named itself: others' transactions may be missing anywhere.
    private bool HasMore(GtidSet included) => included.Subtract(server.Log.Executed).ToString().Contains(server.Options.Uuid, StringComparison.OrdinalIgnoreCase);

    // A replica that comes again takes the place of its older connection, which the server may not have noticed to be dead.
    private void CutTwin()
    {
        List<Connection> twins;
        lock (server.Lock)
        {
            twins = [.. server.Connections.Values.Where(c => c != connection && c.Replica.Length > 0 && c.Replica == connection.Replica)];
        }

        twins.ForEach(t => t.Cut());
    }

    private async Task SendAllAsync(byte[] bytes, string file, int at, CancellationToken cancellationToken)
    {
        for (var from = 0; from < bytes.Length;)
        {
            var one = bytes.AsMemory(from, BinlogEvent.SizeOf(bytes.AsSpan(from)));
            if (_filter.Passes(one.Span))
            {
                await SendAsync(one, cancellationToken, $"event {BinlogEvent.TypeOf(one.Span)} {file}:{(at + from).ToString(CultureInfo.InvariantCulture)}").ConfigureAwait(false);
            }

            from += one.Length;
        }
    }

    private async Task SendAsync(ReadOnlyMemory<byte> one, CancellationToken cancellationToken, string? step = null)
    {
        var fault = step is null ? FakeMySqlFault.None : faults.Ask(step);
        if (fault != FakeMySqlFault.None)
        {
            await packets.FlushAsync(cancellationToken).ConfigureAwait(false); // what came before has left already
            faults.Apply(fault);
        }

        await faults.HoldBackAsync(fault, cancellationToken).ConfigureAwait(false);
        if (fault is FakeMySqlFault.Refuse or FakeMySqlFault.Error)
        {
            var error = fault == FakeMySqlFault.Refuse
                ? new SqlError(1053, "08S01", "Server shutdown in progress")
                : new SqlError(1236, "HY000", "binlog truncated in the middle of event; consider out of disk space on source");
            await packets.WriteAsync(PacketStream.Error(error), cancellationToken).ConfigureAwait(false);
            await packets.FlushAsync(cancellationToken).ConfigureAwait(false);
            throw new SessionCutException();
        }

        var packet = new byte[one.Length + 1];
        one.CopyTo(packet.AsMemory(1));
        if (fault == FakeMySqlFault.CutInside)
        {
            await packets.WriteAsync(packet, cancellationToken).ConfigureAwait(false);
            await packets.FlushHalfAsync(cancellationToken).ConfigureAwait(false);
            throw new SessionCutException();
        }

        await packets.WriteAsync(packet, cancellationToken).ConfigureAwait(false);
        if (fault == FakeMySqlFault.CutAfter)
        {
            await packets.FlushAsync(cancellationToken).ConfigureAwait(false);
            throw new SessionCutException();
        }
    }

    private async Task ErrorAsync(string text, CancellationToken cancellationToken)
    {
        await packets.WriteAsync(PacketStream.Error(new SqlError(1236, "HY000", text)), cancellationToken).ConfigureAwait(false);
        await packets.FlushAsync(cancellationToken).ConfigureAwait(false);
    }
}
