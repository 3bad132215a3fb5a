using CdcLake.Columnar;
using CdcLake.Expressions;

namespace CdcLake.Tests.Properties;

/// <summary>Random tables, transactions and plans, all from one seed.</summary>
internal sealed class RandomCase
{
    private static readonly DataType[] Types =
    [
        DataType.Int32, DataType.Int32, DataType.Int64, DataType.Decimal(10, 2), DataType.Decimal(30, 4), DataType.String, DataType.String,
        DataType.Float64, new(TypeKind.Float32), DataType.Boolean, new(TypeKind.UInt64), DataType.Timestamp(3), DataType.Binary,
    ];

    private readonly Random _random;
    private readonly List<Schema> _schemas = [];

    public RandomCase(int seed)
    {
        _random = new Random(seed);
        var tables = 1 + _random.Next(3);
        for (var t = 0; t < tables; t++)
        {
            _schemas.Add(new Schema(Enumerable.Range(0, 2 + _random.Next(4)).Select(i => new Field($"c{i}", Types[i == 0 ? 0 : _random.Next(Types.Length)], true))));
            Tables.Add([]);
        }

        Plan = RandomPlan(1 + _random.Next(4));
    }

    /// <summary>Present rows of each table.</summary>
    public List<List<object?[]>> Tables { get; } = [];

    public Plan Plan { get; }

    public bool Chance(int percent) => _random.Next(100) < percent;

    /// <summary>One transaction: applies it to <see cref="Tables"/> and gives its changes as batches in order.</summary>
    public List<(int Table, ChangeBatch Batch)> Transaction()
    {
        var batches = new List<(int, ChangeBatch)>();
        var statements = _random.Next(4);
        for (var s = 0; s < statements; s++)
        {
            var table = _random.Next(Tables.Count);
            var changes = new List<(object?[], int)>();
            var rows = 1 + (Chance(10) ? _random.Next(40) : _random.Next(4));
            for (var i = 0; i < rows; i++)
            {
                Change(table, changes);
            }

            batches.Add((table, Cells.ToBatch(_schemas[table], changes)));
        }

        return batches;
    }

    /// <summary>All present rows of each table, added.</summary>
    public List<(int Table, ChangeBatch Batch)> Snapshot() => [.. Tables.Select((rows, t) => (t, Cells.ToBatch(_schemas[t], rows.Select(r => (r, 1)))))];

    private void Change(int table, List<(object?[], int)> changes)
    {
        var rows = Tables[table];
        var choice = _random.Next(10);
        if (rows.Count == 0 || choice < 4)
        {
            var row = RandomRow(_schemas[table]);
            rows.Add(row);
            changes.Add((row, 1));
            return;
        }

        var at = _random.Next(rows.Count);
        changes.Add((rows[at], -1));
        if (choice < 7 && rows.Count < 60)
        {
            var changed = (object?[])rows[at].Clone();
            var column = _random.Next(changed.Length);
            changed[column] = RandomValue(_schemas[table][column].Type);
            rows[at] = changed;
            changes.Add((changed, 1));
        }
        else
        {
            rows.RemoveAt(at);
        }
    }

    private object?[] RandomRow(Schema schema) => [.. schema.Fields.Select(f => RandomValue(f.Type))];

    // Few different values, so that keys meet, rows repeat and groups come and go.
    private object? RandomValue(DataType type)
    {
        if (Chance(15))
        {
            return null;
        }

        var n = _random.Next(-3, 5);
        return type.Storage switch
        {
            StorageKind.Byte => n > 0,
            StorageKind.Int32 => n,
            StorageKind.Int64 => n * 1_000_000_007L,
            StorageKind.Int128 => type.Kind == TypeKind.UInt64 ? (Int128)Math.Abs(n) : n * (Int128)1_000_000_007 * 1_000_000_007,
            StorageKind.Float32 => n / 8f,
            StorageKind.Float64 => n / 8d,
            _ => new string('x', Math.Abs(n) * (Chance(50) ? 1 : 7)) + n,
        };
    }

    private Plan RandomPlan(int depth)
    {
        if (depth == 0)
        {
            var table = _random.Next(_schemas.Count);
            return new TablePlan(_schemas[table], table);
        }

        return _random.Next(10) switch
        {
            0 => RandomFilter(RandomPlan(depth - 1)),
            1 => RandomProject(RandomPlan(depth - 1)),
            2 or 3 or 4 => RandomJoin(RandomPlan(depth - 1), RandomPlan(_random.Next(depth))),
            5 => RandomTop(RandomPlan(depth - 1)),
            6 => RandomUnion(RandomPlan(depth - 1), RandomPlan(_random.Next(depth))),
            7 => Distinct(RandomPlan(depth - 1)),
            _ => RandomAggregate(RandomPlan(depth - 1)),
        };
    }

    private FilterPlan RandomFilter(Plan input) => new(input, _random.Next(input.Schema.Count), Chance(50));

    private ProjectPlan RandomProject(Plan input) => new(input, [.. Enumerable.Range(0, 1 + _random.Next(4)).Select(_ => _random.Next(input.Schema.Count))]);

    private Plan RandomJoin(Plan left, Plan right)
    {
        var pairs = (from l in Enumerable.Range(0, left.Schema.Count)
                     from r in Enumerable.Range(0, right.Schema.Count)
                     where left.Schema[l].Type == right.Schema[r].Type
                     select (l, r)).ToArray();
        if (pairs.Length == 0)
        {
            return RandomAggregate(left);
        }

        var chosen = Enumerable.Range(0, 1 + _random.Next(2)).Select(_ => pairs[_random.Next(pairs.Length)]).Distinct().ToList();
        var kind = (JoinKind)_random.Next((int)JoinKind.Anti + 1);
        return new JoinPlan(kind, left, right, [.. chosen.Select(p => p.l)], [.. chosen.Select(p => p.r)]);
    }

    private TopPlan RandomTop(Plan input)
    {
        var columns = Enumerable.Range(0, input.Schema.Count).OrderBy(_ => _random.Next()).ToArray();
        return new TopPlan(input, columns[.._random.Next(Math.Min(3, columns.Length + 1))], columns[..(1 + _random.Next(columns.Length))], Chance(50), 1 + _random.Next(4));
    }

    /// <summary>Both sides reduced to columns of the same types: the first of the left that the right has too.</summary>
    private static Plan RandomUnion(Plan left, Plan right)
    {
        var pairs = (from l in Enumerable.Range(0, left.Schema.Count)
                     let r = Enumerable.Range(0, right.Schema.Count).Where(r => right.Schema[r].Type == left.Schema[l].Type).DefaultIfEmpty(-1).First()
                     where r >= 0
                     select (l, r)).ToList();
        return pairs.Count == 0 ? Distinct(left) : new UnionPlan(new ProjectPlan(left, [.. pairs.Select(p => p.l)]), new ProjectPlan(right, [.. pairs.Select(p => p.r)]));
    }

    private static AggregatePlan Distinct(Plan input) => new(input, [.. Enumerable.Range(0, input.Schema.Count)], []);

    private AggregatePlan RandomAggregate(Plan input)
    {
        var columns = Enumerable.Range(0, input.Schema.Count).OrderBy(_ => _random.Next()).ToArray();
        var key = columns[.._random.Next(Math.Min(3, columns.Length + 1))];
        var calls = Enumerable.Range(0, 1 + _random.Next(3)).Select(_ => RandomCall(input.Schema)).ToArray();
        return new AggregatePlan(input, key, calls);
    }

    private AggregateCall RandomCall(Schema schema)
    {
        var input = _random.Next(-1, schema.Count);
        if (input < 0)
        {
            return new AggregateCall(AggregateKind.Count, -1, DataType.Int64);
        }

        var type = schema[input].Type;
        return _random.Next(8) switch
        {
            6 when type.IsNumeric => new AggregateCall(AggregateKind.PercentileCont, input, AverageType(type), Fractions[_random.Next(Fractions.Length)]),
            7 => new AggregateCall(AggregateKind.PercentileDisc, input, type, Fractions[_random.Next(Fractions.Length)]),
            0 => new AggregateCall(AggregateKind.Count, input, DataType.Int64),
            5 => new AggregateCall(AggregateKind.CountDistinct, input, DataType.Int64),
            1 => new AggregateCall(AggregateKind.Min, input, type),
            2 => new AggregateCall(AggregateKind.Max, input, type),
            3 when type.IsNumeric => new AggregateCall(AggregateKind.Sum, input, SumType(type)),
            3 when type.Storage == StorageKind.Bytes => new AggregateCall(AggregateKind.Collect, input, DataType.Binary),
            4 when type.IsNumeric => new AggregateCall(AggregateKind.Average, input, AverageType(type)),
            _ => new AggregateCall(AggregateKind.Max, input, type),
        };
    }

    private static readonly decimal[] Fractions = [0, 0.25m, 0.5m, 0.95m, 1];

    private static DataType SumType(DataType type) => type.Kind switch
    {
        TypeKind.Float32 or TypeKind.Float64 => DataType.Float64,
        TypeKind.Decimal or TypeKind.UInt64 => DataType.Decimal(38, type.Scale),
        _ => DataType.Int64,
    };

    private static DataType AverageType(DataType type) =>
        type.Kind is TypeKind.Float32 or TypeKind.Float64 ? DataType.Float64 : DataType.Decimal(38, Math.Min(type.Scale + 4, 30));
}
