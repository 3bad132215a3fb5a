using System.Globalization;
using CdcLake.Checkpoints;
using CdcLake.Columnar;
using CdcLake.Dataflow;
using CdcLake.Dataflow.Operators;
using CdcLake.Expressions;
using CdcLake.State.Spilling;
using CdcLake.State.Stores;
using CdcLake.Tests.Checkpoints;
using CdcLake.Tests.Properties;

namespace CdcLake.Tests.Dataflow;

/// <summary>Smallest and largest values of groups of few and of many values that come and go in any order within an epoch, through restarts, on disk and into other partitions.</summary>
public sealed class ExtremeProperties : IDisposable
{
    private const int Groups = 30;
    private const string Operator = "extremes";
    private static readonly AggregateKind[][] Asked = [[AggregateKind.Min], [AggregateKind.Max], [AggregateKind.Max, AggregateKind.Min]];

    private readonly TemporaryFolder _folder = new(inMemory: true);

    public static TheoryData<string> Columns => ["boolean", "int32", "int64", "decimal", "float32", "float64", "string"];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Columns))]
    public async Task Extremes_are_those_of_the_values_that_are_there(string column)
    {
        for (var seed = 0; seed < 12; seed++)
        {
            using var budget = seed % 2 == 0 ? null : new StateBudget(0, _folder.Path) { SegmentBytes = 512, CopyBytes = seed % 4 == 1 ? 0 : 64 << 10 };
            await RunAsync(column, Asked[seed % 3], seed, budget);
        }
    }

    [Theory]
    [MemberData(nameof(Columns))]
    public void Extremes_go_with_their_groups_into_other_partitions(string column)
    {
        var (schema, random) = (Input(column), new Random(5));
        using var whole = New(column, Asked[2], null);
        var rows = Enumerable.Range(0, 900).Select(_ => Row(column, (int)(Groups * Math.Pow(random.NextDouble(), 3)), random.Next(-20, 21))).ToList();
        whole.Push(0, schema, [.. rows.Select(r => (r, 1))]);
        var before = whole.End();
        var parts = Enumerable.Range(0, 3).Select(_ => New(column, Asked[2], null)).ToList();
        for (var partition = 0; partition < parts.Count; partition++)
        {
            parts[partition].TakeOver(whole, new KeyShare(new Schema([schema[0]]), [0], partition, parts.Count));
        }

        // Each part withdraws what it has of its groups, one value after the other: all of them were taken over.
        var shares = parts.Select(p => rows.Where(r => IsOf(p, r)).ToList()).ToList();
        Assert.Equal(rows.Count, shares.Sum(s => s.Count));
        var withdrawn = new List<string>();
        foreach (var (part, share) in parts.Zip(shares))
        {
            part.Push(0, schema, [.. share.Select(r => (r, -1))]);
            withdrawn.AddRange(part.End());
            Assert.All(part.State, s => Assert.True(s.Log.LiveCount == 0));
            part.Dispose();
        }

        Assert.Equal(before.Order(StringComparer.Ordinal), withdrawn.Select(r => "+" + r[1..]).Order(StringComparer.Ordinal));
    }

    private static async Task RunAsync(string column, AggregateKind[] asked, int seed, StateBudget? budget)
    {
        var (random, schema, files) = (new Random(seed), Input(column), new MemoryStore());
        var present = new List<(int Group, int Value)>();
        var results = new Dictionary<string, string>();
        var aggregate = New(column, asked, budget);
        var checkpoints = Checkpoints(aggregate, files);
        for (var epoch = 0; epoch < 25; epoch++)
        {
            var shrinks = epoch % 8 > 4;
            var changes = new List<(object?[], int)>();
            for (var i = 0; i < 120; i++)
            {
                // Some groups have one value, some hundreds.
                var of = ((int)(Groups * Math.Pow(random.NextDouble(), 4)), random.Next(-20, 21));
                if (present.Count > 0 && random.Next(10) < (shrinks ? 9 : 4))
                {
                    var at = random.Next(present.Count);
                    (of, present[at]) = (present[at], present[^1]);
                    present.RemoveAt(present.Count - 1);
                    changes.Add((Row(column, of.Item1, of.Item2, -1), -1));
                }
                else
                {
                    present.Add(of);
                    changes.Add((Row(column, of.Item1, of.Item2), 1));
                }
            }

            random.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(changes));
            aggregate.Push(0, schema, [.. changes]);
            Take(aggregate.End(), results);
            Assert.Equal(Expected(column, asked, present), results.Select(r => $"{r.Key}|{r.Value}").Order(StringComparer.Ordinal));
            if (random.Next(3) == 0)
            {
                await checkpoints.SaveAsync(new TestPosition(epoch), [(Operator, aggregate.State)]);
                if (random.Next(2) == 0)
                {
                    Release(aggregate);
                    aggregate = New(column, asked, budget);
                    checkpoints = Checkpoints(aggregate, files);
                    await checkpoints.RestoreAsync((await checkpoints.LoadLatestAsync(CancellationToken.None))!, Operator, Partition.Only, aggregate.State, CancellationToken.None);
                    aggregate.AfterRestore();
                }
            }
        }

        Release(aggregate);
    }

    private static void Take(List<string> changes, Dictionary<string, string> results)
    {
        foreach (var parts in changes.OrderBy(c => c[0] == '+').Select(c => (Sign: c[0], Row: c[1..].Split('|', 2))))
        {
            if (parts.Sign == '-')
            {
                Assert.Equal(parts.Row[1], results[parts.Row[0]]);
                results.Remove(parts.Row[0]);
            }
            else
            {
                results.Add(parts.Row[0], parts.Row[1]);
            }
        }
    }

    private static IEnumerable<string> Expected(string column, AggregateKind[] asked, List<(int Group, int Value)> present) => present.GroupBy(p => p.Group, p => p.Value)
        .Select(g =>
        {
            var values = g.Where(v => v != 7).Select(v => Place(column, v)).ToList();
            return Cells.Text([g.Key, .. asked.Select(a => values.Count == 0 ? null : Value(column, a == AggregateKind.Min ? values.Min() : values.Max()))]);
        })
        .Order(StringComparer.Ordinal);

    // A negative zero is the same value.
    private static object?[] Row(string column, int group, int value, int weight = 1) => [group, value == 7 ? null : Value(column, Place(column, value)) switch
    {
        0f when weight < 0 => -0f,
        0d when weight > 0 => -0d,
        var other => other,
    }];

    private static int Place(string column, int value) => column == "boolean" ? value & 1 : value;

    private static object Value(string column, int value) => column switch
    {
        "boolean" => value == 1,
        "int32" => value,
        "int64" => value * 3_000_000_000L,
        "decimal" => (Int128)value << 70,
        "float32" => value == -20 ? float.NaN : value / 3f,
        "float64" => value == -20 ? double.NaN : value / 3d,
        _ => (value + 50).ToString(CultureInfo.InvariantCulture),
    };

    private static bool IsOf(AggregateOperator part, object?[] row)
    {
        var groups = (RowMap)part.State[0];
        for (var group = groups.Next(0); group != 0; group = groups.Next(group))
        {
            if (BitConverter.ToInt32(groups.KeyOf(group)[1..]) == (int)row[0]!)
            {
                return true;
            }
        }

        return false;
    }

    private static Schema Input(string column) => new([new Field("g", DataType.Int32, true), new Field("v", Type(column), true)]);

    private static DataType Type(string column) => column switch
    {
        "boolean" => DataType.Boolean,
        "int32" => DataType.Int32,
        "int64" => DataType.Int64,
        "decimal" => DataType.Decimal(38, 0),
        "float32" => new DataType(TypeKind.Float32),
        "float64" => DataType.Float64,
        _ => DataType.String,
    };

    private static AggregateOperator New(string column, AggregateKind[] asked, StateBudget? budget)
    {
        var input = Input(column);
        var calls = asked.Select(a => new AggregateCall(a, 1, input[1].Type)).ToList();
        var aggregate = new AggregateOperator(Operator, new Schema([input[0], .. calls.Select((c, i) => new Field($"r{i}", c.Result, true))]), input, [0], calls);
        foreach (var store in budget is null ? [] : aggregate.State)
        {
            store.Use(budget!);
        }

        return aggregate;
    }

    private static CheckpointStore Checkpoints(AggregateOperator aggregate, MemoryStore files) =>
        new(files, "p", [new CheckpointOperator(Operator, "f", aggregate.State.Count)], TimeProvider.System);

    private static void Release(AggregateOperator aggregate)
    {
        foreach (var store in aggregate.State)
        {
            store.Log.Clear();
        }

        aggregate.Dispose();
    }
}
