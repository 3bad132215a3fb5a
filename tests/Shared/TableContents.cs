using System.Globalization;
using System.Text;
using CdcLake.Columnar;
using CdcLake.Connectors;

namespace CdcLake.Tests.Shared;

/// <summary>
/// Keeps the content of captured tables as sorted row texts, in the way MySQL prints values, and lets a test wait for a position.
/// A row that is withdrawn without being there fails the run at once.
/// </summary>
internal sealed class TableContents : ISourceOutput
{
    private readonly Dictionary<string, int>[] _tables;
    private readonly Dictionary<string, int>[] _open;
    private readonly List<(Func<SourcePosition, bool> Condition, TaskCompletionSource Reached)> _waits = [];
    private readonly List<(Func<bool> Condition, TaskCompletionSource Reached)> _progressWaits = [];
    private readonly Lock _lock = new();

    public TableContents(int tables)
    {
        _tables = [.. Enumerable.Range(0, tables).Select(_ => new Dictionary<string, int>(StringComparer.Ordinal))];
        _open = [.. Enumerable.Range(0, tables).Select(_ => new Dictionary<string, int>(StringComparer.Ordinal))];
    }

    public List<Epoch> Epochs { get; } = [];

    public List<SourceProgress> Progress { get; } = [];

    /// <summary>Changes received, of unfinished epochs too.</summary>
    public int Changes { get; private set; }

    /// <summary>Called with each batch's table, and awaited: a consumer that is slow.</summary>
    public Func<int, Task>? OnChanges { get; set; }

    /// <summary>Called at each epoch's end, before anybody who waits is told.</summary>
    public Action<Epoch>? OnEpoch { get; set; }

    public SourcePosition? Position { get; private set; }

    /// <summary>Rows of a table at the last epoch's end, sorted; a row that is there twice stands twice.</summary>
    public List<string> Rows(int table)
    {
        lock (_lock)
        {
            return [.. _tables[table].SelectMany(r => Enumerable.Repeat(r.Key, r.Value)).Order(StringComparer.Ordinal)];
        }
    }

    /// <summary>Forgets what came since the last epoch's end, as a sink does that is killed.</summary>
    public void DropOpen()
    {
        foreach (var open in _open)
        {
            open.Clear();
        }
    }

    /// <summary>Waits until so many reports of a kind have come.</summary>
    public Task WaitForProgressAsync(Func<SourceProgress, bool> condition, int count = 1)
    {
        lock (_lock)
        {
            if (Progress.Count(condition) >= count)
            {
                return Task.CompletedTask;
            }

            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _progressWaits.Add((() => Progress.Count(condition) >= count, reached));
            return reached.Task;
        }
    }

    public Task ReachAsync(SourcePosition position) => ReachAsync(p => p.Covers(position));

    public Task ReachAsync(Func<SourcePosition, bool> condition)
    {
        lock (_lock)
        {
            if (Position is { } position && condition(position))
            {
                return Task.CompletedTask;
            }

            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waits.Add((condition, reached));
            return reached.Task;
        }
    }

    public ValueTask BeginEpochAsync(EpochKind kind, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask TableChangedAsync(TableChange change, CancellationToken cancellationToken) =>
        throw new InvalidOperationException($"Not expected here: {change.Kind} of table {change.Table}.");

    public async ValueTask ChangesAsync(int table, ChangeBatch batch, CancellationToken cancellationToken)
    {
        if (OnChanges is not null)
        {
            await OnChanges(table);
        }

        using (batch)
        {
            var open = _open[table];
            Changes += batch.Count;
            for (var row = 0; row < batch.Count; row++)
            {
                var text = RowText(batch, row);
                open[text] = open.GetValueOrDefault(text) + batch.Weights[row];
            }
        }
    }

    public ValueTask EndEpochAsync(Epoch epoch, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            for (var table = 0; table < _tables.Length; table++)
            {
                foreach (var (row, change) in _open[table])
                {
                    var count = _tables[table].GetValueOrDefault(row) + change;
                    Assert.True(count >= 0, $"Row ({row}) of table {table} is withdrawn at {epoch.Position} without being there.");
                    if (count == 0)
                    {
                        _tables[table].Remove(row);
                    }
                    else
                    {
                        _tables[table][row] = count;
                    }
                }

                _open[table].Clear();
            }

            Position = epoch.Position;
            Epochs.Add(epoch);
        }

        OnEpoch?.Invoke(epoch);
        lock (_lock)
        {
            foreach (var (_, reached) in _waits.Where(w => w.Condition(epoch.Position)))
            {
                reached.TrySetResult();
            }
        }

        return ValueTask.CompletedTask;
    }

    public void Report(SourceProgress progress)
    {
        lock (_lock)
        {
            Progress.Add(progress);
            foreach (var (_, reached) in _progressWaits.Where(w => w.Condition()))
            {
                reached.TrySetResult();
            }
        }
    }

    public static string RowText(ChangeBatch batch, int row)
    {
        var text = new StringBuilder();
        for (var i = 0; i < batch.Columns.Length; i++)
        {
            text.Append(i == 0 ? "" : "|").Append(ValueText(batch[i], row));
        }

        return text.ToString();
    }

    public static string ValueText(Column column, int row)
    {
        if (column.IsNull(row))
        {
            return "NULL";
        }

        var culture = CultureInfo.InvariantCulture;
        return (column, column.Type.Kind) switch
        {
            (FixedColumn<int> c, TypeKind.Date) => DateTime.UnixEpoch.AddDays(c.Values[row]).ToString("yyyy-MM-dd", culture),
            (FixedColumn<long> c, TypeKind.DateTime or TypeKind.Timestamp) =>
                DateTime.UnixEpoch.AddTicks(c.Values[row] * 10).ToString("yyyy-MM-dd HH:mm:ss.ffffff", culture),
            (FixedColumn<long> c, TypeKind.Time) => TimeText(c.Values[row]),
            (FixedColumn<long> c, TypeKind.Decimal) => DecimalText(c.Values[row], column.Type.Scale),
            (FixedColumn<Int128> c, TypeKind.Decimal) => DecimalText(c.Values[row], column.Type.Scale),
            (FixedColumn<byte> c, _) => c.Values[row].ToString(culture),
            (FixedColumn<int> c, _) => c.Values[row].ToString(culture),
            (FixedColumn<long> c, _) => c.Values[row].ToString(culture),
            (FixedColumn<Int128> c, _) => c.Values[row].ToString(culture),
            (FixedColumn<float> c, _) => BitConverter.SingleToUInt32Bits(c.Values[row]).ToString("X8", culture),
            (FixedColumn<double> c, _) => BitConverter.DoubleToUInt64Bits(c.Values[row]).ToString("X16", culture),
            (BytesColumn c, TypeKind.Binary) => Convert.ToHexString(c[row]),
            (BytesColumn c, _) => Encoding.UTF8.GetString(c[row]),
            _ => throw new NotSupportedException(column.Type.ToString()),
        };
    }

    private static string TimeText(long micros)
    {
        var (seconds, fraction) = Math.DivRem(Math.Abs(micros), 1_000_000);
        return string.Create(CultureInfo.InvariantCulture, $"{(micros < 0 ? "-" : "")}{seconds / 3600:00}:{seconds / 60 % 60:00}:{seconds % 60:00}.{fraction:000000}");
    }

    private static string DecimalText(Int128 unscaled, int scale)
    {
        var digits = Int128.Abs(unscaled).ToString(CultureInfo.InvariantCulture).PadLeft(scale + 1, '0');
        var text = scale == 0 ? digits : $"{digits[..^scale]}.{digits[^scale..]}";
        return unscaled < 0 ? "-" + text : text;
    }
}
