using System.Globalization;
using System.Text;
using CdcLake.IntegrationTests.Fixtures;
using CdcLake.MySql.Charsets;

namespace CdcLake.IntegrationTests.MySql;

/// <summary>Every character of every character set, compared with the server's own conversion, and columns of all sets through snapshot and log.</summary>
public sealed class CharsetTests
{
    private const int Quadruples = 39_420 + 580; // all below U+10000, and numbers that are no character

    // Each set stores of it what it can, and '?' else.
    private const string Sample = "aZ é€ß ąŁő ЖЇї Ωά אב شپ กข ՀՁ აბ 日本語ｱ 中文 功表丂 한글 \u0301😀 ~{}[]  ";

    private static readonly Dictionary<int, string> Sequences = new()
    {
        [1] = "UNHEX(LPAD(HEX(n), 2, '0'))",
        [2] = "UNHEX(LPAD(HEX(n), 4, '0'))",
        [7] = "UNHEX(HEX(n + 32768))",
        [3] = "UNHEX(CONCAT('8F', HEX(n + 32768)))",
        [4] = "CONCAT(CHAR(0x81 + n DIV 12600), CHAR(0x30 + n DIV 1260 % 10), CHAR(0x81 + n DIV 10 % 126), CHAR(0x30 + n % 10))",
        [5] = "UNHEX(LPAD(HEX(n * 17), 8, '0'))", // UTF-32
        [6] = "UNHEX(CONCAT(HEX(0xD800 + n DIV 32), HEX(0xDC00 + n % 32 * 32)))", // surrogate pairs, big endian
    };

    [ServerFact(TestServers.MySql)]
    public async Task Every_sequence_of_bytes_is_the_character_that_the_server_makes_of_it()
    {
        await using var connection = await MySqlDatabase.ConnectAsync(TestServers.Get(TestServers.MySql));
        await connection.ExecuteAsync("SET SESSION cte_max_recursion_depth = 1000000", default);
        var sets = (await connection.QueryAsync("SELECT CHARACTER_SET_NAME FROM information_schema.CHARACTER_SETS", default)).Rows.Select(r => r[0]!).Where(c => TextConverter.Of(c) is not null).ToList();
        Assert.Equal(37, sets.Count);
        foreach (var charset in sets)
        {
            foreach (var (kind, count) in KindsOf(charset))
            {
                await CompareAsync(connection, charset, kind, count);
            }
        }
    }

    [ServerFact(TestServers.MySql)]
    public async Task Columns_of_every_character_set_give_the_text_that_the_server_converts()
    {
        await using var database = await MySqlDatabase.CreateAsync(TestServers.Get(TestServers.MySql), "charsets");
        var sets = (await database.Connection.QueryAsync("SELECT CHARACTER_SET_NAME FROM information_schema.CHARACTER_SETS WHERE CHARACTER_SET_NAME <> 'binary'", default)).Rows.Select(r => r[0]!).ToList();
        await database.ExecuteAsync([.. sets.Select(s =>
            $"CREATE TABLE {s} (id INT PRIMARY KEY, c CHAR(100) CHARACTER SET {s}, v VARCHAR(100) CHARACTER SET {s}, t LONGTEXT CHARACTER SET {s}, e ENUM('{Label(s)}','b') CHARACTER SET {s}, s SET('{Label(s)}','b') CHARACTER SET {s})")]);
        var created = await SourceRun.PositionAsync(database.Connection);
        await database.ExecuteAsync([.. sets.Select(s =>
            $"INSERT INTO {s} VALUES (1, '{Sample}', '{Sample}', REPEAT('{Sample}', 50), 1, 3), (2, '', '', '', 2, 0), (3, NULL, NULL, NULL, NULL, NULL), (4, 'ascii', 'ascii', 'ascii', 0, 1)")]);
        await database.ExecuteAsync([.. sets.Select(s => $"UPDATE {s} SET id = id + 10"), .. sets.Select(s => $"DELETE FROM {s} WHERE id = 12")]);
        var end = await SourceRun.PositionAsync(database.Connection);
        var tables = sets.ConvertAll(s => $"{database.Name}.{s}");
        foreach (var from in new[] { null, created })
        {
            await using var run = await SourceRun.StartAsync(database.Options, "charsets", tables, from);
            await run.ReachAsync(end);
            for (var i = 0; i < sets.Count; i++)
            {
                var values = string.Join(", ", new[] { "c", "v", "t", "e", "s" }.Select(c => $"COALESCE(CONVERT({c} USING utf8mb4), 'NULL')"));
                var expected = await database.Connection.QueryAsync($"SELECT CONCAT_WS('|', id, {values}) FROM {sets[i]} ORDER BY id", default);
                Assert.Equal(expected.Rows.Select(r => r[0]!), run.Contents.Rows(i));
            }
        }
    }

    [ServerFact(TestServers.MySql)]
    public async Task Bytes_that_are_no_character_stop_the_source_both_ways()
    {
        await using var database = await MySqlDatabase.CreateAsync(TestServers.Get(TestServers.MySql), "nochar");
        await database.ExecuteAsync("CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(10) CHARACTER SET cp1257)");
        var created = await SourceRun.PositionAsync(database.Connection);
        await database.ExecuteAsync("INSERT INTO t VALUES (1, X'4181')");
        foreach (var from in new[] { null, created })
        {
            var run = await SourceRun.StartAsync(database.Options, "nochar", [$"{database.Name}.t"], from);
            var error = await Assert.ThrowsAsync<UnsupportedTypeException>(() => run.Completion.WaitAsync(TimeSpan.FromSeconds(30)));
            Assert.Contains("no character of cp1257: 0x81", error.Message, StringComparison.Ordinal);
        }
    }

    private static IEnumerable<(int Kind, int Count)> KindsOf(string charset) => charset switch
    {
        "utf32" => [(5, 70_000)],
        "utf16" => [(2, 65_536), (6, 32_768)],
        "utf16le" or "ucs2" => [(2, 65_536)],
        "gb18030" => [(1, 256), (7, 32_768), (4, Quadruples)],
        "ujis" or "eucjpms" => [(1, 256), (7, 32_768), (3, 32_768)],
        "big5" or "cp932" or "euckr" or "gb2312" or "gbk" or "sjis" => [(1, 256), (7, 32_768)],
        _ => [(1, 256)],
    };

    private static string Label(string charset) => charset switch
    {
        "gbk" or "gb2312" or "gb18030" or "big5" or "utf16" or "utf16le" or "utf32" or "ucs2" or "utf8mb3" or "sjis" or "cp932" or "ujis" or "eucjpms" => "中",
        "latin1" or "latin2" or "latin5" or "cp850" or "cp1250" or "dec8" or "hp8" or "macroman" or "swe7" => "ä",
        "cp1251" or "koi8r" or "koi8u" or "cp866" => "Ж",
        _ => "a",
    };

    private static async Task CompareAsync(CdcLake.MySql.Wire.ServerSession connection, string charset, int kind, int count)
    {
        var answers = await connection.QueryAsync(
            $"WITH RECURSIVE r(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM r WHERE n < {count - 1}), b(b) AS (SELECT {Sequences[kind]} FROM r) " +
            $"SELECT HEX(b), HEX(CONVERT(CONVERT(b USING {charset}) USING utf8mb4)) FROM b", default);
        Assert.Equal(count, answers.Count);
        var converter = TextConverter.Of(charset)!;
        var utf8 = new byte[16];
        var (differences, refused) = (new List<string>(), 0);
        foreach (var row in answers.Rows)
        {
            var bytes = Convert.FromHexString(row[0]!);
            var converted = converter.Convert(bytes, utf8, out var written);
            var ours = converted == bytes.Length ? Convert.ToHexString(utf8.AsSpan(0, written)) : null;
            refused += ours is null ? 1 : 0;
            if (ours != row[1] && !(ours is null && IsNothing(row[1]!)))
            {
                differences.Add(string.Create(CultureInfo.InvariantCulture, $"{row[0]}: {row[1] ?? "none"}, here {ours ?? "none"}"));
            }
        }

        Assert.True(differences.Count == 0 && refused < count, $"{charset}, {differences.Count} of {count} differ ({refused} are none here): {string.Join("; ", differences.Take(10))}");
    }

    /// <summary>The server puts a question mark for what has no Unicode equivalent, and leaves out what is incomplete.</summary>
    private static bool IsNothing(string hex) => hex.Length == 0 || Encoding.ASCII.GetString(Convert.FromHexString(hex)).Contains('?', StringComparison.Ordinal);
}
