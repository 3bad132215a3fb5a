using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.Planning.Binding;
using CdcLake.Planning.Logical;

namespace CdcLake.Tests.Planning;

public sealed class RowTypeTests
{
    private static readonly SourceTable Wide = SampleTables.Table(
        "shop.wide", ["id"],
        ("id", DataType.Int64, false, "bigint"),
        ("i", DataType.Int32, false, "int"),
        ("u", new DataType(TypeKind.UInt64), false, "bigint unsigned"),
        ("tiny", new DataType(TypeKind.Int8), false, "tinyint(1)"),
        ("d", DataType.Decimal(10, 2), true, "decimal(10,2)"),
        ("big", DataType.Decimal(38, 2), false, "decimal(38,2)"),
        ("f", new DataType(TypeKind.Float32), false, "float"),
        ("day", DataType.Date, false, "date"),
        ("dt", DataType.DateTime(0), false, "datetime"),
        ("ts", DataType.Timestamp(0), false, "timestamp"),
        ("t", DataType.Time(0), false, "time"),
        ("label", DataType.String, false, "enum('Open','Closed')"),
        ("raw", DataType.Binary, false, "varbinary(16)"));

    private enum Label
    {
        Open,
        Closed,
    }

    private sealed record Fits(
        long Id, long I, decimal U, bool Tiny, decimal? D, double F, DateOnly Day, DateTime Dt, DateTimeOffset Ts, TimeSpan T, Label Label, byte[] Raw);

    private sealed record Settable
    {
        public long Id { get; set; }

        [ColumnName("DT")]
        public DateTime Created { get; init; }

        public double F { get; set; }

        public double Computed => F * 2;
    }

    private sealed record Wrong(int Id, short I, long U, bool F, decimal D, decimal Big, DateTimeOffset Dt, DateOnly Ts, Version? Missing);

    private sealed record Typo(long Id, decimal Bigg, int Other);

    private sealed record Mismatch(int Id, short I, long U, bool F, decimal D, decimal Big, DateTimeOffset Dt, DateOnly Ts);

    private static BoundPlan Bind<T>(SourceTable? table = null)
    {
        var source = table ?? Wide;
        var stream = ChangeStreams.FromTable<T>(new NoTarget(), source.Name).AddSink("sink", NoTarget.Instance, null);
        return Planner.Bind(LogicalPlan.Create(stream.Graph), new Dictionary<string, SourceTable> { [source.Name] = source });
    }

    [Fact]
    public void Properties_that_hold_their_columns_bind_and_columns_keep_their_types()
    {
        var schema = Bind<Fits>().Sinks[0].Schema;
        Assert.Equal(DataType.Int32, schema[schema.IndexOf("i")].Type);
        Assert.Equal(12, schema.Count);
        Assert.Equal(-1, schema.IndexOf("big"));
    }

    [Fact]
    public void Settable_properties_and_attributes_bind()
    {
        var schema = Bind<Settable>().Sinks[0].Schema;
        Assert.Equal(["id", "dt", "f"], schema.Fields.Select(f => f.Name));
    }

    [Fact]
    public void Every_mismatch_is_named_at_once_with_property_column_and_type()
    {
        var message = Assert.Throws<SchemaMismatchException>(() => Bind<Mismatch>()).Message;
        foreach (var part in (string[])
        [
            "Mismatch.Id (int) reads column id (bigint not null): cannot hold bigint without loss; use long",
            "Mismatch.I (short) reads column i (int not null)", "Mismatch.U (long)", "use ulong", "Mismatch.F (bool)",
            "Mismatch.D (decimal) reads column d (decimal(10,2)): cannot hold null, but the column is nullable; use decimal?",
            "Mismatch.Big (decimal)", "Mismatch.Dt (DateTimeOffset)", "use DateTime", "Mismatch.Ts (DateOnly)",
        ])
        {
            Assert.Contains(part, message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Unknown_columns_suggest_the_nearest()
    {
        var message = Assert.Throws<SchemaMismatchException>(() => Bind<Typo>()).Message;
        Assert.Contains("Typo.Bigg: the table has no column for \"Bigg\". Nearest: big", message, StringComparison.Ordinal);
        Assert.Contains("Typo.Other", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Property_types_that_no_column_has_are_refused_when_the_stream_starts() =>
        Assert.Contains("Missing (Version)", Assert.Throws<SchemaMismatchException>(() => Bind<Wrong>()).Message, StringComparison.Ordinal);

    [Fact]
    public void Unsupported_columns_matter_only_when_read()
    {
        var table = Wide with { Unsupported = new Dictionary<int, string> { [5] = "it has more than 38 digits" } };
        Bind<Fits>(table);
        var message = Assert.Throws<UnsupportedTypeException>(() => Bind<Row>(table)).Message;
        Assert.Contains("shop.wide.big (decimal(38,2))", message, StringComparison.Ordinal);
        Assert.Contains("more than 38 digits", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Untyped_reads_are_checked_too()
    {
        var stream = ChangeStreams.FromTable<Row>(new NoTarget(), Wide.Name)
            .Select(r => new { Id = r.Get<long>("id"), I = r.Get<short>("i"), X = r.Get<int>("idd") }).AddSink("sink", NoTarget.Instance, null);
        var plan = LogicalPlan.Create(stream.Graph);
        var message = Assert.Throws<SchemaMismatchException>(() => Planner.Bind(plan, new Dictionary<string, SourceTable> { [Wide.Name] = Wide })).Message;
        Assert.Contains("Get<short>(\"i\")", message, StringComparison.Ordinal);
        Assert.Contains("Nearest: id", message, StringComparison.Ordinal);
    }
}
