using CdcLake.Common;
using CdcLake.Connectors;
using CdcLake.Planning.Binding;

namespace CdcLake.Runtime;

/// <summary>
/// Runs a pipeline again after errors that pass by themselves. A run that failed is thrown away whole: source, stages and sinks are opened anew, state comes from the
/// checkpoint, and the sinks say where to go on; so whatever failed, in whatever step, there is one way back.
/// </summary>
internal sealed class Supervisor
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private readonly PipelineDefinition _definition;
    private readonly PipelineOptions _options;
    private readonly StatusBoard _status;
    private readonly PositionBoard _positions;
    private readonly RunControl _control;
    private readonly Action<BoundPlan> _bound;
    private readonly Backoff _backoff;
    private long? _failingSince;
    private ILease? _lease;
    private int _failures;

    /// <param name="definition">What to run.</param>
    /// <param name="status">Where progress is noted.</param>
    /// <param name="positions">Where positions are noted.</param>
    /// <param name="control">Takes wishes while it runs.</param>
    /// <param name="bound">Called once the plan has met its source, in each run.</param>
    public Supervisor(PipelineDefinition definition, StatusBoard status, PositionBoard positions, RunControl control, Action<BoundPlan> bound)
    {
        _definition = definition;
        _options = definition.Options;
        _status = status;
        _positions = positions;
        _control = control;
        _bound = bound;
        _backoff = new Backoff(FirstPause, LongestPause, (uint)Hash64.Of(System.Text.Encoding.UTF8.GetBytes(definition.Name)));
    }

    /// <summary>Runs until <paramref name="stop"/>, the end of a finite source, or an error that does not pass by itself, or not within the time the user allows.</summary>
    /// <exception cref="OperationCanceledException">Stopped while it was starting, or waiting to.</exception>
    public async Task RunAsync(CancellationToken stop)
    {
        _status.Begin();
        _lease = _definition.CreateLease();
        await using var lease = (_lease ?? NoLease.Instance).ConfigureAwait(false);
        await RunUnderLeaseAsync(stop).ConfigureAwait(false);
    }

    private async Task RunUnderLeaseAsync(CancellationToken stop)
    {
        var rereads = false;
        for (var isFirst = true; ; isFirst = false)
        {
            var progress = _status.Progress;
            try
            {
                await AcquireAsync(stop).ConfigureAwait(false);
                rereads = await RunOnceAsync(rereads, isFirst, stop).ConfigureAwait(false) is not null;
                if (!rereads)
                {
                    return;
                }
            }
            catch (CdcLakeException error) when (MayPass(error) && !stop.IsCancellationRequested)
            {
                if (_status.Progress > progress)
                {
                    _failingSince = null;
                    _failures = 0;
                    _backoff.Reset();
                }

                rereads = false; // the next run meets the change of the table again, unless this one has committed the new content
                if (NextPause() is not { } pause)
                {
                    throw;
                }

                Describe(error);
                _status.Retrying(error, _failures, _options.TimeProvider.GetUtcNow() + pause);
                await Task.Delay(pause, _options.TimeProvider, stop).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Says which pipeline failed and where it stood.</summary>
    public void Describe(Exception error)
    {
        if (error is CdcLakeException known)
        {
            known.Pipeline ??= _definition.Name;
            known.Position ??= _status.Position;
        }
    }

    // Whatever fails in an instance that another one has taken over from passes: it stands by.
    private bool MayPass(CdcLakeException error) => error.IsTransient || _lease is { IsHeld: false };

    private async Task AcquireAsync(CancellationToken stop)
    {
        if (_lease is { IsHeld: false } lease)
        {
            _status.Enter(PipelineState.Starting);
            await lease.AcquireAsync(_status.Standby, stop).ConfigureAwait(false);
            _status.Leading();
        }
    }

    private async Task<string?> RunOnceAsync(bool rereads, bool isFirst, CancellationToken stop)
    {
        var source = _definition.CreateSource();
        await using (source.ConfigureAwait(false))
        {
            return await new PipelineRunner(_definition, _status, _positions, _control, _lease, _bound).RunAsync(source, rereads, isFirst, stop).ConfigureAwait(false);
        }
    }

    /// <summary>Null when the time is up.</summary>
    private TimeSpan? NextPause()
    {
        _failures++;
        _failingSince ??= _options.TimeProvider.GetTimestamp();
        var pause = _backoff.Next();
        return _options.RetryFor == Timeout.InfiniteTimeSpan || _options.TimeProvider.GetElapsedTime(_failingSince.Value) + pause <= _options.RetryFor ? pause : null;
    }
}
