using System.Text;
using System.Text.RegularExpressions;
using CdcLake.Columnar;
using CdcLake.Expressions;
using CdcLake.Iceberg.Spec;
using CdcLake.MySql.Tables;
using CdcLake.Planning.Binding;
using CdcLake.Tests.Conventions;

namespace CdcLake.Tests.MySql.Tables;

/// <summary>
/// What each MySQL type becomes: the table of Types.md, which is compared with what the library does. That the values are right is shown by SnapshotValueTests, CharsetTests
/// and UntypedReplicaTests with a server.
/// </summary>
public sealed partial class TypeTableTests
{
    private static readonly TypeRow[] Rows =
    [
        new("`TINYINT`", ["tinyint", "tinyint(1)"], "int8", [typeof(sbyte), typeof(bool)], "int"),
        new("`TINYINT UNSIGNED`", ["tinyint unsigned", "tinyint(3) unsigned zerofill"], "uint8", [typeof(byte), typeof(bool)], "int"),
        new("`SMALLINT`", ["smallint"], "int16", [typeof(short)], "int"),
        new("`SMALLINT UNSIGNED`", ["smallint unsigned"], "uint16", [typeof(ushort)], "int"),
        new("`MEDIUMINT`, also `UNSIGNED`; `INT`", ["mediumint", "mediumint unsigned", "int"], "int32", [typeof(int)], "int"),
        new("`INT UNSIGNED`", ["int unsigned", "int(5) unsigned zerofill"], "uint32", [typeof(uint)], "long"),
        new("`BIGINT`", ["bigint"], "int64", [typeof(long)], "long"),
        new("`BIGINT UNSIGNED`", ["bigint unsigned"], "uint64", [typeof(ulong)], "decimal(20, 0)"),
        new("`DECIMAL(p, s)`, p to 28", ["decimal(1,0)", "decimal(18,4)", "decimal(28,28) unsigned"], "decimal(p, s)", [typeof(decimal)], "decimal(p, s)"),
        new("`DECIMAL(p, s)`, p to 38", ["decimal(29,0)", "decimal(38,30)"], "decimal(p, s)", [], "decimal(p, s)", "in an untyped table: a .NET decimal has 28 digits"),
        new("`DECIMAL(p, s)`, p to 65", ["decimal(39,0)", "decimal(65,30)"], "string", [typeof(string)], "string", "all digits, as MySQL prints them"),
        new("`FLOAT`", ["float", "float(7,3)", "float unsigned"], "float32", [typeof(float), typeof(double)], "float"),
        new("`DOUBLE`", ["double", "double unsigned"], "float64", [typeof(double)], "double"),
        new("`BIT(1)`", ["bit(1)"], "boolean", [typeof(bool)], "boolean"),
        new("`BIT(2)` to `BIT(63)`", ["bit(2)", "bit(63)"], "int64", [typeof(long)], "long"),
        new("`BIT(64)`", ["bit(64)"], "uint64", [typeof(ulong)], "decimal(20, 0)"),
        new("`YEAR`", ["year"], "int16", [typeof(short)], "int", "0 for 0000"),
        new("`DATE`", ["date"], "date", [typeof(DateOnly), typeof(DateTime)], "date", "dates that no calendar has: `InvalidDates`"),
        new("`DATETIME(f)`", ["datetime", "datetime(6)"], "datetime", [typeof(DateTime)], "timestamp", "as `DATE`; microseconds, without a zone"),
        new("`TIMESTAMP(f)`", ["timestamp", "timestamp(3)"], "timestamp", [typeof(DateTimeOffset), typeof(DateTime)], "timestamptz", "as `DATE`; microseconds, UTC"),
        new("`TIME(f)`", ["time", "time(6)"], "time", [typeof(TimeSpan)], "long", "microseconds, ±838:59:59.999999"),
        new("`CHAR`, `VARCHAR`, `TEXT` and its kinds", ["char(10)", "varchar(200)", "tinytext", "text", "mediumtext", "longtext"], "string", [typeof(string)], "string", "UTF-8 from any of the server's character sets; CHAR without trailing spaces"),
        new("`ENUM`", ["enum('a','b')"], "string", [typeof(string), typeof(DayOfWeek)], "string", "the label, in C# also an enum; empty for the invalid value 0"),
        new("`SET`", ["set('a','b')"], "string", [typeof(string)], "string", "labels in their declared order, with commas"),
        new("`JSON`", ["json"], "string", [typeof(string)], "string", "the text that the server prints, byte by byte; partial updates are applied; a variant by option: `JsonAs` of the sink"),
        new("`BINARY`, `VARBINARY`, `BLOB` and its kinds", ["binary(16)", "varbinary(16)", "tinyblob", "blob", "mediumblob", "longblob"], "binary", [typeof(byte[])], "binary", "BINARY(n) with all n bytes"),
        new("`GEOMETRY` and its kinds", ["geometry", "point", "linestring", "polygon", "multipoint", "multilinestring", "multipolygon", "geomcollection"], "binary", [typeof(byte[])], "binary", "WKB; EWKB with the SRID where that is not 0; x is the longitude"),
        new("`VECTOR(n)`", ["vector(3)"], "binary", [typeof(byte[])], "binary", "n floats of four bytes, little endian"),
        new("`UUID`, `INET4`, `INET6` of MariaDB", ["uuid", "inet4", "inet6"], "string", [typeof(string)], "string", "as MariaDB prints them"),
    ];

    [Fact]
    public void Every_type_travels_as_the_table_says()
    {
        foreach (var row in Rows)
        {
            foreach (var native in row.Samples)
            {
                var field = FieldOf(native);
                Assert.Equal((native, row.Column), (native, General(field.Type.ToString())));
                Assert.Equal((native, native == "json"), (native, field.IsJson)); // what may be written as a variant
                Assert.Equal((native, row.Iceberg), (native, row.Iceberg.Contains("(p", StringComparison.Ordinal) ? General(IcebergType.Of(field.Type).Text) : IcebergType.Of(field.Type).Text));
                Assert.All(row.Properties, p => Assert.Null(PropertyTypes.Problem(p, field, native)));
            }
        }
    }

    [Fact]
    public void Guide_has_the_table()
    {
        var table = new StringBuilder("| MySQL | travels as | .NET property | Iceberg | |\n| --- | --- | --- | --- | --- |\n");
        foreach (var row in Rows)
        {
            table.Append($"| {row.MySql} | {row.Column} | {string.Join(", ", row.Properties.Where(p => !p.IsEnum).Select(p => $"`{ClrTypes.Name(p)}`"))} | {row.Iceberg} | {row.Note} |\n");
        }

        Assert.Contains(table.ToString(), SourceTree.Read("src/CdcLake.Sdk/MySql/Types.md").Text, StringComparison.Ordinal);
    }

    private static Field FieldOf(string native)
    {
        var column = MySqlColumnTypeText.Parse("c", native, "utf8mb4", nullable: false, keyOrder: 0);
        Assert.Null(column.Unsupported);
        return MySqlColumnDescription.Describe("d.t", [column]).Schema[0];
    }

    /// <summary>A type text without its numbers.</summary>
    private static string General(string type) => Fraction().Replace(Digits().Replace(type, "(p, s)"), "");

    [GeneratedRegex(@"\(\d+, \d+\)")]
    private static partial Regex Digits();

    [GeneratedRegex(@"\(\d+\)")]
    private static partial Regex Fraction();

    /// <summary>One row.</summary>
    /// <param name="MySql">The type, as the guide writes it.</param>
    /// <param name="Samples">Column types of information_schema that it stands for.</param>
    /// <param name="Column">What the engine holds.</param>
    /// <param name="Properties">Types of properties that may read it.</param>
    /// <param name="Iceberg">Type of the column in a table.</param>
    /// <param name="Note">What else has to be known.</param>
    private sealed record TypeRow(string MySql, string[] Samples, string Column, Type[] Properties, string Iceberg, string Note = "");
}
