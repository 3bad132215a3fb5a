using CdcLake.StarRocks.Ddl;
using CdcLake.StarRocks.StreamLoad;

namespace CdcLake.StarRocks.Commits;

/// <summary>
/// A transaction of several loads, over one table or, without prepare, over several of a database. What was sent is kept, up to a limit, so that a transaction that the server lost can be
/// built again from its beginning. One call at a time.
/// </summary>
internal sealed class LoadTransaction(ClusterConnection connection, Labels labels, TimeProvider clock, string database, string? table, string label) : IDisposable
{
    private const long KeptBytes = 64L << 20;
    private const int LostAnswers = 3; // after as many the backend that holds the rows counts as gone
    private readonly LoadCalls _calls = connection.Calls(clock);
    private readonly List<LoadPiece> _pieces = [];
    private int _sent;
    private bool _isBegun;
    private bool _isIncomplete;

    public string Label => label;

    /// <summary>Sends rows into the transaction, which begins with the first. The piece belongs to it from now on.</summary>
    /// <exception cref="StarRocksLoadException">The rows are refused; or, transient, the server lost what was sent before and is no longer kept here.</exception>
    public async Task AddAsync(LoadPiece piece, CancellationToken cancellationToken)
    {
        _pieces.Add(piece);
        await SendAsync(connection.Patience(clock), cancellationToken).ConfigureAwait(false);
        if (_pieces.Sum(p => (long)p.Body.Length) > KeptBytes)
        {
            _isIncomplete = true;
            Dispose();
            _sent = 0;
        }
    }

    /// <summary>Rows are durable and invisible afterwards.</summary>
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        var patience = connection.Patience(clock);
        var lost = 0;
        while (true)
        {
            var reply = await _calls.PrepareAsync(database, label, cancellationToken).ConfigureAwait(false);
            if (reply.IsOk)
            {
                return;
            }

            await ThrowIfLastingAsync(reply, cancellationToken).ConfigureAwait(false);
            var state = await labels.StateAsync(database, label, cancellationToken).ConfigureAwait(false);
            if (state == Labels.Prepared)
            {
                return;
            }

            await PauseAsync(patience, reply, cancellationToken).ConfigureAwait(false);
            lost += reply.IsLost ? 1 : 0;
            var mayBeAsked = reply.IsInProcess || (reply.IsLost && (lost < LostAnswers || _isIncomplete)); // what is no longer kept here cannot be sent to another backend
            if (state != Labels.Prepare || !mayBeAsked)
            {
                await RestartAsync(reply, cancellationToken).ConfigureAwait(false);
                await SendAsync(patience, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Makes the rows visible.</summary>
    /// <exception cref="CommitConflictException">Somebody else aborted it: another process fills the same table (transient).</exception>
    /// <exception cref="StarRocksLoadException">It was refused, or nobody says whether it was done (transient).</exception>
    public async Task CommitAsync(CancellationToken cancellationToken)
    {
        var patience = connection.Patience(clock);
        while (true)
        {
            var reply = await _calls.CommitAsync(database, label, cancellationToken).ConfigureAwait(false);
            if (reply.IsOk)
            {
                Dispose();
                return;
            }

            if (reply.IsPublishTimeout)
            {
                break;
            }

            await ThrowIfLastingAsync(reply, cancellationToken).ConfigureAwait(false);
            var state = await labels.StateAsync(database, label, cancellationToken).ConfigureAwait(false);
            if (Labels.IsDone(state))
            {
                break;
            }

            await PauseAsync(patience, reply, cancellationToken).ConfigureAwait(false);
            if (state == Labels.Prepare && !reply.IsLost && !reply.IsInProcess && table is null)
            {
                await RestartAsync(reply, cancellationToken).ConfigureAwait(false); // a backend that died took rows with it
                await SendAsync(patience, cancellationToken).ConfigureAwait(false);
            }
            else if (!Labels.IsOpen(state))
            {
                throw new CommitConflictException(
                    $"Transaction {label} in database {database}, which was about to be committed, is {state}: {reply.Message}. It took longer than the server waits, or another process fills the same table.") { IsTransient = true };
            }
        }

        if (table is null)
        {
            await labels.IsVisibleSoonAsync(database, label, cancellationToken).ConfigureAwait(false); // rows and positions become visible together, however late
        }
        else
        {
            await labels.RequireVisibleAsync(new TableName(database, table), label, cancellationToken).ConfigureAwait(false); // or the position would be there before the rows
        }

        Dispose();
    }

    /// <summary>Nothing of it will be visible.</summary>
    public async Task AbortAsync(CancellationToken cancellationToken)
    {
        Dispose();
        if (_isBegun)
        {
            _isBegun = false;
            await labels.EndAsync(database, label, cancellationToken).ConfigureAwait(false);
        }
    }

    public void Dispose()
    {
        foreach (var piece in _pieces)
        {
            piece.Dispose();
        }

        _pieces.Clear();
    }

    private async Task SendAsync(Patience patience, CancellationToken cancellationToken)
    {
        while (await TrySendAsync(cancellationToken).ConfigureAwait(false) is { } reply)
        {
            await ThrowIfLastingAsync(reply, cancellationToken).ConfigureAwait(false);
            await PauseAsync(patience, reply, cancellationToken).ConfigureAwait(false);
            if (!reply.IsInProcess)
            {
                await RestartAsync(reply, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Begins where that is to be done, and sends what was not sent.</summary>
    /// <returns>Null when everything arrived.</returns>
    private async Task<LoadReply?> TrySendAsync(CancellationToken cancellationToken)
    {
        if (!_isBegun)
        {
            _isBegun = true; // from here on there may be something to abort
            var reply = await _calls.BeginAsync(database, table, label, cancellationToken).ConfigureAwait(false);
            if (!reply.IsOk)
            {
                return reply;
            }
        }

        for (; _sent < _pieces.Count; _sent++)
        {
            var reply = await _calls.LoadAsync(_pieces[_sent], label, cancellationToken).ConfigureAwait(false);
            if (!reply.IsOk)
            {
                return reply;
            }
        }

        return null;
    }

    /// <summary>The transaction is over; the next attempt begins another one under the same label.</summary>
    private async Task RestartAsync(LoadReply reply, CancellationToken cancellationToken)
    {
        if (Labels.IsDone(await labels.EndAsync(database, label, cancellationToken).ConfigureAwait(false)))
        {
            throw new CommitConflictException($"Transaction {label} in database {database} was committed by somebody else, while it was being filled ({reply.Message}).") { IsTransient = true };
        }

        (_sent, _isBegun) = (0, false);
        if (_isIncomplete)
        {
            throw new StarRocksLoadException($"StarRocks lost transaction {label} in database {database}, of which more was sent than is kept here: {reply.Message}. What was committed before is not affected.") { IsTransient = true, Label = label };
        }
    }

    private async Task PauseAsync(Patience patience, LoadReply reply, CancellationToken cancellationToken)
    {
        if (!await patience.WaitAsync(cancellationToken).ConfigureAwait(false))
        {
            throw await labels.ErrorAsync(reply, Where, label, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task ThrowIfLastingAsync(LoadReply reply, CancellationToken cancellationToken)
    {
        if (LoadErrors.IsLasting(reply))
        {
            throw await labels.ErrorAsync(reply, Where, label, cancellationToken).ConfigureAwait(false);
        }
    }

    private TableName Where => _pieces.Count > 0 ? _pieces[Math.Min(_sent, _pieces.Count - 1)].Table : new TableName(database, table ?? "(several tables)");
}
