using System.Globalization;
using System.Text;
using CdcLake.Columnar.Collations;
using CdcLake.Expressions.Kernels;
using CdcLake.IntegrationTests.Fixtures;
using CdcLake.MySql.Wire;

namespace CdcLake.IntegrationTests.Expressions;

/// <summary>Every character of every collation, and texts of many characters, against the server's own order.</summary>
public sealed class CollationTests
{
    private const int Usual = 0x3000; // every character below this one in every run, one in so many of the others
    private const int Stride = 61;
    private const string Behind = "aa"; // so that padding decides nothing where a character has no weight
    private const string BehindHex = "6161";

    private static readonly string[] Unicode =
        ["utf8mb4_0900_ai_ci", "utf8mb4_0900_as_ci", "utf8mb4_0900_as_cs", "utf8mb4_0900_bin", "utf8mb4_general_ci", "utf8mb4_unicode_ci", "utf8mb4_unicode_520_ci", "utf8mb4_bin"];

    private static readonly string[] Narrow = ["utf8mb3_general_ci", "utf8mb3_general_mysql500_ci", "utf8mb3_unicode_ci", "utf8mb3_unicode_520_ci", "utf8mb3_bin"];

    // What begins, joins, or belongs to others: accents, Hangul syllables and their parts, vowels that stand before in Thai, Lao and Tibetan, ligatures, what has no weight, spaces.
    private static readonly string[] Pieces =
    [
        "a", "A", "b", "B", "z", "Z", "s", "SS", "0", "9", "-", "'", " ", "  ", "\u00A0", "\t", "\u0001", "\u00AD", "\u200D", "á", "Á", "a\u0301", "\u0301", "\u0327", "c\u0327\u0301", "ç", "ß", "ẞ", "æ", "ø",
        "å", "ﬁ", "fi", "İ", "ı", "ž", "č", "ch", "lj", "ǆ", "dž", "Ж", "й", "и\u0306", "Ω", "ς", "σ", "א", "ش", "لا", "ﻻ", "เก", "กเ", "ໂລ", "ཀྵ", "ཱི", "ೇ", "ො", "ொ", "ক্ষ", "한", "\u1112\u1161\u11AB", "ㅎ",
        "漢", "字", "か", "が", "か\u3099", "カ", "ｶﾞ", "ー", "々", "😀", "😁", "𝒜", "𠀀", "ﷺ", "№", "½", "①", "\uFFFD", "\uFFFE", "\u3000",
    ];

    private readonly (KeyBuffer A, KeyBuffer B) _scratch = (new KeyBuffer(), new KeyBuffer());

    [ServerFact(TestServers.MySql)]
    public async Task Every_character_has_the_place_that_the_server_gives_it()
    {
        await using var connection = await MySqlDatabase.ConnectAsync(TestServers.Get(TestServers.MySql));
        await connection.ExecuteAsync("SET SESSION cte_max_recursion_depth = 2000000", default);
        foreach (var collation in Unicode)
        {
            await CompareCharactersAsync(connection, collation, 0x10FFFF);
        }

        foreach (var collation in Narrow)
        {
            await CompareCharactersAsync(connection, collation, 0xFFFF);
        }
    }

    [ServerFact(TestServers.MySql)]
    public async Task Every_character_of_sets_of_one_byte_has_the_place_that_the_server_gives_it()
    {
        await using var connection = await MySqlDatabase.ConnectAsync(TestServers.Get(TestServers.MySql));
        await connection.ExecuteAsync("SET SESSION cte_max_recursion_depth = 2000000", default);
        var single = SingleByte(await connection.QueryAsync("SELECT COLLATION_NAME FROM information_schema.COLLATIONS", default));
        Assert.True(single.Count > 35);
        foreach (var collation in single)
        {
            var charset = collation.Split('_')[0];
            var rows = await connection.QueryAsync(
                "WITH RECURSIVE r(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM r WHERE n < 255), " +
                $"c(c) AS (SELECT CONVERT(UNHEX(LPAD(HEX(n), 2, '0')) USING {charset}) FROM r) " +
                $"SELECT HEX(CONVERT(c USING utf8mb4)), HEX(WEIGHT_STRING(CONCAT(c, '{Behind}') COLLATE {collation})) AS w FROM c " +
                $"WHERE HEX(CONVERT(CONVERT(c USING utf8mb4) USING {charset})) = HEX(c) ORDER BY w", default);
            Assert.True(rows.Count >= 128, collation);
            CompareOrder(collation, rows);
        }
    }

    [ServerFact(TestServers.MySql)]
    public async Task Texts_compare_and_match_as_on_the_server()
    {
        await using var database = await MySqlDatabase.CreateAsync(TestServers.Get(TestServers.MySql), "collations");
        await database.ExecuteAsync("CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(100), b VARCHAR(100)) CHARACTER SET utf8mb4");
        var random = new Random(20_261_130);
        var pairs = Enumerable.Range(0, Proof.Rounds(2_000, 60_000)).Select(_ => Pair(random)).ToList();
        foreach (var part in pairs.Index().Chunk(500))
        {
            await database.ExecuteAsync($"INSERT INTO t VALUES {string.Join(",", part.Select(p => $"({p.Index}, X'{Hex(p.Item.A)}', X'{Hex(p.Item.B)}')"))}");
        }

        var single = SingleByte(await database.Connection.QueryAsync("SELECT COLLATION_NAME FROM information_schema.COLLATIONS", default));
        foreach (var collation in Unicode.Concat(Narrow).Concat(single))
        {
            var set = collation.Split('_')[0];
            var (a, b) = ($"CONVERT(a USING {set}) COLLATE {collation}", $"CONVERT(b USING {set}) COLLATE {collation}");
            var answer = await database.Connection.QueryAsync(
                $"SELECT id, STRCMP({a}, {b}), {a} LIKE {b}, {a} LIKE CONCAT({b}, '%'), {a} LIKE CONCAT('%', {b}), {a} LIKE CONCAT('%', {b}, '%') FROM t " +
                $"WHERE HEX(CONVERT(CONVERT(a USING {set}) USING utf8mb4)) = HEX(a) AND HEX(CONVERT(CONVERT(b USING {set}) USING utf8mb4)) = HEX(b)", default);
            Assert.True(answer.Count > pairs.Count / 100, $"{collation}: {answer.Count}");
            var differences = answer.Rows.SelectMany(r => Differences(TextCollation.Of(collation), pairs[int.Parse(r[0]!, CultureInfo.InvariantCulture)], r)).ToList();
            Assert.True(differences.Count == 0, $"{collation}, {differences.Count} differences: {string.Join("; ", differences.Take(10))}");
        }
    }

    private static List<string> SingleByte(StatementResult collations) =>
        [.. collations.Rows.Select(r => r[0]!).Where(c => !c.StartsWith("utf", StringComparison.Ordinal) && c != "binary" && TextCollation.Of(c).IsKnown).Order(StringComparer.Ordinal)];

    private IEnumerable<string> Differences(TextCollation collation, (string A, string B) pair, string?[] row)
    {
        var (a, b) = (Encoding.UTF8.GetBytes(pair.A), Encoding.UTF8.GetBytes(pair.B));
        var own = new[]
        {
            Math.Sign(collation.Compare(a, b, _scratch)), Truth(LikePattern.Matches(a, b, collation)), Truth(TextSearch.LengthOfStart(a, b, collation) >= 0),
            Truth(TextSearch.EndsWith(a, b, collation)), Truth(TextSearch.IndexOf(a, b, collation) >= 0),
        };
        return own.Select((value, i) => (value, i)).Where(o => o.value.ToString(CultureInfo.InvariantCulture) != row[o.i + 1])
            .Select(o => $"{new[] { "order", "like", "starts", "ends", "contains" }[o.i]} of {Hex(pair.A)} ({pair.A}) and {Hex(pair.B)} ({pair.B}) is {row[o.i + 1]}, here {o.value}");
    }

    private async Task CompareCharactersAsync(ServerSession connection, string collation, int last)
    {
        var set = collation.Split('_')[0];
        var (count, code) = Proof.IsLong ? (last, "n") : (Usual + ((last - Usual) / Stride), $"IF(n < {Usual}, n, {Usual} + (n - {Usual}) * {Stride})");
        var rows = await connection.QueryAsync(
            $"WITH RECURSIVE r(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM r WHERE n < {count}), n(n) AS (SELECT {code} FROM r), " +
            $"c(c) AS (SELECT CONVERT(CONVERT(UNHEX(LPAD(HEX(n), 8, '0')) USING utf32) USING {set}) FROM n WHERE n NOT BETWEEN 0xD800 AND 0xDFFF) " +
            $"SELECT HEX(CONVERT(c USING utf8mb4)), HEX(WEIGHT_STRING(CONCAT(c, '{Behind}') COLLATE {collation})) AS w FROM c ORDER BY w", default);
        Assert.True(rows.Count > 12_000, collation);
        CompareOrder(collation, rows);
    }

    /// <summary>Rows of a character and its weights, in the order of these: neighbours show the whole order.</summary>
    private void CompareOrder(string name, StatementResult rows)
    {
        var collation = TextCollation.Of(name);
        var differences = new List<string>();
        for (var i = 1; i < rows.Count; i++)
        {
            var (before, after) = (Convert.FromHexString(rows[i - 1, 0]! + BehindHex), Convert.FromHexString(rows[i, 0]! + BehindHex));
            var order = Math.Sign(collation.Compare(before, after, _scratch));
            if (order != (rows[i - 1, 1]! == rows[i, 1]! ? 0 : -1))
            {
                differences.Add($"{rows[i - 1, 0]} ({rows[i - 1, 1]}) and {rows[i, 0]} ({rows[i, 1]}) compare as {order}");
            }
        }

        Assert.True(differences.Count == 0, $"{name}, {differences.Count} of {rows.Count} differ: {string.Join("; ", differences.Take(10))}");
    }

    private static (string A, string B) Pair(Random random)
    {
        var a = Text(random, random.Next(0, 7));
        var pieces = random.Next(4) == 0 ? Text(random, random.Next(0, 5)) : string.Concat(a.EnumerateRunes().Where(_ => random.Next(6) > 0).Select(r => Changed(random, r)));
        return (a, pieces);
    }

    private static string Changed(Random random, Rune rune) => random.Next(5) switch
    {
        0 => Rune.ToUpperInvariant(rune).ToString(),
        1 => Rune.ToLowerInvariant(rune).ToString(),
        2 => Text(random, 1),
        _ => rune.ToString(),
    };

    /// <summary>Pieces, or any characters; no wildcards.</summary>
    private static string Text(Random random, int length) => string.Concat(Enumerable.Range(0, length).Select(_ => random.Next(10) switch
    {
        < 4 => Pieces[random.Next(20)],
        < 8 => Pieces[random.Next(Pieces.Length)],
        8 => Character(random, 0x3000),
        _ => Character(random, 0x110000),
    }));

    private static string Character(Random random, int below)
    {
        var code = random.Next(1, below);
        return code is '%' or '_' or '\\' or (>= 0xD800 and <= 0xDFFF) ? "x" : new Rune(code).ToString();
    }

    private static string Hex(string text) => Convert.ToHexString(Encoding.UTF8.GetBytes(text));

    private static int Truth(bool value) => value ? 1 : 0;
}
