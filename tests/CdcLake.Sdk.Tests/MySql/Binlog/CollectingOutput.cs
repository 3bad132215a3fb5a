using System.Globalization;
using System.Text;
using CdcLake.Columnar;
using CdcLake.Connectors;

namespace CdcLake.Tests.MySql.Binlog;

/// <summary>Keeps everything a source pushes as text: one line per row, and the epochs with the number of lines before them.</summary>
internal sealed class CollectingOutput : ISourceOutput
{
    public List<string> Rows { get; } = [];

    public List<(Epoch Epoch, int Rows)> Epochs { get; } = [];

    /// <summary>Rows that an ended epoch covers.</summary>
    public IEnumerable<string> WholeRows => Rows.Take(Epochs.Count == 0 ? 0 : Epochs[^1].Rows);

    public ValueTask BeginEpochAsync(EpochKind kind, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>Changes of tables are expected.</summary>
    public bool FollowsChanges { get; init; }

    public List<TableChange> Changes { get; } = [];

    public ValueTask TableChangedAsync(TableChange change, CancellationToken cancellationToken)
    {
        Changes.Add(change);
        return FollowsChanges ? ValueTask.CompletedTask : throw new InvalidOperationException($"Not expected here: {change.Kind} of table {change.Table}.");
    }

    public ValueTask ChangesAsync(int table, ChangeBatch batch, CancellationToken cancellationToken)
    {
        for (var row = 0; row < batch.Count; row++)
        {
            Rows.Add(Format(table, batch, row));
        }

        batch.Dispose();
        return ValueTask.CompletedTask;
    }

    public ValueTask EndEpochAsync(Epoch epoch, CancellationToken cancellationToken)
    {
        Epochs.Add((epoch, Rows.Count));
        return ValueTask.CompletedTask;
    }

    public void Report(SourceProgress progress)
    {
    }

    public static string Format(int table, ChangeBatch batch, int row)
    {
        var text = new StringBuilder().Append(table).Append(batch.Weights[row] > 0 ? '+' : '-');
        for (var i = 0; i < batch.Columns.Length; i++)
        {
            text.Append(i == 0 ? "" : "|").Append(Format(batch[i], row));
        }

        return text.ToString();
    }

    public static string Format(Column column, int row)
    {
        if (column.IsNull(row))
        {
            return "NULL";
        }

        return column switch
        {
            FixedColumn<byte> c => c.Values[row].ToString(CultureInfo.InvariantCulture),
            FixedColumn<int> c when column.Type.Kind == TypeKind.Date => DateOnly.FromDayNumber(c.Values[row] + 719_162).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            FixedColumn<int> c => c.Values[row].ToString(CultureInfo.InvariantCulture),
            FixedColumn<long> c => FormatLong(column.Type, c.Values[row]),
            FixedColumn<Int128> c => column.Type.Kind == TypeKind.Decimal ? Decimal(c.Values[row], column.Type.Scale) : c.Values[row].ToString(CultureInfo.InvariantCulture),
            FixedColumn<float> c => c.Values[row].ToString(CultureInfo.InvariantCulture),
            FixedColumn<double> c => c.Values[row].ToString(CultureInfo.InvariantCulture),
            BytesColumn c when column.Type.Kind == TypeKind.Binary => Convert.ToHexString(c[row]),
            BytesColumn c => Encoding.UTF8.GetString(c[row]),
            _ => throw new InvalidOperationException(column.GetType().Name),
        };
    }

    private static string FormatLong(DataType type, long value) => type.Kind switch
    {
        TypeKind.Decimal => Decimal(value, type.Scale),
        TypeKind.DateTime or TypeKind.Timestamp => DateTime.UnixEpoch.AddTicks(value * 10).ToString(
            "yyyy-MM-dd HH:mm:ss" + (type.Scale == 0 ? "" : "." + new string('f', type.Scale)), CultureInfo.InvariantCulture),
        TypeKind.Time => Time(value, type.Scale),
        _ => value.ToString(CultureInfo.InvariantCulture),
    };

    private static string Time(long value, int scale)
    {
        var magnitude = Math.Abs(value);
        var (seconds, micros) = (magnitude / 1_000_000, magnitude % 1_000_000);
        var fraction = scale == 0 ? "" : "." + micros.ToString("000000", CultureInfo.InvariantCulture)[..scale];
        return string.Create(CultureInfo.InvariantCulture, $"{(value < 0 ? "-" : "")}{seconds / 3600:00}:{seconds / 60 % 60:00}:{seconds % 60:00}{fraction}");
    }

    private static string Decimal(Int128 value, int scale)
    {
        var digits = Int128.Abs(value).ToString(CultureInfo.InvariantCulture).PadLeft(scale + 1, '0');
        var text = scale == 0 ? digits : $"{digits[..^scale]}.{digits[^scale..]}";
        return value < 0 ? "-" + text : text;
    }
}
