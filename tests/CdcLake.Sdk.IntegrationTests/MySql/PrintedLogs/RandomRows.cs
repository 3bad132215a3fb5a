using System.Globalization;
using CdcLake.MySql.Wire;

namespace CdcLake.IntegrationTests.MySql.PrintedLogs;

/// <summary>Tables of every type and character set that mysqlbinlog can print, and transactions that write to them in every way that the log has.</summary>
internal sealed class RandomRows(ServerSession session, Random random)
{
    private const string Sample = "aZ é€ß ąŁő ЖЇї Ωά אב شپ กข ՀՁ აბ 日本語ｱ 中文 功表丂 한글 😀 ~{}[]  "; // each character set has of it what it can

    private static readonly (string Column, string[] Values)[] Types =
        [.. ValueSamples.Types.Where(t => !t.Column.StartsWith("GEOMETRY", StringComparison.Ordinal) && !t.Column.StartsWith("POINT", StringComparison.Ordinal)).Select(t => (t.Column, t.Values))];

    // A row of all types but the longest.
    private static readonly (string Column, string[] Values)[] Wide = [.. Types.Where(t => t.Values.All(v => !v.Contains("REPEAT", StringComparison.Ordinal)))];

    private readonly Dictionary<string, int> _keys = [];
    private string[] _charsets = [];

    public async Task CreateAsync()
    {
        _charsets = [.. (await session.QueryAsync("SELECT character_set_name FROM information_schema.character_sets WHERE character_set_name <> 'binary'", default)).Rows.Select(r => r[0]!)];
        for (var i = 0; i < Types.Length; i++)
        {
            await CreateAsync($"t{i}", $"v {Types[i].Column}");
        }

        await CreateAsync("wide", string.Join(", ", Wide.Select((t, i) => $"v{i} {t.Column}")));
        await CreateAsync("doc", "v JSON, w JSON, x VARCHAR(20)");
        foreach (var set in _charsets)
        {
            await CreateAsync($"c_{set}", $"v VARCHAR(100) CHARACTER SET {set}, c CHAR(60) CHARACTER SET {set}, t TEXT CHARACTER SET {set}");
        }
    }

    /// <summary>A transaction, which may be rolled back, wholly or from a savepoint on.</summary>
    public async Task TransactAsync()
    {
        await session.ExecuteAsync($"SET SESSION binlog_transaction_compression = {random.Next(2)}, binlog_row_value_options = '{(random.Next(2) == 0 ? "" : "PARTIAL_JSON")}'", default);
        await session.ExecuteAsync("BEGIN", default);
        for (var i = random.Next(1, 6); i > 0; i--)
        {
            await WriteAsync();
            if (random.Next(8) == 0)
            {
                await session.ExecuteAsync("SAVEPOINT s", default);
                await WriteAsync();
                await session.ExecuteAsync("ROLLBACK TO s", default);
                i++;
            }
        }

        await session.ExecuteAsync(random.Next(8) == 0 ? "ROLLBACK" : "COMMIT", default);
        if (random.Next(100) == 0)
        {
            await session.ExecuteAsync("FLUSH BINARY LOGS", default);
        }
    }

    private async Task CreateAsync(string table, string columns)
    {
        await session.ExecuteAsync($"CREATE TABLE {table} (id INT PRIMARY KEY, {columns})", default);
        _keys.Add(table, 0);
    }

    private Task WriteAsync()
    {
        var (table, columns) = Row();
        var part = string.Create(CultureInfo.InvariantCulture, $"id % 7 = {random.Next(7)} ORDER BY id LIMIT {random.Next(1, 4)}");
        var changed = columns[random.Next(columns.Length)];
        return session.ExecuteAsync(
            random.Next(7) switch
            {
                0 => $"DELETE FROM {table} WHERE {part}",
                1 => $"UPDATE {table} SET id = -id WHERE id > 0 AND {part}",
                2 when table == "doc" => $"UPDATE doc SET {Change("v")}, {(random.Next(2) == 0 ? Change("w") : "x = x")} WHERE {part}",
                2 or 3 => $"UPDATE {table} SET {changed.Name} = {changed.Value} WHERE {part}",
                _ => $"INSERT INTO {table} VALUES ({++_keys[table]}, {string.Join(", ", columns.Select(c => c.Value))}), ({++_keys[table]}, {string.Join(", ", columns.Select(c => random.Next(3) == 0 ? "NULL" : c.Value))})",
            },
            default);
    }

    private (string Table, (string Name, string Value)[] Columns) Row()
    {
        var (set, type) = (_charsets[random.Next(_charsets.Length)], random.Next(Types.Length));
        return random.Next(5) switch
        {
            0 => ("doc", [("v", Json()), ("w", Json()), ("x", Text(random.Next(1000)))]),
            1 => ("wide", [.. Wide.Select((t, i) => ($"v{i}", Value(t)))]),
            2 => ($"c_{set}", [("v", Characters()), ("c", Characters()), ("t", $"REPEAT({Characters()}, {random.Next(30)})")]),
            _ => ($"t{type}", [("v", Value(Types[type]))]),
        };
    }

    private string Change(string column) => random.Next(6) switch
    {
        0 => $"{column} = JSON_SET({column}, '$.a', {Part()})",
        1 => $"{column} = JSON_REPLACE({column}, '$.a', {Part()}, '$.b[0]', {Part()})",
        2 => $"{column} = JSON_REMOVE({column}, '$.b')",
        3 => $"{column} = JSON_SET({column}, '$[0]', {Part()})",
        4 => $"{column} = JSON_SET({column}, '$.\"long name '' {Text(random.Next(9))[1..^1]}\"', {Part()})",
        _ => $"{column} = JSON_SET(JSON_REMOVE({column}, '$.a.b'), '$.c', {Part()})",
    };

    private string Part() => random.Next(3) switch
    {
        0 => Text(random.Next(100_000)),
        1 => Json(),
        _ => random.Next(100).ToString(CultureInfo.InvariantCulture),
    };

    private string Json() => $"CAST({RandomLiterals.Quoted(RandomLiterals.Document(random))} AS JSON)";

    private static string Text(int number) => string.Create(CultureInfo.InvariantCulture, $"'{number}'");

    private string Characters() => RandomLiterals.Quoted(Sample[..random.Next(Sample.Length - 4)].TrimEnd('\uD83D'));

    private string Value((string Column, string[] Values) type)
    {
        var samples = type.Values.Length > 0 ? type.Values : ValueSamples.Floats;
        return random.Next(8) == 0 ? "NULL" : (random.Next(2) == 0 ? RandomLiterals.Of(type.Column, random) : null) ?? samples[random.Next(samples.Length)];
    }
}
