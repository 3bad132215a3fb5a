using CdcLake.StarRocks.StreamLoad;

namespace CdcLake.StarRocks.Commits;

/// <summary>How the rows of one sink get to the server for one commit after the other, by what the server can do.</summary>
internal abstract class TableLoads : IDisposable
{
    /// <summary>Label of what was sent for the next commit; null when nothing was.</summary>
    public abstract string? Label { get; }

    /// <summary>Bytes at which a piece is sent ahead.</summary>
    public abstract int PieceBytes { get; }

    /// <summary>Sends rows ahead of the commit, or keeps them for it. The piece belongs to it from now on.</summary>
    public abstract Task AddAsync(LoadPiece piece, CancellationToken cancellationToken);

    /// <summary>What was added is durable, as far as the server can, and invisible.</summary>
    public abstract Task PrepareAsync(CancellationToken cancellationToken);

    /// <summary>What was added becomes visible.</summary>
    public abstract Task CommitAsync(CancellationToken cancellationToken);

    /// <summary>What was added is gone.</summary>
    public abstract Task AbortAsync(CancellationToken cancellationToken);

    public abstract void Dispose();
}

/// <summary>From 4.0 on: rows go into the transaction that all tables of a database share; the group commits it.</summary>
internal sealed class SharedLoads(CommitRun run) : TableLoads
{
    public override string? Label => run.Label;

    public override int PieceBytes => 32 << 20;

    public override Task AddAsync(LoadPiece piece, CancellationToken cancellationToken) => run.AddAsync(piece, cancellationToken);

    public override Task PrepareAsync(CancellationToken cancellationToken) => Task.CompletedTask; // such a transaction is committed in one step

    public override Task CommitAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override Task AbortAsync(CancellationToken cancellationToken) => run.AbortAsync(cancellationToken);

    public override void Dispose()
    {
        // what is held belongs to the run
    }
}

/// <summary>From 2.5 on: a transaction for the table alone, prepared and then committed.</summary>
internal sealed class TransactionLoads(Func<LoadTransaction> begin) : TableLoads
{
    private LoadTransaction? _transaction;

    public override string? Label => _transaction?.Label;

    public override int PieceBytes => 32 << 20;

    public override Task AddAsync(LoadPiece piece, CancellationToken cancellationToken) => (_transaction ??= begin()).AddAsync(piece, cancellationToken);

    public override Task PrepareAsync(CancellationToken cancellationToken) => _transaction?.PrepareAsync(cancellationToken) ?? Task.CompletedTask;

    public override async Task CommitAsync(CancellationToken cancellationToken)
    {
        if (_transaction is { } transaction)
        {
            await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
            _transaction = null;
        }
    }

    public override async Task AbortAsync(CancellationToken cancellationToken)
    {
        if (_transaction is { } transaction)
        {
            _transaction = null;
            await transaction.AbortAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public override void Dispose() => _transaction?.Dispose();
}

/// <summary>Before 2.5: one load is one commit, so everything waits here for it.</summary>
internal sealed class PlainLoads(Labels labels, Func<string> nextLabel) : TableLoads
{
    private LoadPiece? _piece;

    public override string? Label => _piece is null ? null : nextLabel();

    public override int PieceBytes => int.MaxValue;

    public override Task AddAsync(LoadPiece piece, CancellationToken cancellationToken)
    {
        System.Diagnostics.Debug.Assert(_piece is null, "a commit has one load");
        _piece = piece;
        return Task.CompletedTask;
    }

    public override Task PrepareAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override async Task CommitAsync(CancellationToken cancellationToken)
    {
        if (_piece is { } piece)
        {
            await labels.LoadAsync(piece, nextLabel(), cancellationToken).ConfigureAwait(false);
            Dispose();
        }
    }

    public override Task AbortAsync(CancellationToken cancellationToken)
    {
        Dispose();
        return Task.CompletedTask;
    }

    public override void Dispose()
    {
        _piece?.Dispose();
        _piece = null;
    }
}
