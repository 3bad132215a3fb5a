using System.Globalization;
using CdcLake.Columnar;
using CdcLake.Connectors;

namespace CdcLake.Benchmarks.Children;

/// <summary>
/// A log file played back at the pace of a live server: each epoch that has rows ends when it is due, and after the last one the source waits for more, as a server without
/// writers does. Says <c>paced TIME</c>, the moment from which transactions count.
/// </summary>
/// <param name="file">What is played back; options that end an epoch with every transaction belong to it.</param>
/// <param name="perSecond">Epochs a second.</param>
internal sealed class PacedSource(ISource file, double perSecond) : ISource
{
    public string Name => file.Name;

    public Task<IReadOnlyList<SourceTable>> DescribeAsync(IReadOnlyList<string> tables, CancellationToken cancellationToken) => file.DescribeAsync(tables, cancellationToken);

    public SourcePosition ParsePosition(IReadOnlyDictionary<string, string> properties) => file.ParsePosition(properties);

    public async Task RunAsync(SourceStart start, ISourceOutput output, CancellationToken cancellationToken)
    {
        await file.RunAsync(start, new PacedOutput(output, perSecond), cancellationToken);
        await Task.Delay(Timeout.Infinite, cancellationToken);
    }

    public ValueTask DisposeAsync() => file.DisposeAsync();

    private sealed class PacedOutput(ISourceOutput output, double perSecond) : ISourceOutput
    {
        private double _began;
        private long _epochs;
        private bool _hasRows;

        public ValueTask BeginEpochAsync(EpochKind kind, CancellationToken cancellationToken) => output.BeginEpochAsync(kind, cancellationToken);

        public ValueTask ChangesAsync(int table, ChangeBatch batch, CancellationToken cancellationToken)
        {
            _hasRows = true;
            return output.ChangesAsync(table, batch, cancellationToken);
        }

        public async ValueTask EndEpochAsync(Epoch epoch, CancellationToken cancellationToken)
        {
            if (_hasRows)
            {
                await DueAsync(cancellationToken);
                _hasRows = false;
            }

            await output.EndEpochAsync(epoch, cancellationToken);
        }

        public ValueTask TableChangedAsync(TableChange change, CancellationToken cancellationToken) => output.TableChangedAsync(change, cancellationToken);

        public void Report(SourceProgress progress) => output.Report(progress);

        private async Task DueAsync(CancellationToken cancellationToken)
        {
            if (_epochs == 0)
            {
                _began = Figures.Clock;
                ChildProgram.Say("paced", _began.ToString("R", CultureInfo.InvariantCulture));
            }

            var early = _began + (_epochs++ / perSecond) - Figures.Clock;
            if (early > 0)
            {
                await Task.Delay(TimeSpan.FromSeconds(early), cancellationToken);
            }
        }
    }
}
