namespace CdcLake;

/// <summary>What a stream can be joined with: a table of a source, or another stream.</summary>
/// <typeparam name="T">Type of the rows.</typeparam>
public abstract class StreamSource<T>
{
    private protected StreamSource()
    {
    }

    /// <summary>The changes of the table, or the stream itself.</summary>
    internal abstract ChangeStream<T> AsStream();
}
