using System.Linq.Expressions;
using System.Numerics;
using CdcLake.Columnar;
using CdcLake.Planning.Binding;
using CdcLake.Planning.Logical;

namespace CdcLake.Tests.Planning;

/// <summary>Outer joins, tests for a partner, unions, distinct rows and first rows, planned and run naively, against LINQ over objects.</summary>
public sealed class RowOperatorTests
{
    private sealed record Owner(int Id, string Name, int? Boss);

    private sealed record Pet(int Id, int? OwnerId, string Kind, int Age);

    private static readonly Owner[] Owners = [new(1, "Ann", null), new(2, "Bob", 1), new(3, "Cid", 1)];

    private static readonly Pet[] Pets = [new(1, 1, "cat", 3), new(2, 1, "dog", 9), new(3, 2, "cat", 5), new(4, null, "cat", 1), new(5, 7, "eel", 5), new(6, 2, "cat", 5)];

    private static readonly Dictionary<string, Connectors.SourceTable> Sources = new[]
    {
        SampleTables.Table("zoo.owners", ["id"], ("id", DataType.Int32, false, "int"), ("name", DataType.String, false, "varchar(9)"), ("boss", DataType.Int32, true, "int")),
        SampleTables.Table(
            "zoo.pets", ["id"], ("id", DataType.Int32, false, "int"), ("owner_id", DataType.Int32, true, "int"), ("kind", DataType.String, false, "varchar(9)"),
            ("age", DataType.Int32, false, "int")),
    }.ToDictionary(t => t.Name);

    private static readonly Dictionary<string, object?[][]> Tables = new()
    {
        ["zoo.owners"] = [.. Owners.Select(o => (object?[])[(BigInteger)o.Id, o.Name, (BigInteger?)o.Boss])],
        ["zoo.pets"] = [.. Pets.Select(p => (object?[])[(BigInteger)p.Id, (BigInteger?)p.OwnerId, p.Kind, (BigInteger)p.Age])],
    };

    private static ChangeStream<Owner> OwnersStream => ChangeStreams.FromTable<Owner>(SampleTables.Source, "zoo.owners");

    private static ChangeStream<Pet> PetsStream => ChangeStreams.FromTable<Pet>(SampleTables.Source, "zoo.pets");

    private static ChangeStream<Row> PetRows => ChangeStreams.FromTable<Row>(SampleTables.Source, "zoo.pets");

    private static BoundPlan Bind<T>(ChangeStream<T> stream, LambdaExpression? key = null) =>
        Planner.Bind(LogicalPlan.Create(stream.AddSink("sink", NoTarget.Instance, key).Graph), Sources);

    private static void Same<T>(ChangeStream<T> stream, IEnumerable<object?[]> expected, LambdaExpression? key = null) =>
        Assert.Equal(expected.Select(PlanExecutor.Text).Order(StringComparer.Ordinal), new PlanExecutor(Bind(stream, key), Tables).Result());

    [Fact]
    public void Left_join_keeps_rows_without_a_partner_and_knows_them() => Same(
        PetsStream.LeftJoin(OwnersStream, p => p.OwnerId, o => o.Id, (p, o) => new { p.Id, o!.Name, Owned = o != null, Twice = o!.Id * 2, Shown = o!.Name ?? "nobody" }),
        from p in Pets
        join o in Owners on p.OwnerId equals o.Id into partners
        from o in partners.DefaultIfEmpty()
        select (object?[])[p.Id, o?.Name, o != null, o?.Id * 2, o?.Name ?? "nobody"]);

    [Fact]
    public void Right_join_keeps_rows_of_the_right()
    {
        Expression<Func<Owned, int?>> key = r => r.Owner;
        var stream = PetsStream.RightJoin(OwnersStream, p => p.OwnerId, o => o.Id, (p, o) => new Owned(o.Id, p == null ? -1 : p.Id));
        Same(
            stream,
            Owners.SelectMany(o => Pets.Where(p => p.OwnerId == o.Id).Select(p => p.Id).DefaultIfEmpty(-1).Select(p => (object?[])[o.Id, p])), key);
    }

    private sealed record Owned(int? Owner, int Pet);

    [Fact]
    public void Full_join_keeps_rows_of_both_sides()
    {
        var stream = PetsStream.FullJoin(OwnersStream, p => p.OwnerId, o => o.Id, (p, o) => new { Pet = p == null ? 0 : p.Id, Owner = o == null ? 0 : o.Id })
            .Where(r => r.Pet != 3);
        Expression<Func<Owned, int>> key = r => r.Pet;
        Same(
            stream.Select(r => new Owned(r.Owner, r.Pet)),
            Pets.Select(p => (object?[])[Owners.Any(o => o.Id == p.OwnerId) ? p.OwnerId : 0, p.Id]).Where(r => (int)r[1]! != 3)
                .Append([3, 0]),
            key);
    }

    [Fact]
    public void Whole_row_compared_with_null_where_it_cannot_be_missing_is_refused() =>
        Assert.Contains("never missing", Assert.Throws<UnsupportedExpressionException>(() =>
            PetsStream.LeftJoin(OwnersStream, p => p.OwnerId, o => o.Id, (p, o) => new { p.Id, Has = p != null })).Message, StringComparison.Ordinal);

    [Fact]
    public void Existence_of_a_partner_is_tested_both_ways()
    {
        Same(PetsStream.Exists(OwnersStream, p => p.OwnerId, o => o.Id), Pets.Where(p => Owners.Any(o => o.Id == p.OwnerId)).Select(Columns));
        Same(PetsStream.NotExists(OwnersStream, p => p.OwnerId, o => o.Id), Pets.Where(p => !Owners.Any(o => o.Id == p.OwnerId)).Select(Columns));
        Same(PetRows.NotExists(OwnersStream, r => r.Get<int?>("owner_id") + 0, o => o.Id), Pets.Where(p => !Owners.Any(o => o.Id == p.OwnerId)).Select(Columns));
        Same(
            OwnersStream.Exists(PetsStream.Where(p => p.Age > 4), o => o.Id, p => p.OwnerId).Select(o => new { o.Id, o.Name }),
            Owners.Where(o => Pets.Any(p => p.OwnerId == o.Id && p.Age > 4)).Select(o => (object?[])[o.Id, o.Name]));
    }

    [Fact]
    public void Union_all_keeps_every_row_and_union_the_different_ones()
    {
        Expression<Func<Named, string>> key = n => n.Name;
        ChangeStream<Named> Names() => OwnersStream.Select(o => new Named(o.Name, o.Boss));
        ChangeStream<Named> Kinds() => PetsStream.Select(p => new Named(p.Kind, p.OwnerId));
        object?[][] all = [.. Owners.Select(o => (object?[])[o.Name, o.Boss]), .. Pets.Select(p => (object?[])[p.Kind, p.OwnerId])];
        Same(Names().UnionAll(Kinds()), all, key);
        Same(Names().Union(Kinds()), all.DistinctBy(PlanExecutor.Text), key);
        Same(PetRows.UnionAll(PetRows), Pets.Concat(Pets).Select(Columns), (Expression<Func<Row, int>>)(r => r.Get<int>("id")));
    }

    private sealed record Named(string Name, int? Number);

    [Fact]
    public void Union_of_untyped_tables_with_other_columns_names_them()
    {
        var owners = ChangeStreams.FromTable<Row>(SampleTables.Source, "zoo.owners");
        var error = Assert.Throws<SchemaMismatchException>(() => Bind(PetRows.UnionAll(owners), (Expression<Func<Row, int>>)(r => r.Get<int>("id"))));
        Assert.Contains("zoo.owners has no column kind", error.Message, StringComparison.Ordinal);
        Assert.Contains("zoo.pets has no column boss", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Distinct_rows_are_counted_by_all_columns_even_those_nobody_reads()
    {
        var stream = PetsStream.Select(p => new { p.OwnerId, p.Kind, p.Age }).Distinct().Aggregate(r => r.Kind, g => new { g.Key, Rows = g.Count() });
        Same(stream, Pets.Select(p => (p.OwnerId, p.Kind, p.Age)).Distinct().GroupBy(p => p.Kind).Select(g => (object?[])[g.Key, g.Count()]));
        Same(PetRows.Distinct(), Pets.Select(Columns));
    }

    [Fact]
    public void Distinct_values_are_counted_without_null() => Same(
        PetsStream.Aggregate(p => p.Kind, g => new { g.Key, Owners = g.CountDistinct(p => p.OwnerId), Ages = g.CountDistinct(p => p.Age) }),
        Pets.GroupBy(p => p.Kind).Select(g => (object?[])[g.Key, g.Select(p => p.OwnerId).Where(o => o != null).Distinct().Count(), g.Select(p => p.Age).Distinct().Count()]));

    [Fact]
    public void Latest_and_first_rows_of_each_group()
    {
        Same(PetsStream.MaxBy(p => p.Kind, p => new { p.Age, p.Id }), Pets.GroupBy(p => p.Kind).Select(g => Columns(g.MaxBy(p => (p.Age, p.Id))!)));
        Same(PetsStream.MinBy(p => p.Kind, p => p.Age), Pets.GroupBy(p => p.Kind).Select(g => Columns(g.MinBy(p => (p.Age, p.Id))!)));
        Same(
            PetRows.TopN(2, r => r.Get<string>("kind").Length, r => -r.Get<int>("age"), ascending: true),
            Pets.GroupBy(p => p.Kind.Length).SelectMany(g => g.OrderByDescending(p => p.Age).ThenBy(p => p.Id).Take(2)).Select(Columns));
        Same(PetsStream.TopN(3, p => p.Age).Select(p => new { p.Id, p.Kind }), Pets.OrderByDescending(p => p.Age).ThenByDescending(p => p.Id).Take(3).Select(p => (object?[])[p.Id, p.Kind]));
    }

    [Fact]
    public void Number_of_first_rows_outside_its_range_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => PetsStream.TopN(0, p => p.Age));

    private static object?[] Columns(Pet pet) => [pet.Id, pet.OwnerId, pet.Kind, pet.Age];
}
