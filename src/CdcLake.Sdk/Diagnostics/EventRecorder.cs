using Microsoft.Extensions.Logging;

namespace CdcLake.Diagnostics;

/// <summary>Keeps the last log messages of one pipeline, from information upwards, whether the application logs them or not. Thread-safe.</summary>
/// <param name="clock">Says when something happened.</param>
internal sealed class EventRecorder(TimeProvider clock)
{
    private const int Remembered = 200;

    private readonly Lock _gate = new();
    private readonly LinkedList<PipelineEvent> _events = new();
    private long _last;

    /// <summary>Newest first.</summary>
    public IReadOnlyList<PipelineEvent> Events
    {
        get
        {
            lock (_gate)
            {
                return [.. _events];
            }
        }
    }

    /// <summary>A logger that also keeps what is told to it.</summary>
    /// <param name="logger">The application's.</param>
    /// <param name="area">Last word of its category.</param>
    public ILogger Over(ILogger logger, string area) => new Tee(this, logger, area);

    private void Add(LogLevel level, int id, string area, string message, Exception? error)
    {
        var now = clock.GetUtcNow();
        lock (_gate)
        {
            _events.AddFirst(new PipelineEvent
            {
                Number = ++_last,
                At = now,
                Level = level,
                Id = id,
                Area = area,
                Message = message,
                Error = error is null ? null : PipelineError.Of(error, now),
            });
            if (_events.Count > Remembered)
            {
                _events.RemoveLast();
            }
        }
    }

    private sealed class Tee(EventRecorder recorder, ILogger logger, string area) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => logger.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => IsKept(logLevel) || logger.IsEnabled(logLevel);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsKept(logLevel))
            {
                recorder.Add(logLevel, eventId.Id, area, formatter(state, exception), exception);
            }

            // What the application does not want has come here only because it is kept.
            if (logger.IsEnabled(logLevel))
            {
                logger.Log(logLevel, eventId, state, exception, formatter);
            }
        }

        private static bool IsKept(LogLevel level) => level is >= LogLevel.Information and < LogLevel.None;
    }
}
