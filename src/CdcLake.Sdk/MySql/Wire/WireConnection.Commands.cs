using System.Text;
using CdcLake.MySql.Wire.Packets;
using CdcLake.MySql.Wire.Payloads;

namespace CdcLake.MySql.Wire;

internal sealed partial class WireConnection
{
    private const int MaxQuotedStatement = 200;
    private bool _isBusy;

    /// <summary>Runs a statement that has no rows.</summary>
    /// <exception cref="MySqlServerException">The server refuses the statement; the connection stays usable.</exception>
    public async Task ExecuteAsync(string statement, CancellationToken cancellationToken) =>
        await ReadTextAsync(statement, cancellationToken).ConfigureAwait(false);

    /// <summary>Runs a statement over the text protocol; gives the first value of its last row, or null when that is NULL or there is no row.</summary>
    /// <exception cref="MySqlServerException">The server refuses the statement; the connection stays usable.</exception>
    public async Task<string?> ReadTextAsync(string statement, CancellationToken cancellationToken)
    {
        _writer.Clear().WriteByte((byte)Command.Query);
        _writer.WriteText(statement);
        await SendAsync(cancellationToken).ConfigureAwait(false);
        var columns = await ReadResultHeaderAsync(statement, cancellationToken).ConfigureAwait(false);
        string? value = null;
        while (columns.Length > 0)
        {
            var packet = await _stream.ReadAsync(cancellationToken).ConfigureAwait(false);
            ThrowIfError(packet.Span, statement);
            if (EofPacket.Is(packet.Span, DeprecateEof))
            {
                EndResult(packet.Span);
                break;
            }

            value = FirstValue(packet.Span);
        }

        return value;
    }

    // Text row: for each column 0xFB (NULL) or a lenenc string.
    private static string? FirstValue(ReadOnlySpan<byte> row)
    {
        const byte Null = 0xFB;
        return row.Length > 0 && row[0] == Null ? null : Encoding.UTF8.GetString(new PacketReader(row).ReadLengthEncodedBytes());
    }

    // Sends what the writer holds as a command of its own.
    private ValueTask SendAsync(CancellationToken cancellationToken)
    {
        _isBusy = true;
        _stream.StartCommand();
        return _stream.WriteAsync(_writer, cancellationToken);
    }

    private ValueTask SendAsync(Command command, CancellationToken cancellationToken)
    {
        _writer.Clear().WriteByte((byte)command);
        return SendAsync(cancellationToken);
    }

    // Column definitions of a result; none for a statement without rows.
    private async Task<ColumnDefinition41[]> ReadResultHeaderAsync(string statement, CancellationToken cancellationToken)
    {
        var packet = await _stream.ReadAsync(cancellationToken).ConfigureAwait(false);
        ThrowIfError(packet.Span, statement);
        if (packet.Length > 0 && packet.Span[0] == OkPacket.Marker)
        {
            OkPacket.Read(packet.Span);
            _isBusy = false;
            return [];
        }

        return await ReadColumnsAsync(ReadCount(packet.Span), cancellationToken).ConfigureAwait(false);

        static int ReadCount(ReadOnlySpan<byte> payload)
        {
            var reader = new PacketReader(payload);
            var count = reader.ReadLengthEncoded();
            return count is > 0 and <= 4096 ? (int)count : throw MySqlProtocolException.Malformed("Result header", 0, $"{count} columns");
        }
    }

    private async Task<ColumnDefinition41[]> ReadColumnsAsync(int count, CancellationToken cancellationToken)
    {
        var columns = new ColumnDefinition41[count];
        for (var i = 0; i < count; i++)
        {
            var packet = await _stream.ReadAsync(cancellationToken).ConfigureAwait(false);
            columns[i] = ColumnDefinition41.Read(packet.Span);
        }

        if (count > 0 && !DeprecateEof)
        {
            await _stream.ReadAsync(cancellationToken).ConfigureAwait(false);
        }

        return columns;
    }

    private void EndResult(ReadOnlySpan<byte> endMarker)
    {
        if (EofPacket.ReadStatus(endMarker, DeprecateEof).HasFlag(ServerStatus.MoreResults))
        {
            throw new MySqlProtocolException($"{Peer} sends several results for one statement. Only statements with one result are used; the connection was closed.");
        }

        _isBusy = false;
    }

    private void ThrowIfError(ReadOnlySpan<byte> payload, string statement)
    {
        if (ErrPacket.Is(payload))
        {
            _isBusy = false;
            var quoted = statement.Length > MaxQuotedStatement ? string.Concat(statement.AsSpan(0, MaxQuotedStatement), "…") : statement;
            throw ErrPacket.Read(payload).ToException($"{Peer} refused \"{quoted}\"");
        }
    }
}
