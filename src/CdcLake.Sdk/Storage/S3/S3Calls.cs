using CdcLake.Common;

namespace CdcLake.Storage.S3;

// Who repeats a request: only this class. The SDK's own repetitions are off (they would hide a lost answer of a conditional put), and FileIO leaves stores that repeat
// by themselves alone. Every request may be sent twice, since those that create something look at what is there when they are told that it exists.

/// <summary>Sends requests: each with a time-out, and again after errors that pass, with growing pauses and within a budget. Safe for concurrent use.</summary>
internal sealed class S3Calls
{
    private static readonly TimeSpan SlowDown = TimeSpan.FromMilliseconds(500);
    private readonly S3Options _options;
    private readonly S3Errors _errors;
    private readonly TimeProvider _clock;
    private readonly Func<CancellationToken, ValueTask>? _prepare;
    private readonly RetryBudget _budget = new();
    private int _seed;

    /// <param name="options">Time-outs and pauses.</param>
    /// <param name="errors">Says what an exception means.</param>
    /// <param name="clock">Measures them.</param>
    /// <param name="prepare">Runs before each attempt, within its time; null for nothing.</param>
    public S3Calls(S3Options options, S3Errors errors, TimeProvider clock, Func<CancellationToken, ValueTask>? prepare)
    {
        _prepare = prepare;
        _options = options;
        _errors = errors;
        _clock = clock;
    }

    /// <summary>Runs a request to its end.</summary>
    /// <param name="verb">What it does, for messages: <c>read</c>, <c>write</c>.</param>
    /// <param name="uri">To which object or place.</param>
    /// <param name="call">One attempt, the reading of the answer's content included.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="ObjectStoreException">It failed; no further attempt would help, or none is left.</exception>
    public async Task<T> RunAsync<T>(string verb, string uri, Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        Backoff? pauses = null;
        for (var attempt = 1; ; attempt++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var timeout = new CancellationTokenSource(_options.RequestTimeout, _clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
            ObjectStoreException error;
            try
            {
                if (_prepare is not null)
                {
                    await _prepare(either.Token).ConfigureAwait(false);
                }

                var result = await call(either.Token).ConfigureAwait(false);
                _budget.Give();
                return result;
            }
            catch (Exception e) when (S3Errors.IsExpected(e) && !cancellationToken.IsCancellationRequested)
            {
                error = timeout.IsCancellationRequested ? _errors.NoAnswer(verb, uri, _options.RequestTimeout, attempt, e) : _errors.Wrap(verb, uri, e);
            }

            if (!error.IsTransient || attempt > _options.RetryCount || !_budget.TryTake())
            {
                throw error;
            }

            pauses ??= new Backoff(_options.RetryMinWait, _options.RetryMaxWait, unchecked((uint)Interlocked.Increment(ref _seed)));
            var pause = pauses.Next();
            await Task.Delay(S3Errors.AsksForPatience(error) && pause < SlowDown && _options.RetryMinWait > TimeSpan.Zero ? SlowDown : pause, _clock, cancellationToken)
                .ConfigureAwait(false);
        }
    }
}
