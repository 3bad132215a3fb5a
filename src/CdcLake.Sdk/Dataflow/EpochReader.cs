using CdcLake.Diagnostics;

namespace CdcLake.Dataflow;

/// <summary>
/// Reads the channels of one stage so that it sees one epoch after the other: a channel that has delivered a signal is left alone until all others have
/// delivered the same one. Since every sender sends the same signals in the same order, this cannot block for ever. Not thread-safe.
/// </summary>
internal sealed class EpochReader
{
    private readonly StageChannel[] _channels;
    private readonly bool[] _ended;
    private readonly Task<bool>?[] _waits;
    private readonly WaitMeter? _idle;
    private int _open;
    private bool _isBroken;
    private int _next;

    /// <param name="channels">What it reads.</param>
    /// <param name="idle">Where waits for something to read are counted.</param>
    public EpochReader(IEnumerable<StageChannel> channels, WaitMeter? idle = null)
    {
        _idle = idle;
        _channels = [.. channels];
        _ended = new bool[_channels.Length];
        _waits = new Task<bool>?[_channels.Length];
        _open = _channels.Length;
    }

    /// <summary>
    /// The next changes, or a signal once it has come on all channels; null when all channels are complete. Changes of an epoch whose end
    /// never came (the source was stopped inside it) may precede that null.
    /// </summary>
    public async ValueTask<StageMessage?> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (TryReadAny(out var message))
            {
                if (message.Signal is null)
                {
                    return message;
                }

                if (_open == 0)
                {
                    Array.Clear(_ended);
                    _open = _channels.Length;
                    return _isBroken ? null : message;
                }
            }
            else if (_open == 0 || !await IdleAsync(cancellationToken).ConfigureAwait(false))
            {
                return null;
            }
        }
    }

    private bool TryReadAny(out StageMessage message)
    {
        for (var i = 0; i < _channels.Length; i++)
        {
            // Goes on with the channel read last: batches of one sender come in runs.
            var at = (_next + i) % _channels.Length;
            if (!_ended[at] && _channels[at].TryRead(out message))
            {
                _next = at;
                if (message.Signal is not null)
                {
                    _ended[at] = true;
                    _open--;
                }

                return true;
            }
        }

        message = default;
        return false;
    }

    private async ValueTask<bool> IdleAsync(CancellationToken cancellationToken)
    {
        _idle?.Begin();
        try
        {
            return await WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _idle?.End();
        }
    }

    /// <summary>Waits for any channel that owes the next signal; false when all of them are complete.</summary>
    private async ValueTask<bool> WaitAsync(CancellationToken cancellationToken)
    {
        if (_open == 1)
        {
            var last = Array.IndexOf(_ended, false);
            return await _channels[last].WaitToReadAsync(cancellationToken).ConfigureAwait(false) || Close(last);
        }

        var waits = new List<Task<bool>>(_open);
        for (var i = 0; i < _channels.Length; i++)
        {
            if (!_ended[i])
            {
                // A wait that has not ended is kept for the next time, or waits would pile up on a quiet channel.
                waits.Add(_waits[i] ??= _channels[i].WaitToReadAsync(cancellationToken).AsTask());
            }
        }

        var first = await Task.WhenAny(waits).ConfigureAwait(false);
        var at = Array.IndexOf(_waits, first);
        _waits[at] = null;
        return await first.ConfigureAwait(false) || Close(at);
    }

    /// <summary>Notes that a channel is complete before the next signal, which therefore never comes; true when others are still open.</summary>
    private bool Close(int at)
    {
        _isBroken = true;
        _ended[at] = true;
        _open--;
        return _open > 0;
    }
}
