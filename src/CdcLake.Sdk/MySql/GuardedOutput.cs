using CdcLake.Columnar;
using CdcLake.Connectors;

namespace CdcLake.MySql;

/// <summary>Remembers that the consumer failed, so that its errors are never taken for those of the connection and retried.</summary>
internal sealed class GuardedOutput(ISourceOutput inner) : ISourceOutput
{
    public bool HasFailed { get; private set; }

    public async ValueTask ChangesAsync(int table, ChangeBatch batch, CancellationToken cancellationToken)
    {
        try
        {
            await inner.ChangesAsync(table, batch, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            HasFailed = true;
            throw;
        }
    }

    public async ValueTask EndEpochAsync(Epoch epoch, CancellationToken cancellationToken)
    {
        try
        {
            await inner.EndEpochAsync(epoch, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            HasFailed = true;
            throw;
        }
    }

    public void Report(SourceProgress progress) => inner.Report(progress);
}
