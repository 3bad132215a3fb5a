using System.Globalization;
using CdcLake.Columnar;
using CdcLake.MySql.Tables;

namespace CdcLake.Tests.MySql.Tables;

/// <summary>Defaults as information_schema prints them; what servers make of them is compared in the integration tests.</summary>
public sealed class DeclaredDefaultTests
{
    [Theory]
    [InlineData("int", "5", "5")]
    [InlineData("bigint unsigned", "18446744073709551615", "18446744073709551615")]
    [InlineData("tinyint", "-3", "-3")]
    [InlineData("decimal(9,2)", "1.50", "150")]
    [InlineData("decimal(40,2)", "1.50", null)]
    [InlineData("double", "1000", "1000")]
    [InlineData("varchar(9)", "x'y", "x'y")]
    [InlineData("varchar(9)", "", "")]
    [InlineData("char(9)", "x  ", "x")]
    [InlineData("enum('p','q')", "q", "q")]
    [InlineData("enum('p','q')", "z", null)]
    [InlineData("set('s','t')", "s,t", "s,t")]
    [InlineData("bit(3)", "b'101'", "5")]
    [InlineData("bit(1)", "b'1'", "1")]
    [InlineData("year", "2001", "2001")]
    [InlineData("time(2)", "-10:11:12.30", "-36672300000")]
    [InlineData("date", "2020-01-02", "18263")]
    [InlineData("date", "0000-00-00", null)]
    [InlineData("datetime(3)", "2020-01-02 00:00:00.500", "1577923200500000")]
    [InlineData("timestamp", "2020-01-02 00:00:00", null)]
    [InlineData("binary(4)", "0x6162", "ab\0\0")]
    [InlineData("varbinary(4)", "0x6162", "ab")]
    [InlineData("json", "{}", null)]
    public void Default_of_MySql_is_the_value_that_a_row_has(string type, string text, string? value) => Assert.Equal(value, Of(type, text, "", isMariaDb: false));

    [Fact]
    public void Default_of_a_timestamp_is_the_moment_that_the_server_shows_in_utc()
    {
        var moments = TimestampDefaults.Parse(
            """
            CREATE TABLE `t` (
              `id` int NOT NULL,
              `a``b` timestamp(3) NOT NULL DEFAULT '2020-01-01 00:00:00.125' COMMENT 'x',
              `c` timestamp NULL DEFAULT '2021-05-31 19:00:00',
              `d` timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP COMMENT ' DEFAULT \'2020-01-01 00:00:00\'',
              `e` datetime DEFAULT '2021-05-31 19:00:00',
              `f` timestamp /*!80023 INVISIBLE */ NULL DEFAULT NULL,
              PRIMARY KEY (`id`)
            ) ENGINE=InnoDB
            """);
        Assert.Equal(["a`b=2020-01-01 00:00:00.125", "c=2021-05-31 19:00:00"], moments.Select(m => $"{m.Key}={m.Value}"));
        var column = MySqlColumnTypeText.Parse("c", "timestamp(3)", null, false, 0);
        var value = new DeclaredDefault(moments["a`b"], "", false) { Moment = moments["a`b"] }.Of(column);
        Assert.Equal(1_577_836_800_125_000L, value!.ValueAt(0));
    }

    [Theory]
    [InlineData("int", "5", "5")]
    [InlineData("varchar(9)", "'x''y'", "x'y")]
    [InlineData("varchar(9)", "'x\\\\y'", null)]
    [InlineData("varchar(9)", "'5'", "5")]
    [InlineData("varchar(36)", "uuid()", null)]
    [InlineData("int", "(3 + 4)", null)]
    [InlineData("datetime", "current_timestamp()", null)]
    [InlineData("text", "'x'", "x")]
    [InlineData("varbinary(4)", "'ab'", "ab")]
    [InlineData("varbinary(4)", "x'6162'", "ab")]
    [InlineData("varbinary(9)", "'0x6162'", "0x6162")]
    [InlineData("varchar(4)", "x'6162'", null)]
    public void Default_of_MariaDb_is_a_literal(string type, string text, string? value) => Assert.Equal(value, Of(type, text, "", isMariaDb: true));

    [Theory]
    [InlineData("int", false, null, "", "NULL")]
    [InlineData("int", true, "NULL", "", "NULL")]
    [InlineData("json", false, null, "", "NULL")]
    [InlineData("int", false, null, "auto_increment", null)]
    [InlineData("varchar(9)", false, "uuid()", "DEFAULT_GENERATED", null)]
    public void Column_without_default_is_null(string type, bool isMariaDb, string? text, string extra, string? value) => Assert.Equal(value, Of(type, text, extra, isMariaDb));

    [Theory]
    [InlineData("int", "0")]
    [InlineData("varchar(9)", "")]
    [InlineData("text", "")]
    [InlineData("binary(2)", "\0\0")]
    [InlineData("enum('p','q')", "p")]
    [InlineData("set('p','q')", "")]
    [InlineData("bit(3)", "0")]
    [InlineData("time", "0")]
    [InlineData("date", null)]
    public void Column_without_default_that_is_not_nullable_has_the_zero_of_its_type(string type, string? value) => Assert.Equal(value, Of(type, null, "", isMariaDb: false, isNullable: false));

    private static string? Of(string type, string? text, string extra, bool isMariaDb, bool isNullable = true)
    {
        var column = MySqlColumnTypeText.Parse("c", type, "utf8mb4", isNullable, 0);
        return new DeclaredDefault(text, extra, isMariaDb).Of(column) is not { } value ? null
            : value.IsNull(0) ? "NULL"
            : value is BytesColumn bytes ? System.Text.Encoding.UTF8.GetString(bytes[0])
            : Convert.ToString(value.ValueAt(0), CultureInfo.InvariantCulture);
    }
}
