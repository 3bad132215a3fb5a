using CdcLake.Connectors;

namespace CdcLake.MySql.Binlog;

/// <summary>
/// Turns the events of a log, one after the other, into batches and epochs. The caller frames events (packets of a dump stream, or a file) and
/// alternates: <see cref="Process"/> until <see cref="NeedsFlush"/>, then <see cref="FlushAsync"/>; when it has no more bytes at hand,
/// <see cref="FlushAsync"/> with <c>idle</c>. After a new connection or at the start of a file it calls <see cref="BeginStream"/>. Not thread-safe.
/// </summary>
internal sealed class BinlogEventProcessor : IDisposable
{
    public BinlogEventProcessor(BinlogProcessorOptions options) => _ = options;

    /// <summary>What is included after the last whole transaction, with the file and offset where it ended.</summary>
    public MySqlPosition Position => throw new NotSupportedException();

    /// <summary>Included transactions; ask for this set when connecting again (a transaction that was interrupted is not in it).</summary>
    public GtidSet Executed => throw new NotSupportedException();

    /// <summary>True when the last event ended a transaction and no other has begun.</summary>
    public bool AtTransactionEnd => throw new NotSupportedException();

    /// <summary>True when <see cref="FlushAsync"/> has to be called before the next event: enough rows are pending, an epoch is due, or a boundary was reached.</summary>
    public bool NeedsFlush => throw new NotSupportedException();

    /// <summary>Changed rows of captured tables since the processor was made, before-images and after-images counted each.</summary>
    public long Rows => throw new NotSupportedException();

    /// <summary>
    /// A new connection or file begins: the event format, table maps and the unfinished transaction are forgotten. Rows of that transaction
    /// that were handed on already are left out when the same transaction comes again.
    /// </summary>
    /// <param name="origin">File name, or the server's name until its first ROTATE event tells the file.</param>
    /// <param name="checksum">True when events before the first FORMAT_DESCRIPTION (the artificial ROTATE of a dump) end with a CRC-32.</param>
    public void BeginStream(string origin, bool checksum) => throw new NotSupportedException();

    /// <summary>Takes one whole event: common header, body, and checksum if the stream has them. Nothing keeps the span.</summary>
    /// <exception cref="MySqlProtocolException">Malformed, wrong checksum, or an event this library does not know.</exception>
    /// <exception cref="BinlogUnavailableException">The server's log format settings are not as required; the message prints the statement.</exception>
    /// <exception cref="SchemaMismatchException">A captured table changed its definition.</exception>
    /// <exception cref="UnsupportedTypeException">A value that cannot be represented.</exception>
    public void Process(ReadOnlySpan<byte> eventBytes) => throw new NotSupportedException();

    /// <summary>
    /// Hands pending batches on and ends the epoch if it is due. With <paramref name="idle"/> (no more bytes at hand) every whole transaction is
    /// handed on and the epoch ends, also when only the position moved.
    /// </summary>
    public ValueTask FlushAsync(ISourceOutput output, bool idle, CancellationToken cancellationToken) => throw new NotSupportedException();

    public void Dispose()
    {
    }
}
