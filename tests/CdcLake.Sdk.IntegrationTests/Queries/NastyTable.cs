namespace CdcLake.IntegrationTests.Queries;

#pragma warning disable CA1812 // stands for rows of the table, never made
internal sealed record Nasty(
    int Id, DateTime? T, DateTime? U, DateOnly? D, DateTimeOffset? Z, TimeSpan? Span, string? S, string? P, string? Dated, int? N, int? M, long? B, decimal? X, decimal? Y, bool? Ok, Color? Kind, Guid? Uid, Guid? Raw,
    string? Json);
#pragma warning restore CA1812

/// <summary>A table of values at the edges: leap days, ends of months and years, negative numbers, text outside of the first plane, JSON of every kind, nulls.</summary>
internal static class NastyTable
{
    public static readonly string[] Create =
    [
        """
        CREATE TABLE nasty (id INT PRIMARY KEY, t DATETIME(6), u DATETIME, d DATE, z TIMESTAMP(3), span TIME(6), s VARCHAR(60) COLLATE utf8mb4_0900_bin, p VARCHAR(20) COLLATE utf8mb4_0900_bin, dated VARCHAR(40),
          n INT, m INT, b BIGINT, x DECIMAL(10,5), y DECIMAL(20,2), ok TINYINT(1), kind ENUM('Red','Green','Blue'), uid CHAR(36), raw BINARY(16), json JSON)
        """,
        """
        INSERT INTO nasty VALUES
        (1, '2024-02-29 23:59:59.999999', '2023-03-01', '2024-02-29', '2024-03-31 01:00:00', '26:59:59.999999', 'a,b,,c', 'a,_,%', '2024-02-29', 12, 5, 9007199254740993, 2, 123456789012345678.99, 1, 'Red',
          '00112233-4455-6677-8899-aabbccddeeff', 0x00112233445566778899AABBCCDDEEFF, '{"a": {"b c": [1, "ä\\n\\"", true, null, {"x": 2}]}, "n": -12.50}'),
        (2, '2023-12-31 00:00:00.000001', '2024-02-29 12:00:00', '2023-12-31', '1970-01-01 00:00:01', '-00:00:00.000001', 'Größe 😀,x', '%\\\\%%', '24-2-3 4:5', -13, 3, -9223372036854775807, -1, -0.01, 0, 'Blue',
          'FFEEDDCC-BBAA-9988-7766-554433221100', 0xFFEEDDCCBBAA99887766554433221100, '[1, [2, {"a": []}], "x"]'),
        (3, '1970-01-01', '1970-01-01', '1969-12-31', '2038-01-19 03:14:07', '00:00:00', '', '%', '', 0, -1, 0, 0.00001, 0, 2, 'Green', '00000000-0000-0000-0000-000000000000', 0x00000000000000000000000000000000, '"lone"'),
        (4, '2021-01-03 01:02:03.456789', '1999-12-31 23:59:59', '2021-01-31', '2024-10-27 00:30:00', '-838:59:59', '50% off', '50\\\\%%', '2023-02-29', 1, 255, 1000000007, 99999.99999, 0.05, -1, NULL, NULL, NULL, 'null'),
        (5, '2020-12-31 12:00:00.5', '2021-01-01', '2020-01-31', '2024-06-30 23:59:59.999', '838:59:59', 'x😀y', 'x_y', ' 2024 - 12-31x', 25, -256, -1, -0.66667, -123456789012345678.99, NULL, 'Red', NULL, NULL, '{"a": 1e3, "A": 2, "é": 3}'),
        (6, '1000-01-01', '9999-12-31 23:59:59', '1000-03-31', '2000-02-29 12:00:00', '12:34:56.789', 'aab', '%ab', '31-12-9999', -1, 1, 9223372036854775807, 7, 99.995, 1, 'Blue', 'abcdefab-cdef-abcd-efab-cdefabcdefab', NULL, '-0.0'),
        (7, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
        (8, '9999-12-31 23:59:59.999999', '1000-01-01', '9999-12-31', '2024-12-29 23:00:00', '-12:00:00', '  Ab aB\t', 'A%', '1-1-1', 2147483647, -2147483648, 5, -99999.99999, 9.99, 0, 'Green', '0123abcd-0123-abcd-0123-abcd0123abcd', NULL, '{"a": "2024", "b": {"c": {"d": "deep"}}}')
        """,
    ];
}
