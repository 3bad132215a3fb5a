using System.Globalization;
using CdcLake.Columnar;
using CdcLake.MySql.Tables;
using CdcLake.MySql.Wire;

namespace CdcLake.MySql.InitialSnapshots;

// A place in the order of a table's rows is a point: a literal of SQL for each column of the key. The server alone knows how values compare (collations, padding, accents), so a point is
// only ever handed back to it: in the condition of a SELECT, or beside the keys of rows that the log changed. Integers compare everywhere alike, and are compared here.
//
// Keys whose order differs from what a comparison says (ENUM and SET sort by number, a FLOAT is not what it prints), or whose characters have two codes, have no points: such a table is
// read at one go.

/// <summary>The rows of a table in the order of its key, as the server has it.</summary>
internal sealed class KeyOrder
{
    private readonly IReadOnlyList<MySqlColumn> _columns;
    private readonly IReadOnlyList<int> _ordinals;
    private readonly IReadOnlyList<int> _keyOrdinals;
    private readonly IReadOnlyList<string> _collations;

    private KeyOrder(IReadOnlyList<MySqlColumn> columns, SnapshotTable table, IReadOnlyList<string> collations)
    {
        _columns = columns;
        _ordinals = table.Key;
        _keyOrdinals = table.KeyInKeyOnly;
        _collations = collations;
        Names = [.. columns.Select(c => MySqlTableName.Quote(c.Name))];
        IsNumeric = columns.All(IsInteger);
    }

    /// <summary>The key's columns as they stand in statements.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>True when <see cref="Compare"/> knows the order.</summary>
    public bool IsNumeric { get; }

    /// <summary>The order of a table; null where there is none, or the server would have to sort the rows for it.</summary>
    /// <param name="session">At the server.</param>
    /// <param name="table">The table.</param>
    /// <param name="isKnown">Rows were read in this order before: then it is the order, whatever it costs.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="TableRedefinedException">The table was altered since its definition was read.</exception>
    /// <exception cref="MySqlServerException">The connection failed.</exception>
    public static async Task<KeyOrder?> FindAsync(ServerSession session, SnapshotTable table, bool isKnown, CancellationToken cancellationToken)
    {
        var name = table.Definition.Name;
        var columns = table.Definition.Key.Select(k => table.Definition.Columns[k]).ToList();
        if (columns.Count == 0 || !columns.TrueForAll(IsOrdered))
        {
            return null;
        }

        var found = await session.QueryAsync(
            $"SELECT COLUMN_NAME, COLLATION_NAME FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = {MySqlTableName.Literal(name.Database)} AND TABLE_NAME = {MySqlTableName.Literal(name.Table)}",
            cancellationToken).ConfigureAwait(false);
        var collations = found.Rows.ToDictionary(r => r[0]!, r => r[1] ?? "", StringComparer.OrdinalIgnoreCase);
        var order = new KeyOrder(columns, table, [.. columns.Select(c => collations.GetValueOrDefault(c.Name, ""))]);
        if (isKnown)
        {
            return order;
        }

        return await IsSortedAsync(session, table, order, cancellationToken).ConfigureAwait(false) ? null : order;
    }

    /// <summary>The end of a SELECT that reads the rows behind one point up to another one, in order.</summary>
    public string Clause(IReadOnlyList<string>? after, IReadOnlyList<string>? upTo)
    {
        string[] conditions = [.. after is null ? [] : (string[])[After(Names, after)], .. upTo is null ? [] : (string[])[UpTo(Names, upTo)]];
        return $"{(conditions.Length == 0 ? "" : $"WHERE {string.Join(" AND ", conditions)} ")}ORDER BY {string.Join(", ", Names)}";
    }

    /// <summary>Where a row stands.</summary>
    /// <param name="wide">A batch with the key's columns.</param>
    /// <param name="row">The row in it.</param>
    public string[] PointOf(ChangeBatch wide, int row) => PointOf(wide, _ordinals, row);

    /// <summary>Where a row stands.</summary>
    /// <param name="key">A batch with the key's columns alone (<see cref="SnapshotTable.KeyOnly"/>).</param>
    /// <param name="row">The row in it.</param>
    public string[] PointOfKey(ChangeBatch key, int row) => PointOf(key, _keyOrdinals, row);

    /// <summary>A condition that a key is behind a point; what the key begins with stands alone too, so that the server can use its index.</summary>
    public static string After(IReadOnlyList<string> key, IReadOnlyList<string> point, int at = 0) => at == point.Count - 1
        ? $"{key[at]} > {point[at]}"
        : $"({key[at]} >= {point[at]} AND ({key[at]} > {point[at]} OR {After(key, point, at + 1)}))";

    /// <summary>A condition that a key is at a point or before it.</summary>
    public static string UpTo(IReadOnlyList<string> key, IReadOnlyList<string> point, int at = 0) => at == point.Count - 1
        ? $"{key[at]} <= {point[at]}"
        : $"({key[at]} <= {point[at]} AND ({key[at]} < {point[at]} OR {UpTo(key, point, at + 1)}))";

    /// <summary>Compares the key of a row with a point; only where <see cref="IsNumeric"/>.</summary>
    public int Compare(ChangeBatch wide, int row, IReadOnlyList<string> point)
    {
        for (var i = 0; i < point.Count; i++)
        {
            var order = IntegerOf(wide[_ordinals[i]], row).CompareTo(Int128.Parse(point[i], CultureInfo.InvariantCulture));
            if (order != 0)
            {
                return order;
            }
        }

        return 0;
    }

    private string[] PointOf(ChangeBatch batch, IReadOnlyList<int> ordinals, int row)
    {
        var point = new string[_columns.Count];
        for (var i = 0; i < point.Length; i++)
        {
            point[i] = Literal(_columns[i], _collations[i], batch[ordinals[i]], row);
        }

        return point;
    }

    /// <summary>True when the server would have to sort the rows to read them in an order.</summary>
    private static async Task<bool> IsSortedAsync(ServerSession session, SnapshotTable table, KeyOrder order, CancellationToken cancellationToken)
    {
        try
        {
            var plan = await session.QueryAsync($"EXPLAIN FORMAT=TRADITIONAL {table.SelectOf(table.Wide)} {order.Clause(null, null)}", cancellationToken).ConfigureAwait(false);
            return plan.Count == 1 && plan[0, "Extra"]?.Contains("filesort", StringComparison.OrdinalIgnoreCase) == true;
        }
        catch (MySqlServerException error) when (SnapshotView.IsAltered(error))
        {
            throw new TableRedefinedException(SnapshotTable.Altered(table.Definition.Name, error).Message);
        }
    }

    private static bool IsOrdered(MySqlColumn column) => column.Unsupported is null && (IsInteger(column) || IsText(column) || column.Type switch
    {
        MySqlTypeCode.NewDecimal => column.DataType.Kind == TypeKind.Decimal,
        MySqlTypeCode.Date or MySqlTypeCode.DateTime2 or MySqlTypeCode.Timestamp2 => column.InvalidDates == InvalidDates.Error,
        _ => false,
    });

    private static bool IsInteger(MySqlColumn column) =>
        column.Type is MySqlTypeCode.Tiny or MySqlTypeCode.Short or MySqlTypeCode.Int24 or MySqlTypeCode.Long or MySqlTypeCode.LongLong or MySqlTypeCode.Year;

    private static bool IsText(MySqlColumn column) =>
        column.Type is MySqlTypeCode.VarChar or MySqlTypeCode.VarString or MySqlTypeCode.String && column.Charset is "binary" or "utf8mb4" or "utf8mb3" or "utf8" or "ascii" or "latin1";

    private static string Literal(MySqlColumn column, string collation, Column values, int row) => values switch
    {
        BytesColumn bytes when column.IsBinary => $"X'{Convert.ToHexString(bytes[row])}'",
        BytesColumn text when column.Charset == "utf8mb4" => $"_utf8mb4 X'{Convert.ToHexString(text[row])}' COLLATE {collation}",
        BytesColumn text => $"CONVERT(_utf8mb4 X'{Convert.ToHexString(text[row])}' USING {column.Charset}) COLLATE {collation}",
        _ when column.DataType.Kind is TypeKind.Decimal => DecimalText.Of(IntegerOf(values, row), column.DataType.Scale),
        _ when column.DataType.Kind is TypeKind.Date => $"DATE'{DateOnly.FromDateTime(DateTime.UnixEpoch.AddDays((double)IntegerOf(values, row))).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}'",
        _ when column.DataType.Kind is TypeKind.DateTime or TypeKind.Timestamp =>
            $"TIMESTAMP'{DateTime.UnixEpoch.AddTicks((long)IntegerOf(values, row) * TimeSpan.TicksPerMicrosecond).ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture)}'",
        _ => IntegerOf(values, row).ToString(CultureInfo.InvariantCulture),
    };

    private static Int128 IntegerOf(Column values, int row) => values switch
    {
        FixedColumn<int> column => column.Values[row],
        FixedColumn<long> column => column.Values[row],
        FixedColumn<Int128> column => column.Values[row],
        _ => throw new ArgumentException($"{values.Type} is no integer.", nameof(values)),
    };
}
