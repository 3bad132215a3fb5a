using CdcLake.Common;
using CdcLake.StarRocks.StreamLoad;

namespace CdcLake.StarRocks.Commits;

#pragma warning disable CA1001 // the open transaction is ended by a commit or by AbortAsync, which every sink calls that leaves

/// <summary>
/// The sinks of one run of a pipeline in one database: who they are to the cluster, and the transaction that they share where there is such a thing. Safe for concurrent use; requests of one
/// transaction go one at a time.
/// </summary>
internal sealed class CommitRun(ClusterConnection connection, string pipeline, string database, TimeProvider clock)
{
    private readonly AsyncLock _lock = new();
    private LoadTransaction? _transaction;

    /// <summary>Names this run in labels and in the position table.</summary>
    public string Token { get; } = Labels.NewRun();

    /// <summary>True after a commit failed or was given up: the sinks are unusable, and new ones make another run.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Sinks that use it.</summary>
    public int Sinks { get; set; }

    /// <summary>Commits of the pipeline in this database so far.</summary>
    public long Number { get; private set; }

    /// <summary>Label of the open transaction; null when there is none.</summary>
    public string? Label => _transaction?.Label;

    public static string LabelOf(string pipeline, string database, long number, string run) => Labels.Of($"{pipeline}/{database}", number, run, 'm');

    /// <summary>A sink with commits of its own joins.</summary>
    public void Join(long number) => Number = Math.Max(Number, number);

    public async Task AddAsync(LoadPiece piece, CancellationToken cancellationToken)
    {
        using var turn = await _lock.EnterAsync(cancellationToken).ConfigureAwait(false);
        if (IsOver)
        {
            piece.Dispose();
            throw new StarRocksLoadException($"The transaction that the tables of pipeline \"{pipeline}\" in database {database} share was given up, because another of its sinks failed.") { IsTransient = true };
        }

        _transaction ??= new LoadTransaction(connection, new Labels(connection, clock), clock, database, null, LabelOf(pipeline, database, Number + 1, Token));
        await _transaction.AddAsync(piece, cancellationToken).ConfigureAwait(false);
    }

    public async Task CommitAsync(CancellationToken cancellationToken)
    {
        using var turn = await _lock.EnterAsync(cancellationToken).ConfigureAwait(false);
        await _transaction!.CommitAsync(cancellationToken).ConfigureAwait(false);
        _transaction = null;
        Number++;
    }

    /// <summary>Ends the run; nothing of the open transaction will be visible.</summary>
    public async Task AbortAsync(CancellationToken cancellationToken)
    {
        using var turn = await _lock.EnterAsync(cancellationToken).ConfigureAwait(false);
        IsOver = true;
        if (_transaction is { } transaction)
        {
            _transaction = null;
            await transaction.AbortAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
