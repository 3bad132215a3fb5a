using System.Linq.Expressions;
using System.Numerics;
using CdcLake.Planning.Binding;
using CdcLake.Planning.Logical;

namespace CdcLake.Tests.Planning;

/// <summary>Query shapes, planned and run naively, against the same query written with LINQ over objects.</summary>
public sealed class QueryShapeTests
{
    private static readonly DateTime Day = new(2024, 2, 29, 23, 59, 58, 500, DateTimeKind.Utc);

    private static readonly Sale[] Sales =
    [
        new(1, 1, 2, 1.50m, Day), new(2, 1, 1, 9.99m, Day.AddHours(3)), new(3, 2, 5, 0.10m, Day.AddDays(-1)),
        new(4, 3, 7, 100.00m, Day.AddDays(40)), new(5, 2, -1, 0.10m, Day.AddMonths(3)), new(6, 9, 4, 2.00m, Day),
    ];

    private static readonly Product[] Products = [new(1, "A-1", "Apple"), new(2, "B-2", "Pear"), new(3, "a-3", "apple pie"), new(4, "D-4", "unsold")];

    private sealed record User(long Id, string? Email, bool Active, DateOnly? Born);

    private static readonly User[] Users =
    [
        new(1, "a@x.org", true, new DateOnly(1990, 1, 31)), new(2, null, false, null), new(3, "B@X.org", true, new DateOnly(2000, 12, 1)), new(4, "a@x.org", false, null),
    ];

    private static readonly Dictionary<string, object?[][]> Tables = new()
    {
        ["appdb.sales"] = [.. Sales.Select(s => (object?[])[(BigInteger)s.Id, (BigInteger)s.ProductId, "note", (BigInteger)s.Qty, (BigInteger)(s.Price * 100), Micros(s.SaleTs)])],
        ["appdb.products"] = [.. Products.Select(p => (object?[])[(BigInteger)p.Id, p.Sku, p.Name])],
        ["testdb.users"] =
        [
            .. Users.Select(u => (object?[])[(BigInteger)u.Id, u.Email, (BigInteger)(u.Active ? 1 : 0), u.Born is { } d ? (BigInteger)(d.DayNumber - 719_162) : null]),
        ],
    };

    private static ChangeStream<Sale> SalesStream => SampleTables.SalesStream();

    private static ChangeStream<Product> ProductsStream => SampleTables.ProductsStream();

    private static ChangeStream<User> UsersStream => ChangeStreams.FromTable<User>(SampleTables.Source, "testdb.users");

    private static BigInteger Micros(DateTime time) => (time.Ticks - DateTime.UnixEpoch.Ticks) / 10;

    private static void Same<T, TKey>(ChangeStream<T> stream, Expression<Func<T, TKey>> key, IEnumerable<object?[]> expected)
    {
        stream.AddSink("sink", NoTarget.Instance, key);
        var plan = Planner.Bind(LogicalPlan.Create(stream.Graph), SampleTables.All);
        var rows = expected.Select(r => PlanExecutor.Text(r.Select(Storage))).Order(StringComparer.Ordinal).ToList();
        Assert.NotEmpty(rows);
        Assert.Equal(rows, new PlanExecutor(plan, Tables).Result());
    }

    /// <summary>Values as the executor prints them; decimals are passed as unscaled integers.</summary>
    private static object? Storage(object? value) => value switch
    {
        DateTime t => Micros(t),
        DateOnly d => d.DayNumber - 719_162,
        _ => value,
    };

    private static long Cents(decimal value) => (long)(value * 100);

    [Fact]
    public void Filtered_and_computed_columns() => Same(
        SalesStream.Where(s => s.Qty > 0 && s.Price < 50m).Select(s => new { s.Id, Amount = s.Qty * s.Price, Double = s.Qty * 2 }),
        r => r.Id,
        Sales.Where(s => s.Qty > 0 && s.Price < 50m).Select(s => (object?[])[s.Id, Cents(s.Qty * s.Price), s.Qty * 2]));

    [Fact]
    public void Join_of_filtered_streams() => Same(
        SalesStream.Where(s => s.Qty > 1)
            .Join(ProductsStream.Where(p => p.Name.StartsWith('a') || p.Sku == "A-1"), s => s.ProductId, p => p.Id, (s, p) => new { s.Id, p.Name }),
        r => r.Id,
        from s in Sales
        where s.Qty > 1
        join p in Products.Where(p => p.Name.StartsWith('a') || p.Sku == "A-1") on s.ProductId equals p.Id
        select (object?[])[s.Id, p.Name]);

    [Fact]
    public void Two_joins_in_a_chain() => Same(
        SalesStream
            .Join(ProductsStream, s => s.ProductId, p => p.Id, (s, p) => new { s, p.Name })
            .Join(UsersStream, x => x.s.Id, u => u.Id, (x, u) => new { x.s.Id, x.s.Qty, x.Name, u.Email }),
        r => r.Id,
        from s in Sales
        join p in Products on s.ProductId equals p.Id
        join u in Users on s.Id equals u.Id
        select (object?[])[s.Id, s.Qty, p.Name, u.Email]);

    [Fact]
    public void Nested_whole_rows_of_both_sides() => Same(
        SalesStream.Join(ProductsStream, s => s.ProductId, p => p.Id, (l, r) => new { l, r }).Where(x => x.l.Qty > 1 && x.r.Name != "Pear"),
        x => x.l.Id,
        from s in Sales
        join p in Products on s.ProductId equals p.Id
        where s.Qty > 1 && p.Name != "Pear"
        select (object?[])[s.Id, s.ProductId, s.Qty, Cents(s.Price), s.SaleTs, p.Id, p.Sku, p.Name]);

    [Fact]
    public void Self_join()
    {
        var sales = SalesStream;
        Same(
            sales.Join(sales, a => a.ProductId, b => b.ProductId, (a, b) => new { Left = a.Id, Right = b.Id, More = a.Qty > b.Qty }).Where(r => r.Left != r.Right),
            r => new { r.Left, r.Right },
            from a in Sales
            join b in Sales on a.ProductId equals b.ProductId
            where a.Id != b.Id
            select (object?[])[a.Id, b.Id, a.Qty > b.Qty]);
    }

    [Fact]
    public void Join_on_several_keys_and_on_widths_that_differ() => Same(
        SalesStream.Join(UsersStream, s => new { Id = (long)s.ProductId, Flag = s.Qty > 1 }, u => new { u.Id, Flag = u.Active }, (s, u) => new { s.Id, User = u.Id }),
        r => new { r.Id, r.User },
        from s in Sales
        join u in Users on new { Id = (long)s.ProductId, Flag = s.Qty > 1 } equals new { u.Id, Flag = u.Active }
        select (object?[])[s.Id, u.Id]);

    [Fact]
    public void Join_on_strings_and_nulls_that_match_nothing() => Same(
        UsersStream.Join(UsersStream.Where(u => u.Active), a => a.Email, b => b.Email, (a, b) => new { A = a.Id, B = b.Id, a.Email }),
        r => new { r.A, r.B },
        from a in Users
        from b in Users
        where b.Active && a.Email != null && a.Email == b.Email
        select (object?[])[a.Id, b.Id, a.Email]);

    [Fact]
    public void Aggregate_of_an_aggregate() => Same(
        SalesStream
            .Aggregate(s => s.ProductId, g => new { Product = g.Key, Qty = g.Sum(s => s.Qty), Rows = g.Count() })
            .Aggregate(a => a.Rows, g => new { Rows = g.Key, Products = g.Count(), Most = g.Max(a => a.Qty) }),
        r => r.Rows,
        Sales.GroupBy(s => s.ProductId).Select(g => (Rows: g.Count(), Qty: g.Sum(s => s.Qty)))
            .GroupBy(a => a.Rows).Select(g => (object?[])[g.Key, g.Count(), g.Max(a => a.Qty)]));

    [Fact]
    public void Aggregate_over_all_rows()
    {
        var stream = SalesStream.Aggregate(g => new { One = 1, Rows = g.Count(), Sum = g.Sum(s => s.Qty), First = g.Min(s => s.SaleTs) });
        Same(stream, r => r.One, [[1, Sales.Length, Sales.Sum(s => s.Qty), Sales.Min(s => s.SaleTs)]]);
    }

    [Fact]
    public void Computed_group_keys() => Same(
        SalesStream.Aggregate(s => new { s.SaleTs.Year, s.SaleTs.Month, Big = s.Qty > 2 }, g => new { g.Key.Year, g.Key.Month, g.Key.Big, Rows = g.Count() }),
        r => new { r.Year, r.Month, r.Big },
        Sales.GroupBy(s => (s.SaleTs.Year, s.SaleTs.Month, Big: s.Qty > 2)).Select(g => (object?[])[g.Key.Year, g.Key.Month, g.Key.Big, g.Count()]));

    [Fact]
    public void String_group_keys() => Same(
        ProductsStream.Aggregate(p => p.Name.Substring(0, 1).ToUpper(), g => new { Initial = g.Key, Rows = g.Count(), Last = g.Max(p => p.Name) }),
        r => r.Initial,
        Products.GroupBy(p => p.Name[..1].ToUpperInvariant())
            .Select(g => (object?[])[g.Key, g.Count(), g.Select(p => p.Name).Order(StringComparer.Ordinal).Last()]));

    [Fact]
    public void Nullable_group_keys_given_a_value() => Same(
        UsersStream.Aggregate(u => u.Email ?? "none", g => new { Email = g.Key, Rows = g.Count() }),
        r => r.Email,
        Users.GroupBy(u => u.Email ?? "none").Select(g => (object?[])[g.Key, g.Count()]));

    [Fact]
    public void Nullable_columns_become_keys_once_nulls_are_filtered() => Same(
        UsersStream.Where(u => u.Email != null && u.Active).Select(u => new { u.Email, u.Id }),
        r => r.Email,
        Users.Where(u => u.Email != null && u.Active).Select(u => (object?[])[u.Email, u.Id]));

    [Fact]
    public void Conditional_sums_and_counts() => Same(
        SalesStream.Aggregate(
            s => s.ProductId,
            g => new { g.Key, Positive = g.Sum(s => s.Qty > 0 ? s.Qty : 0), Refunds = g.Count(s => s.Qty < 0), Both = g.Sum(s => s.Qty) + g.Count() }),
        r => r.Key,
        Sales.GroupBy(s => s.ProductId)
            .Select(g => (object?[])[g.Key, g.Sum(s => Math.Max(s.Qty, 0)), g.Count(s => s.Qty < 0), g.Sum(s => s.Qty) + g.Count()]));

    [Fact]
    public void Average_minimum_maximum_and_count_of_values() => Same(
        UsersStream.Aggregate(
            u => u.Active, g => new { g.Key, Avg = g.Average(u => u.Id), Born = g.Min(u => u.Born), Emails = g.Count(u => u.Email), Last = g.Max(u => u.Id) }),
        r => r.Key,
        Users.GroupBy(u => u.Active).Select(g => (object?[])
        [
            g.Key, (long)(g.Average(u => u.Id) * 10_000), g.Min(u => u.Born), g.Count(u => u.Email != null), g.Max(u => u.Id),
        ]));

    [Fact]
    public void Quotient_of_aggregates_rounds_like_mysql() => Same(
        SalesStream.Aggregate(s => s.ProductId, g => new { g.Key, PerRow = g.Sum(s => s.Price) / g.Count() }),
        r => r.Key,
        Sales.GroupBy(s => s.ProductId).Select(g => (object?[])[g.Key, (long)(Math.Round(g.Sum(s => s.Price) / g.Count(), 6, MidpointRounding.AwayFromZero) * 1_000_000)]));

    [Fact]
    public void Mean_keeps_all_digits_inside_an_expression() => Same(
        SalesStream.Where(s => s.Id <= 3).Aggregate(g => new
        {
            One = 1, Mean = g.Average(s => s.Qty), Thrice = g.Average(s => s.Qty) * 3, IsBetween = g.Average(s => s.Qty) > 2.6666m && g.Average(s => s.Qty) < 2.6667m, Ratio = g.Average(s => s.Qty) / g.Average(s => s.ProductId),
        }),
        r => r.One,
        [[1, 26667, 80000, true, 200000000]]); // MySQL's answer: 2.6667, 8.0000, 1, 2.00000000

    [Fact]
    public void Join_with_an_aggregate() => Same(
        ProductsStream.Join(
            SalesStream.Aggregate(s => s.ProductId, g => new { Id = g.Key, Qty = g.Sum(s => s.Qty) }), p => p.Id, a => a.Id, (p, a) => new { p.Sku, a.Qty }),
        r => r.Sku,
        from p in Products
        join a in Sales.GroupBy(s => s.ProductId) on p.Id equals a.Key
        select (object?[])[p.Sku, a.Sum(s => s.Qty)]);

    [Fact]
    public void Scalars_as_rows() => Same(
        SalesStream.Select(s => s.ProductId).Where(id => id < 3).Aggregate(id => id, g => new { Id = g.Key, Rows = g.Count() }),
        r => r.Id,
        Sales.Where(s => s.ProductId < 3).GroupBy(s => s.ProductId).Select(g => (object?[])[g.Key, g.Count()]));

    [Fact]
    public void Untyped_columns_in_lambdas() => Same(
        SampleTables.UsersStream().Where(r => r.Get<bool>("active") && r.Get<DateOnly?>("born") != null)
            .Select(r => new { Id = r.Get<long>("ID"), r.Get<DateOnly?>("born")!.Value.Year, Email = r.Get<string>("email") }),
        r => r.Id,
        Users.Where(u => u.Active && u.Born != null).Select(u => (object?[])[u.Id, u.Born!.Value.Year, u.Email]));

    [Fact]
    public void Untyped_replica_keeps_rows_of_a_condition()
    {
        var stream = SampleTables.UsersStream().Where(r => r.Get<long>("id") != 2).AddSink("sink", NoTarget.Instance, null);
        var plan = Planner.Bind(LogicalPlan.Create(stream.Graph), SampleTables.All);
        Assert.Equal([0], plan.Sinks[0].Key);
        Assert.Equal(
            Users.Where(u => u.Id != 2).Select(u => PlanExecutor.Text([u.Id, u.Email, u.Active ? 1 : 0, Storage(u.Born)])).Order(StringComparer.Ordinal),
            new PlanExecutor(plan, Tables).Result());
    }
}
