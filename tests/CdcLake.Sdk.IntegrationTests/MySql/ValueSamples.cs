using CdcLake.MySql.Wire;

namespace CdcLake.IntegrationTests.MySql;

/// <summary>Every column type of MySQL, with values at its edges.</summary>
internal static class ValueSamples
{
    private const string Members =
        "'m0','m1','m2','m3','m4','m5','m6','m7','m8','m9','m10','m11','m12','m13','m14','m15','m16','m17','m18','m19','m20','m21','m22','m23','m24','m25','m26','m27','m28','m29','m30'," +
        "'m31','m32','m33','m34','m35','m36','m37','m38','m39','m40','m41','m42','m43','m44','m45','m46','m47','m48','m49','m50','m51','m52','m53','m54','m55','m56','m57','m58','m59','m60'," +
        "'m61','m62','m63'";

    // What is stored, HEX of which is the SRID (8 digits), byte order (2), type (8) and the rest: as WKB, or as EWKB when there is an SRID.
    private const string Ewkb =
        "IF(ST_SRID({0}) = 0, SUBSTR(HEX({0}), 9), CONCAT('01', SUBSTR(HEX({0}), 11, 6), '20', SUBSTR(HEX({0}), 1, 8), SUBSTR(HEX({0}), 19)))";

    private static readonly string[] Geometries =
    [
        "ST_GeomFromText('POINT(1.5 -2)')",
        "ST_GeomFromText('POINT(10 20)', 4326)",
        "ST_GeomFromText('POLYGON((0 0,0 3,3 3,0 0),(1 1,1 2,2 2,1 1))', 3857)",
        "ST_GeomFromText('GEOMETRYCOLLECTION(POINT(1 2),LINESTRING(0 0,1 1),GEOMETRYCOLLECTION EMPTY)', 4326)",
        "ST_GeomFromText('MULTIPOINT((1 1),(2 2))')",
        "ST_GeomFromText('GEOMETRYCOLLECTION EMPTY')",
    ];

    private static readonly string[] Json =
    [
        "'null'", "'true'", "'[]'", "'{}'", "'\"\"'", "'[[],{},[null]]'", "'7'",
        """ '["\\u0001\\u001f\\"\\\\\\/\\b\\f\\n\\r\\t\\u007f\\u2028é😀"]' """,
        "'[1,-1,0,32767,32768,-32768,-32769,65535,65536,2147483647,-2147483648,2147483648,-2147483649,4294967295,4294967296]'",
        "'[9223372036854775807,-9223372036854775808,9223372036854775808,18446744073709551615,18446744073709551616,-9223372036854775809]'",
        "'[0.0,-0.0,1.5,100.0,1e14,999999999999999.0,1e15,9999999999999998.0,123456789012345680,1e-14,1e-15,1.5e-15,1e-16,1.5e-16,1e22,1e-7,12345.678]'",
        "'[1.7976931348623157e308,-1.7976931348623157e308,5e-324,2.2250738585072014e-308,0.1,0.30000000000000004,1e100,3.0e-5,4.9406564584124654e-324]'",
        "JSON_ARRAY(CAST('1.50' AS DECIMAL(5,2)), CAST('-99999999999999999999999999999999999.999999999999999999999999999999' AS DECIMAL(65,30)), CAST(0 AS DECIMAL(5,5)), CAST(-7 AS DECIMAL(9,0)))",
        "JSON_ARRAY(DATE'2026-01-31', TIMESTAMP'2026-01-31 01:02:03.456789', TIME'-838:59:59', TIME'-00:00:00.000001', TIME'00:00:00', DATE'0001-01-01', TIMESTAMP'9999-12-31 23:59:59.999999')",
        "JSON_ARRAY(b'1010', x'CAFE', CAST(REPEAT('x', 57) AS BINARY), CAST(REPEAT('x', 200) AS BINARY), CAST(2026 AS YEAR), CAST('' AS BINARY), POINT(1, 2))",
        "JSON_OBJECT('', 1, 'b', 2, 'aa', 3, 'é', 4, 'A', 5, 'a\"b', JSON_OBJECT('x', JSON_ARRAY(1, 'y', NULL)))",
        "CONCAT(REPEAT('[', 100), REPEAT(']', 100))",
        "JSON_ARRAY(REPEAT('a', 127), REPEAT('b', 128), REPEAT('c', 16383), REPEAT('d', 16384))",
        "JSON_OBJECT('k', REPEAT('a', 65500))", "JSON_OBJECT('k', REPEAT('a', 65536), 'n', 70000, 'm', -1)",
        "(WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 900) SELECT JSON_ARRAYAGG(n * 100000) FROM r)",
        "(WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 900) SELECT JSON_OBJECTAGG(CONCAT('key', n), REPEAT('v', n)) FROM r)",
    ];

    /// <summary>
    /// Column definition, the expression that prints a value as <see cref="CdcLake.Tests.Shared.TableContents"/> does, and values; without values the type is one of floating point, which has samples
    /// of its own and is only compared between snapshot and log.
    /// </summary>
    public static (string Column, string Print, string[] Values)[] Types { get; } =
    [
        ("TINYINT", "CAST({0} AS CHAR)", ["-128", "127", "0"]),
        ("TINYINT UNSIGNED", "CAST({0} AS CHAR)", ["0", "255"]),
        ("SMALLINT", "CAST({0} AS CHAR)", ["-32768", "32767"]),
        ("SMALLINT UNSIGNED", "CAST({0} AS CHAR)", ["65535"]),
        ("MEDIUMINT", "CAST({0} AS CHAR)", ["-8388608", "8388607"]),
        ("MEDIUMINT UNSIGNED", "CAST({0} AS CHAR)", ["16777215", "8388608"]),
        ("INT", "CAST({0} AS CHAR)", ["-2147483648", "2147483647"]),
        ("INT UNSIGNED", "CAST({0} AS CHAR)", ["4294967295"]),
        ("INT(5) ZEROFILL", "CAST({0}+0 AS CHAR)", ["7", "4294967295"]),
        ("BIGINT", "CAST({0} AS CHAR)", ["-9223372036854775808", "9223372036854775807"]),
        ("BIGINT UNSIGNED", "CAST({0} AS CHAR)", ["18446744073709551615", "9223372036854775808"]),
        ("DECIMAL(10,2)", "CAST({0} AS CHAR)", ["-99999999.99", "0.01", "-0.01", "12345678.90"]),
        ("DECIMAL(18,0)", "CAST({0} AS CHAR)", ["-999999999999999999", "999999999999999999"]),
        ("DECIMAL(18,18)", "CAST({0} AS CHAR)", ["0.999999999999999999", "-0.000000000000000001"]),
        ("DECIMAL(38,10)", "CAST({0} AS CHAR)", ["9999999999999999999999999999.9999999999", "-1.5"]),
        ("DECIMAL(65,30)", "CAST({0} AS CHAR)", ["-99999999999999999999999999999999999.999999999999999999999999999999", "0.5"]),
        ("FLOAT", "HEX(CAST({0} AS DOUBLE))", []),
        ("DATE", "CAST({0} AS CHAR)", ["'1000-01-01'", "'9999-12-31'", "'1969-12-31'", "'2024-02-29'"]),
        ("DATETIME", "DATE_FORMAT({0}, '%Y-%m-%d %H:%i:%s.%f')", ["'1000-01-01 00:00:00'", "'9999-12-31 23:59:59'"]),
        ("DATETIME(3)", "DATE_FORMAT({0}, '%Y-%m-%d %H:%i:%s.%f')", ["'1969-12-31 23:59:59.999'", "'2026-07-01 00:00:00'"]),
        ("DATETIME(6)", "DATE_FORMAT({0}, '%Y-%m-%d %H:%i:%s.%f')", ["'2026-01-02 03:04:05.000001'"]),
        ("TIMESTAMP NULL", "DATE_FORMAT({0}, '%Y-%m-%d %H:%i:%s.%f')", ["'1970-01-01 00:00:01'", "'2038-01-19 03:14:07'"]),
        ("TIMESTAMP(6) NULL", "DATE_FORMAT({0}, '%Y-%m-%d %H:%i:%s.%f')", ["'2026-03-29 02:30:00.123456'"]),
        ("TIME", "TIME_FORMAT(CAST({0} AS TIME(6)), '%H:%i:%s.%f')", ["'838:59:59'", "'-838:59:59'", "'00:00:00'"]),
        ("TIME(2)", "TIME_FORMAT(CAST({0} AS TIME(6)), '%H:%i:%s.%f')", ["'-00:00:00.01'", "'-100:00:00.99'"]),
        ("TIME(6)", "TIME_FORMAT(CAST({0} AS TIME(6)), '%H:%i:%s.%f')", ["'-12:34:56.789012'", "'00:00:00.000001'", "'-00:00:00.000001'"]),
        ("YEAR", "CAST({0}+0 AS CHAR)", ["1901", "2155", "0"]),
        ("CHAR(10)", "{0}", ["'a  '", "''", "'ß€𝄞'"]),
        ("CHAR(255)", "{0}", ["REPEAT('é', 255)"]),
        ("VARCHAR(10)", "{0}", ["'trail  '", "'𝄞'"]),
        ("VARCHAR(1000)", "{0}", ["REPEAT('ä', 1000)"]),
        ("VARCHAR(20) CHARACTER SET latin1", "{0}", ["'äöü€ÿ'", "X'818D8F909D'"]),
        ("VARCHAR(20) CHARACTER SET utf8mb3", "{0}", ["'zażółć'"]),
        ("VARCHAR(20) CHARACTER SET ascii", "{0}", ["'ascii'"]),
        ("TINYTEXT", "{0}", ["'tiny'"]),
        ("TEXT", "{0}", ["REPEAT('x', 65535)"]),
        ("MEDIUMTEXT", "{0}", ["REPEAT('y', 70000)"]),
        ("LONGTEXT CHARACTER SET latin1", "{0}", ["REPEAT('é', 70000)"]),
        ("BINARY(4)", "HEX({0})", ["X'0102'", "X'00000000'", "X'FF'"]),
        ("BINARY(255)", "HEX({0})", ["X'01'"]),
        ("VARBINARY(300)", "HEX({0})", ["X'0100'", "''"]),
        ("BLOB", "HEX({0})", ["X'00FF00'"]),
        ("LONGBLOB", "HEX({0})", ["REPEAT(X'FE', 100000)"]),
        ("ENUM('a','b','ü|''q')", "{0}", ["'a'", "'ü|''q'", "0"]),
        ("ENUM('ä','b') CHARACTER SET latin1", "{0}", ["'ä'"]),
        ("SET('x','y','z')", "{0}", ["'z,x'", "''"]),
        ("BIT(1)", "CAST({0}+0 AS CHAR)", ["b'1'", "b'0'"]),
        ("BIT(9)", "CAST({0}+0 AS CHAR)", ["b'100000001'"]),
        ("BIT(63)", "CAST({0}+0 AS CHAR)", ["0x7FFFFFFFFFFFFFFF"]),
        ("BIT(64)", "CAST({0}+0 AS CHAR)", ["0xFFFFFFFFFFFFFFFF", "0x8000000000000000"]),
        ("BIT(8)", "CAST({0}+0 AS CHAR)", ["b'11111111'", "0"]),
        ("BIT(33)", "CAST({0}+0 AS CHAR)", ["0x1FFFFFFFF", "0x100000000"]),
        ("SET(" + Members + ")", "{0}", ["1 << 63", "18446744073709551615", "0"]),
        ("ENUM(" + Members + ")", "{0}", ["64", "1"]),
        ("DOUBLE UNSIGNED", "HEX({0})", []),
        ("DECIMAL(30,0) UNSIGNED", "CAST({0} AS CHAR)", ["999999999999999999999999999999"]),
        ("DECIMAL(39,0)", "CAST({0} AS CHAR)", ["-999999999999999999999999999999999999999"]),
        ("VARBINARY(20)", "HEX({0})", ["X'00'", "X'0100000000'"]),
        ("TINYBLOB", "HEX({0})", ["REPEAT(X'00', 255)"]),
        ("MEDIUMBLOB", "HEX({0})", ["REPEAT(X'80', 70000)"]),
        ("VECTOR(3)", "HEX({0})", ["TO_VECTOR('[1,-2.5,3.4e38]')", "TO_VECTOR('[0,0,0]')"]),
        ("VECTOR", "HEX({0})", ["TO_VECTOR('[0.1]')"]),
        ("GEOMETRY", Ewkb, Geometries),
        ("POINT NOT NULL SRID 4326", Ewkb, ["ST_GeomFromText('POINT(10 20)', 4326)"]),
        ("JSON", "CAST({0} AS CHAR)", Json),
    ];

    /// <summary>Those of MariaDB alone, with the first version that has them.</summary>
    private static readonly (Version Since, string Column, string Print, string[] Values)[] OfMariaDb =
    [
        (new(10, 5), "INET6", "CAST({0} AS CHAR)", ["'::'", "'::1'", "'2001:db8::ff00:42:8329'", "'::ffff:192.0.2.128'", "'::192.0.2.128'", "'1:0:0:2:0:0:0:3'", "'0:1:0:2:3:4:5:6'", "'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'", "'1::'"]),
        (new(10, 10), "INET4", "CAST({0} AS CHAR)", ["'0.0.0.0'", "'255.255.255.255'", "'192.0.2.0'"]),
        (new(10, 7), "UUID", "CAST({0} AS CHAR)", ["'123e4567-e89b-12d3-a456-426655440000'", "'00000000-0000-0000-0000-000000000000'", "'ffffffff-ffff-ffff-ffff-ffffffffffff'", "'018f8a6e-7b5c-7def-8123-456789abcdef'", "'550e8400-e29b-41d4-a716-446655440000'", "'6ba7b810-9dad-11d1-00b4-00c04fd430c8'"]),
        (new(11, 7), "VECTOR(3)", "HEX({0})", ["VEC_FromText('[1,-2.5,3.4e38]')", "VEC_FromText('[0,0,0]')"]),
        (new(10, 5), "VARCHAR(1000) COMPRESSED", "{0}", ["'short'", "''", "REPEAT('long ä', 150)"]),
        (new(10, 5), "VARCHAR(200) COMPRESSED CHARACTER SET latin1", "{0}", ["REPEAT('ä', 200)", "'é'"]),
        (new(10, 5), "VARBINARY(255) COMPRESSED", "HEX({0})", ["REPEAT(X'00', 255)", "X'00'"]),
        (new(10, 5), "MEDIUMTEXT COMPRESSED", "{0}", ["REPEAT('compressed ', 7000)", "'x'"]),
        (new(10, 5), "BLOB COMPRESSED", "HEX({0})", ["REPEAT(X'FE', 60000)", "X'00FF'"]),
        (new(10, 5), "JSON", "{0}", ["'{\"b\": 1,  \"a\" : [1.50]}'", "'null'"]),
        (new(10, 5), "GEOMETRY", Ewkb, Geometries),
        (new(10, 5), "POINT NOT NULL", Ewkb, ["ST_GeomFromText('POINT(10 20)')"]),
        (new(11, 5), "TIMESTAMP(3) NULL", "DATE_FORMAT({0}, '%Y-%m-%d %H:%i:%s.%f')", ["'2106-02-07 06:28:15.999'"]),
        (new(10, 10), "VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_uca1400_ai_ci", "{0}", ["'ß𝄞'"]),
        (new(10, 5), "VARCHAR(20) CHARACTER SET utf8mb3 COLLATE utf8_croatian_ci", "{0}", ["'čćž'"]),
        (new(10, 5), "VARCHAR(20) CHARACTER SET latin2 COLLATE latin2_nopad_bin", "{0}", ["'čćž '"]),
        (new(10, 5), "CHAR(4) CHARACTER SET utf16", "CONVERT({0} USING utf8mb4)", ["'a𝄞'"]),
        (new(10, 5), "ENUM('ä','b') CHARACTER SET latin1 COLLATE latin1_nopad_bin", "{0}", ["'ä'"]),
    ];

    /// <summary>Those that a server has.</summary>
    public static async Task<IReadOnlyList<(string Column, string Print, string[] Values)>> OfAsync(ServerSession server)
    {
        if (!server.IsMariaDb)
        {
            return Types;
        }

        var version = Version.Parse((await server.QueryAsync("SELECT SUBSTRING_INDEX(VERSION(), '-', 1)", default))[0, 0]!);
        return
        [
            .. Types.Where(t => !t.Column.StartsWith("VECTOR", StringComparison.Ordinal) && !t.Column.StartsWith("GEOMETRY", StringComparison.Ordinal) && !t.Column.StartsWith("POINT", StringComparison.Ordinal) && t.Column != "JSON"),
            .. OfMariaDb.Where(t => version >= t.Since).Select(t => (t.Column, t.Print, t.Values)),
        ];
    }

    public static string[] Floats { get; } = ["16777217", "1.1", "0", "3.4e38"];
}
