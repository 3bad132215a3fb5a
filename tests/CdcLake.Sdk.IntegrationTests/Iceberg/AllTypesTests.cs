using System.Globalization;
using System.Text;
using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.Iceberg;
using CdcLake.Iceberg.Catalogs;
using CdcLake.Iceberg.Catalogs.FileSystem;
using CdcLake.Iceberg.Tables;
using CdcLake.Iceberg.Transactions;
using CdcLake.Iceberg.Writing;
using CdcLake.IntegrationTests.Fixtures;
using CdcLake.Storage;
using CdcLake.Tests.Iceberg;

namespace CdcLake.IntegrationTests.Iceberg;

/// <summary>A table with every column type, extreme values, nulls, and texts at which bounds have to be cut with care, under a composite key.</summary>
public sealed class AllTypesTests
{
    private static readonly Schema Columns = new(
    [
        new Field("id", new DataType(TypeKind.UInt64), false),
        new Field("order code", DataType.String, false),
        new Field("b", DataType.Boolean, true),
        new Field("i8", new DataType(TypeKind.Int8), true),
        new Field("u8", new DataType(TypeKind.UInt8), true),
        new Field("i16", new DataType(TypeKind.Int16), true),
        new Field("u16", new DataType(TypeKind.UInt16), true),
        new Field("i32", DataType.Int32, true),
        new Field("u32", new DataType(TypeKind.UInt32), true),
        new Field("i64", DataType.Int64, true),
        new Field("f32", new DataType(TypeKind.Float32), true),
        new Field("f64", DataType.Float64, true),
        new Field("d9", DataType.Decimal(9, 2), true),
        new Field("d18", DataType.Decimal(18, 4), true),
        new Field("d38", DataType.Decimal(38, 10), true),
        new Field("date", DataType.Date, true),
        new Field("time", DataType.Time(6), true),
        new Field("dt", DataType.DateTime(6), true),
        new Field("ts", DataType.Timestamp(3), true),
        new Field("1 text-é", DataType.String, true),
        new Field("bin", DataType.Binary, true),
    ]);

    private static readonly Int128 Max38 = Int128.Parse(new string('9', 38), CultureInfo.InvariantCulture);
    private static readonly string LastCharacters = string.Concat(Enumerable.Repeat(char.ConvertFromUtf32(0x10FFFF), 20));
    private static readonly string BeforeSurrogates = "0123456789abcde\uD7FFmore";

    private static object?[][] Rows =>
    [
        [(Int128)0, "a", (byte)0, -128, 0, -32768, 0, int.MinValue, 0L, long.MinValue, -2.25f, -1e300, -999999999L, -999999999999999999L, -Max38, -719162,
            -3020399000000L, -62135596800000000L, 0L, "", Array.Empty<byte>()],
        [(Int128)ulong.MaxValue, "ÄÖ " + new string('x', 30), (byte)1, 127, 255, 32767, 65535, int.MaxValue, (long)uint.MaxValue, long.MaxValue, 1.5f, 1e300, 999999999L,
            999999999999999999L, Max38, 2932896, 3020399999999L, 253402300799999999L, 2147483647000000L, LastCharacters, Enumerable.Repeat((byte)255, 20).ToArray()],
        [(Int128)7, "", null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null],
        [(Int128)8, BeforeSurrogates, (byte)1, 1, 2, 3, 4, 5, 6L, 7L, 0.5f, 0.25, 12345L, -12345L, (Int128)1, 20000, 0L, 1234567L, 1_700_000_000_123_000L,
            BeforeSurrogates, new byte[] { 0, 1, 254 }],
    ];

    private static string[] AsJson =>
    [
        "{\"id\": \"0\", \"order code\": \"a\", \"b\": false, \"i8\": -128, \"u8\": 0, \"i16\": -32768, \"u16\": 0, \"i32\": -2147483648, \"u32\": 0, \"i64\": -9223372036854775808, "
            + "\"f32\": -2.25, \"f64\": -1e+300, \"d9\": \"-9999999.99\", \"d18\": \"-99999999999999.9999\", \"d38\": \"-9999999999999999999999999999.9999999999\", \"date\": \"0001-01-01\", "
            + "\"time\": -3020399000000, \"dt\": \"0001-01-01 00:00:00\", \"ts\": \"1970-01-01 00:00:00+00:00\", \"1 text-é\": \"\", \"bin\": \"\"}",
        $"{{\"id\": \"18446744073709551615\", \"order code\": \"ÄÖ {new string('x', 30)}\", \"b\": true, \"i8\": 127, \"u8\": 255, \"i16\": 32767, \"u16\": 65535, \"i32\": 2147483647, \"u32\": 4294967295, "
            + "\"i64\": 9223372036854775807, \"f32\": 1.5, \"f64\": 1e+300, \"d9\": \"9999999.99\", \"d18\": \"99999999999999.9999\", \"d38\": \"9999999999999999999999999999.9999999999\", \"date\": \"9999-12-31\", "
            + $"\"time\": 3020399999999, \"dt\": \"9999-12-31 23:59:59.999999\", \"ts\": \"2038-01-19 03:14:07+00:00\", \"1 text-é\": \"{LastCharacters}\", \"bin\": \"{new string('f', 40)}\"}}",
        "{\"id\": \"7\", \"order code\": \"\", \"b\": null, \"i8\": null, \"u8\": null, \"i16\": null, \"u16\": null, \"i32\": null, \"u32\": null, \"i64\": null, \"f32\": null, \"f64\": null, "
            + "\"d9\": null, \"d18\": null, \"d38\": null, \"date\": null, \"time\": null, \"dt\": null, \"ts\": null, \"1 text-é\": null, \"bin\": null}",
        $"{{\"id\": \"8\", \"order code\": \"{BeforeSurrogates}\", \"b\": true, \"i8\": 1, \"u8\": 2, \"i16\": 3, \"u16\": 4, \"i32\": 5, \"u32\": 6, \"i64\": 7, \"f32\": 0.5, \"f64\": 0.25, \"d9\": \"123.45\", "
            + "\"d18\": \"-1.2345\", \"d38\": \"0.0000000001\", \"date\": \"2024-10-04\", \"time\": 0, \"dt\": \"1970-01-01 00:00:01.234567\", \"ts\": \"2023-11-14 22:13:20.123000+00:00\", "
            + $"\"1 text-é\": \"{BeforeSurrogates}\", \"bin\": \"0001fe\"}}",
    ];

    [ServerFact(IcebergJava.Variable)]
    public async Task Every_type_is_what_Iceberg_Java_reads()
    {
        using var folder = new TemporaryFolder(inMemory: true);
        var snapshots = await WriteAsync(folder);
        var table = Path.Combine(folder.Path, "types", "all types");
        // Texts of nothing but the last character, and bytes of nothing but 255, have no short upper bound.
        await IcebergJava.VerifyStrictlyAsync(table, "no upper_bounds of _1_x20text_x2D_xE9 (20), bin (21)");
        Assert.Equal(AsJson.Order(StringComparer.Ordinal), (await IcebergJava.LinesAsync(table, snapshots[0])).Order(StringComparer.Ordinal));
        Assert.Equal(
            new[] { AsJson[0].Replace("\"i32\": -2147483648", "\"i32\": 1", StringComparison.Ordinal), AsJson[2], AsJson[3] }.Order(StringComparer.Ordinal),
            (await IcebergJava.LinesAsync(table, snapshots[1])).Order(StringComparer.Ordinal));
    }

    [ServerFact(ClickHouse.Variable)]
    public async Task Every_type_is_what_ClickHouse_reads()
    {
        using var folder = new TemporaryFolder(inMemory: true);
        await WriteAsync(folder);
        var read = ClickHouse.Query(
            "select toString(id), `order code`, b, i8, u8, i16, u16, i32, u32, i64, f32, f64, toString(d9), toString(d18), toString(d38), time, hex(bin), `1 text-é` "
            + "from icebergLocal('types/all types') order by id", folder.Path);
        string[] expected =
        [
            "0\ta\tfalse\t-128\t0\t-32768\t0\t1\t0\t-9223372036854775808\t-2.25\t-1e300\t-9999999.99\t-99999999999999.9999\t-9999999999999999999999999999.9999999999\t-3020399000000\t\t",
            "7\t\t" + string.Join('\t', Enumerable.Repeat("\\N", 16)),
            $"8\t{BeforeSurrogates}\ttrue\t1\t2\t3\t4\t5\t6\t7\t0.5\t0.25\t123.45\t-1.2345\t0.0000000001\t0\t0001FE\t{BeforeSurrogates}",
        ];
        Assert.Equal(expected, read.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    /// <summary>Inserts all rows, then changes one and deletes another; reopens in between, so the index comes from the file.</summary>
    private static async Task<long[]> WriteAsync(TemporaryFolder folder)
    {
        var store = new LocalObjectStore(folder.Path, TimeProvider.System);
        var inserts = new ChangeBatch(Columns);
        foreach (var row in Rows)
        {
            Append(inserts, row, 1);
        }

        var first = await CommitAsync(store, inserts, 1);
        var changes = new ChangeBatch(Columns);
        Append(changes, Rows[0], -1);
        var changed = Rows[0];
        changed[7] = 1;
        Append(changes, changed, 1);
        Append(changes, Rows[1], -1);
        return [first, await CommitAsync(store, changes, 2)];
    }

    private static async Task<long> CommitAsync(LocalObjectStore store, ChangeBatch batch, int position)
    {
        await using var sink = new IcebergSink(new CatalogCommitGroup(new FileSystemCatalog(store)), TableIdentifier.Parse("types.all types"), new IcebergSinkSettings { SmallFileBytes = 0 });
        await sink.OpenAsync(new SinkOpening("types", Columns, [0, 1], TimeProvider.System), CancellationToken.None);
        await sink.ChangesAsync(batch, CancellationToken.None);
        await sink.EndEpochAsync(new Epoch(new TestPosition(position), DateTimeOffset.UnixEpoch), CancellationToken.None);
        return long.Parse((await sink.PrepareAndPublishAsync(CancellationToken.None))!.Id, CultureInfo.InvariantCulture);
    }

    private static void Append(ChangeBatch batch, object?[] row, sbyte weight)
    {
        for (var i = 0; i < row.Length; i++)
        {
            switch (row[i])
            {
                case null:
                    batch[i].AppendNull();
                    break;
                case byte value:
                    batch.Fixed<byte>(i).Append(value);
                    break;
                case int value:
                    batch.Fixed<int>(i).Append(value);
                    break;
                case long value:
                    batch.Fixed<long>(i).Append(value);
                    break;
                case Int128 value:
                    batch.Fixed<Int128>(i).Append(value);
                    break;
                case float value:
                    batch.Fixed<float>(i).Append(value);
                    break;
                case double value:
                    batch.Fixed<double>(i).Append(value);
                    break;
                case string value:
                    batch.Bytes(i).Append(Encoding.UTF8.GetBytes(value));
                    break;
                case byte[] value:
                    batch.Bytes(i).Append(value);
                    break;
            }
        }

        batch.AppendWeight(weight);
    }
}
