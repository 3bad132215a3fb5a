using CdcLake.MySql.Wire.Packets;
using CdcLake.MySql.Wire.Payloads;

namespace CdcLake.MySql.Wire;

internal sealed partial class WireConnection
{
    private string _executing = "";

    /// <summary>Prepares a statement; its placeholders are question marks.</summary>
    /// <exception cref="MySqlServerException">The server refuses the statement; the connection stays usable.</exception>
    public async Task<PreparedStatement> PrepareAsync(string statement, CancellationToken cancellationToken)
    {
        _writer.Clear().WriteByte((byte)Command.StatementPrepare);
        _writer.WriteText(statement);
        await SendAsync(cancellationToken).ConfigureAwait(false);
        var packet = await _stream.ReadAsync(cancellationToken).ConfigureAwait(false);
        ThrowIfError(packet.Span, statement);
        var prepared = PrepareOk.Read(packet.Span);
        await ReadColumnsAsync(prepared.Parameters, cancellationToken).ConfigureAwait(false);
        var columns = await ReadColumnsAsync(prepared.Columns, cancellationToken).ConfigureAwait(false);
        _isBusy = false;
        return new PreparedStatement(statement, prepared.StatementId, prepared.Parameters, columns);
    }

    /// <summary>
    /// Executes a prepared statement. Then rows are taken with <see cref="TryReadRow"/>, filling in between, until <see cref="IsAtEnd"/>;
    /// only then may the connection be used again.
    /// </summary>
    /// <exception cref="MySqlServerException">The server refuses the execution; the connection stays usable.</exception>
    public async Task<ColumnDefinition41[]> ExecuteAsync(
        PreparedStatement statement, ReadOnlyMemory<StatementParameter> parameters, CancellationToken cancellationToken)
    {
        StatementExecute.Write(_writer.Clear(), statement.Id, parameters.Span);
        await SendAsync(cancellationToken).ConfigureAwait(false);
        _executing = statement.Text;
        var columns = await ReadResultHeaderAsync(statement.Text, cancellationToken).ConfigureAwait(false);
        IsAtEnd = columns.Length == 0;
        return columns;
    }

    /// <summary>True when all rows of the execution were taken.</summary>
    public bool IsAtEnd { get; private set; } = true;

    /// <summary>
    /// Takes the next row of the running execution, in the layout of <see cref="BinaryRow"/>; valid until the next fill.
    /// False: no whole row is at hand; unless <see cref="IsAtEnd"/>, fill and try again.
    /// </summary>
    /// <exception cref="MySqlServerException">The server broke off, for example because a time limit was reached.</exception>
    public bool TryReadRow(out ReadOnlySpan<byte> row)
    {
        if (IsAtEnd || !_stream.TryRead(out row))
        {
            row = default;
            return false;
        }

        if (row.Length > 0 && row[0] == BinaryRow.Marker)
        {
            return true;
        }

        IsAtEnd = true;
        ThrowIfError(row, _executing);
        if (!EofPacket.Is(row, DeprecateEof))
        {
            throw MySqlProtocolException.Malformed("Binary row", 0, row.Length == 0 ? "it is empty" : $"first byte 0x{row[0]:X2}");
        }

        EndResult(row);
        row = default;
        return false;
    }

    /// <summary>Receives more rows or events. Completes synchronously when bytes were waiting.</summary>
    public ValueTask FillAsync(CancellationToken cancellationToken) => _stream.FillAsync(cancellationToken);

    /// <summary>Frees a statement on the server, which does not answer.</summary>
    public async Task CloseAsync(PreparedStatement statement, CancellationToken cancellationToken)
    {
        _writer.Clear().WriteByte((byte)Command.StatementClose);
        _writer.WriteUInt32(statement.Id);
        await SendAsync(cancellationToken).ConfigureAwait(false);
        _isBusy = false;
    }
}
