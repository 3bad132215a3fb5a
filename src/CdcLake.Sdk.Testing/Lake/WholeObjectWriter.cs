using CdcLake.Storage;

namespace CdcLake.Testing.Lake;

/// <summary>Keeps an object until it is complete, and puts it in one piece.</summary>
/// <param name="put">Puts it.</param>
internal sealed class WholeObjectWriter(Func<byte[], CancellationToken, Task> put) : IObjectWriter
{
    private readonly MemoryStream _content = new();

    public long Length => _content.Length;

    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        _content.Write(bytes.Span);
        return ValueTask.CompletedTask;
    }

    public Task CompleteAsync(CancellationToken cancellationToken) => put(_content.ToArray(), cancellationToken);

    public ValueTask DisposeAsync() => _content.DisposeAsync();
}
