namespace CdcLake.MySql.InitialSnapshots;

// A snapshot that is cut off by a crash goes on from its last part. A part costs a commit of every target, so parts are short at first and become longer: whoever is killed again and again
// loses at most about half of each life, and a snapshot that is left alone is disturbed some ten times in its first minutes.

/// <summary>Ends parts of a snapshot: brings all readers to rest between two batches, when it is time.</summary>
/// <param name="readers">How many read at the same time.</param>
/// <param name="first">How long the first one is; null where whoever takes the rows cannot keep parts.</param>
/// <param name="clock">Measures parts.</param>
/// <param name="endPart">Called while nobody reads.</param>
internal sealed class SnapshotParts(int readers, TimeSpan? first, TimeProvider clock, Func<CancellationToken, Task> endPart) : IDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(15);
    private readonly SemaphoreSlim _readers = new(readers);
    private TimeSpan _length = first ?? TimeSpan.MaxValue;
    private long _began = clock.GetTimestamp();
    private int _isEnding;

    /// <summary>Begins to read. From here on until <see cref="PauseAsync"/> or <see cref="Leave"/> no part ends.</summary>
    public Task EnterAsync(CancellationToken cancellationToken) => _readers.WaitAsync(cancellationToken);

    public void Leave() => _readers.Release();

    /// <summary>Called by a reader where a part may end.</summary>
    public async ValueTask PauseAsync(CancellationToken cancellationToken)
    {
        if (first is null)
        {
            return;
        }

        if (Volatile.Read(ref _isEnding) != 0)
        {
            _readers.Release();
            await _readers.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        else if (clock.GetElapsedTime(_began) >= _length && Interlocked.Exchange(ref _isEnding, 1) == 0)
        {
            await EndAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public void Dispose() => _readers.Dispose();

    private async Task EndAsync(CancellationToken cancellationToken)
    {
        for (var others = 1; others < readers; others++)
        {
            await _readers.WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        await endPart(cancellationToken).ConfigureAwait(false);
        _length = _length * 2 < Longest ? _length * 2 : Longest;
        _began = clock.GetTimestamp();
        Volatile.Write(ref _isEnding, 0);
        if (readers > 1)
        {
            _readers.Release(readers - 1);
        }
    }
}
