using System.Globalization;
using System.Text;
using CdcLake.Columnar;
using CdcLake.Columnar.Collations;
using CdcLake.Connectors;
using CdcLake.Dataflow;
using CdcLake.State.Stores;

namespace CdcLake.IntegrationTests.Queries;

/// <summary>A sink that keeps the rows of a result as lines, as often as they are there, with or without a key.</summary>
/// <param name="name">Name of the sink.</param>
/// <param name="columns">What the columns are.</param>
internal sealed class ResultRows(string name, IReadOnlyList<SqlType> columns) : ISinkTarget, IVolatileSink
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _rows = new(StringComparer.Ordinal);
    private readonly LineFormat _format = new(columns);

    public string Name => name;

    public IReadOnlyList<IStateStore> State => [];

    public SinkBacklog Backlog => default;

    public ISink CreateSink() => this;

    /// <summary>The rows now, sorted; a row that is withdrawn more often than it was added is shown as such.</summary>
    public string[] Lines()
    {
        lock (_gate)
        {
            return [.. _rows.SelectMany(r => r.Value < 0 ? [$"{r.Key} (× {r.Value})"] : Enumerable.Repeat(r.Key, r.Value)).Order(StringComparer.Ordinal)];
        }
    }

    public Task<IReadOnlyDictionary<string, string>?> OpenAsync(SinkOpening opening, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyDictionary<string, string>?>(null);

    public ValueTask BeginEpochAsync(EpochKind kind, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (kind == EpochKind.CompleteResult)
            {
                _rows.Clear();
            }
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask ChangesAsync(ChangeBatch batch, CancellationToken cancellationToken)
    {
        using (batch)
        {
            lock (_gate)
            {
                for (var i = 0; i < batch.Count; i++)
                {
                    var line = _format.Of(batch, i);
                    var count = _rows[line] = _rows.GetValueOrDefault(line) + batch.Weights[i];
                    if (count == 0)
                    {
                        _rows.Remove(line);
                    }
                }
            }
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask EndEpochAsync(Epoch epoch, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>Rows as lines that are equal when the values are: texts by their collation where nothing else is determined, 0.0 as −0.0, decimals without closing zeros.</summary>
/// <param name="columns">What the columns are.</param>
internal sealed class LineFormat(IReadOnlyList<SqlType> columns)
{
    private const string TimeFormat = "yyyy-MM-dd HH:mm:ss.ffffff";

    private readonly KeyBuffer _key = new();

    /// <summary>Of a batch of the engine.</summary>
    public string Of(ChangeBatch batch, int row) => string.Join(" | ", columns.Select((c, i) => batch[i].IsNull(row) ? "NULL" : Cell(c, batch[i], row)));

    /// <summary>Of a row that MySQL answers to <see cref="Query"/>.</summary>
    public string Of(IReadOnlyList<string?> row) => string.Join(" | ", columns.Select((c, i) => row[i] is { } value ? Cell(c, value) : "NULL"));

    /// <summary>A query whose answer <see cref="Of(IReadOnlyList{string?})"/> reads.</summary>
    public static string Query(Relation relation) => $"SELECT {string.Join(", ", relation.Columns.Select(c => Printed(c.Name.ToLowerInvariant(), c.Type.Kind)))} FROM {relation.As("q")}";

    private static string Printed(string column, SqlKind kind) => kind switch
    {
        SqlKind.Text => $"HEX(CONVERT({column} USING utf8mb4))",
        SqlKind.DateTime => $"DATE_FORMAT({column}, '%Y-%m-%d %H:%i:%s.%f')",
        _ => column,
    };

    private string Cell(SqlType type, string value) => type.Kind switch
    {
        SqlKind.Text => Text(type, Convert.FromHexString(value)),
        SqlKind.Double => Double(double.Parse(value, CultureInfo.InvariantCulture)),
        SqlKind.Integer or SqlKind.Unsigned or SqlKind.Decimal => Number(value),
        _ => value,
    };

    private string Cell(SqlType type, Column column, int row) => column switch
    {
        FixedColumn<byte> truth => truth.Values[row] != 0 ? "1" : "0",
        FixedColumn<double> doubles => Double(doubles.Values[row]),
        BytesColumn texts when type.Kind == SqlKind.Text => Text(type, texts[row]),
        BytesColumn labels => Encoding.UTF8.GetString(labels[row]),
        FixedColumn<int> days when column.Type.Kind == TypeKind.Date =>
            DateTime.UnixEpoch.AddDays(days.Values[row]).ToString(type.Kind == SqlKind.Date ? "yyyy-MM-dd" : TimeFormat, CultureInfo.InvariantCulture),
        FixedColumn<long> times when column.Type.Kind is TypeKind.DateTime or TypeKind.Timestamp => DateTime.UnixEpoch.AddTicks(times.Values[row] * 10).ToString(TimeFormat, CultureInfo.InvariantCulture),
        _ => Number(CellText.Of(column, row)),
    };

    private static string Number(string value) => value.Contains('.', StringComparison.Ordinal) ? Zero(value.TrimEnd('0').TrimEnd('.')) : value;

    private static string Zero(string value) => value == "-0" ? "0" : value;

    private static string Double(double value) => (value == 0 ? 0 : value).ToString("R", CultureInfo.InvariantCulture);

    private string Text(SqlType type, ReadOnlySpan<byte> text)
    {
        if (type.IsSpelled)
        {
            return $"'{Encoding.UTF8.GetString(text)}'";
        }

        _key.Clear();
        TextCollation.Of(type.Collation).AppendKey(text, _key);
        return "≈" + Convert.ToHexString(_key.Bytes);
    }
}
