namespace CdcLake.Planning.Logical;

/// <summary>
/// The sinks of all streams that belong together, in the order of their calls, and whether the graph is frozen. Joining two streams makes their graphs one.
/// </summary>
internal sealed class StreamGraph
{
    private StreamGraph? _mergedInto;
    private readonly List<LogicalSink> _sinks = [];
    private bool _isFrozen;

    public IReadOnlyList<LogicalSink> Sinks => Root._sinks;

    private StreamGraph Root => _mergedInto?.Root ?? this;

    public void Add(LogicalSink sink)
    {
        RequireOpen();
        Root._sinks.Add(sink);
    }

    /// <summary>Makes this graph and another one the same.</summary>
    public void Merge(StreamGraph other)
    {
        RequireOpen();
        other.RequireOpen();
        var (mine, theirs) = (Root, other.Root);
        if (mine != theirs)
        {
            mine._sinks.AddRange(theirs._sinks);
            theirs._mergedInto = mine;
        }
    }

    /// <summary>From now on operators and sinks are refused.</summary>
    public void Freeze() => Root._isFrozen = true;

    /// <exception cref="InvalidOperationException">The pipeline was built.</exception>
    public void RequireOpen()
    {
        if (Root._isFrozen)
        {
            throw new InvalidOperationException("The pipeline of this stream was built already; it cannot change any more. Add operators and sinks before Build.");
        }
    }
}
