namespace CdcLake.Testing;

/// <summary>What a <see cref="RecordingProxy"/> does with a frame.</summary>
public readonly record struct ProxyAction
{
    private ProxyAction(ProxyActionKind kind, int bytes, TimeSpan time) => (Kind, Bytes, Time) = (kind, bytes, time);

    /// <summary>It is passed on at once.</summary>
    public static ProxyAction Pass => default;

    internal ProxyActionKind Kind { get; }

    /// <summary>Bytes of the frame that are passed on before.</summary>
    internal int Bytes { get; }

    internal TimeSpan Time { get; }

    /// <summary>The connection is cut, both ways.</summary>
    /// <param name="after">Bytes of the frame that are passed on before; those that it does not have do not matter.</param>
    /// <exception cref="ArgumentOutOfRangeException">Negative.</exception>
    public static ProxyAction Cut(int after = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(after);
        return new ProxyAction(ProxyActionKind.Cut, after, default);
    }

    /// <summary>The connection stays open, and nothing of the frame's direction passes any more.</summary>
    /// <param name="after">Bytes of the frame that are passed on before.</param>
    /// <exception cref="ArgumentOutOfRangeException">Negative.</exception>
    public static ProxyAction Silence(int after = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(after);
        return new ProxyAction(ProxyActionKind.Silence, after, default);
    }

    /// <summary>It is passed on later, and with it whatever comes behind it in its direction.</summary>
    /// <param name="time">How much later, by the proxy's clock.</param>
    /// <exception cref="ArgumentOutOfRangeException">Negative.</exception>
    public static ProxyAction Delay(TimeSpan time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero);
        return new ProxyAction(ProxyActionKind.Delay, 0, time);
    }
}

/// <summary>Kinds of <see cref="ProxyAction"/>.</summary>
internal enum ProxyActionKind
{
    Pass,
    Cut,
    Silence,
    Delay,
}
