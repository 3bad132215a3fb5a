namespace CdcLake.Testing.Proxies;

/// <summary>What passed, and what the script says of it. Thread-safe; the script is called for one frame at a time.</summary>
/// <param name="mostBytes">The newest frames are kept whose bytes together are at most so many.</param>
internal sealed class ProxyLog(long mostBytes)
{
    private readonly Lock _lock = new();
    private readonly Queue<ProxyFrame> _frames = new();
    private long _bytes;
    private int _cuts;

    public Func<ProxyFrame, ProxyAction> Script { get; set; } = _ => ProxyAction.Pass;

    /// <summary>Connections that the script has cut or silenced.</summary>
    public int Cuts => Volatile.Read(ref _cuts);

    public IReadOnlyList<ProxyFrame> Frames
    {
        get
        {
            lock (_lock)
            {
                return [.. _frames];
            }
        }
    }

    public ProxyAction Add(ProxyFrame frame)
    {
        lock (_lock)
        {
            _frames.Enqueue(frame);
            for (_bytes += frame.Bytes.Length; _bytes > mostBytes && _frames.TryDequeue(out var oldest);)
            {
                _bytes -= oldest.Bytes.Length;
            }

            var action = Script(frame);
            _cuts += action.Kind is ProxyActionKind.Cut or ProxyActionKind.Silence ? 1 : 0;
            return action;
        }
    }
}
