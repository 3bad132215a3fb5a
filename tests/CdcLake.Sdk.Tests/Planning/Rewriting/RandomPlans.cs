using CdcLake.Columnar;
using CdcLake.Columnar.Collations;
using CdcLake.Connectors;
using CdcLake.Expressions;
using CdcLake.Planning.Logical;

namespace CdcLake.Tests.Planning.Rewriting;

/// <summary>Random queries over tables with unique keys, text keys and lines of orders, and random transactions, all of a seed.</summary>
internal sealed class RandomPlans
{
    private const string AnyCase = "utf8mb4_0900_ai_ci";

    private static readonly (string Table, string[] Key, (string Name, DataType Type, bool Nullable, Type Clr)[] Columns)[] Tables =
    [
        ("shop.facts", ["Id"],
        [
            ("Id", DataType.Int32, false, typeof(int)), ("A", DataType.Int32, true, typeof(int?)), ("B", DataType.Int64, true, typeof(long?)), ("D", DataType.Decimal(10, 2), true, typeof(decimal?)),
            ("F", DataType.Float64, true, typeof(double?)), ("T", DataType.String, true, typeof(string)), ("U", DataType.String, false, typeof(string)),
        ]),
        ("shop.dims", ["Id"],
        [
            ("Id", DataType.Int32, false, typeof(int)), ("A", DataType.Int32, true, typeof(int?)), ("D", DataType.Decimal(12, 3), true, typeof(decimal?)), ("T", DataType.String, true, typeof(string)),
        ]),
        ("shop.names", ["T"], [("T", DataType.String, false, typeof(string)), ("A", DataType.Int32, true, typeof(int?)), ("B", DataType.Int64, false, typeof(long))]),
        ("shop.lines", ["A", "No"], [("A", DataType.Int32, false, typeof(int)), ("No", DataType.Int32, false, typeof(int)), ("D", DataType.Decimal(10, 2), true, typeof(decimal?)), ("U", DataType.String, false, typeof(string))]),
    ];

    private readonly Random _random;
    private readonly Dictionary<string, Dictionary<string, object?[]>> _rows = Tables.ToDictionary(t => t.Table, _ => new Dictionary<string, object?[]>(StringComparer.OrdinalIgnoreCase));
    private int _names;

    public RandomPlans(int seed)
    {
        _random = new Random(seed);
        var graph = new StreamGraph();
        var top = Relation(1 + _random.Next(4), 0.7);
        var key = top.Columns.Where(c => ClrTypes.Strip(c.Type) != typeof(double)).Select(c => c with { Input = 0 }).ToList();
        graph.Add(new LogicalSink(top.Node, "sink", NoTarget.Instance, top.Columns, key));
        Plan = LogicalPlan.Create(graph);
    }

    public LogicalPlan Plan { get; }

    public static Dictionary<string, SourceTable> Sources { get; } = Tables.ToDictionary(t => t.Table, t =>
    {
        var schema = new Schema(t.Columns.Select(c => new Field(c.Name, c.Type, c.Nullable)
        {
            Collation = c.Type.Kind == TypeKind.String ? TextCollation.Of(c.Name == "U" ? "utf8mb4_0900_bin" : AnyCase) : null,
        }));
        return new SourceTable(t.Table, schema, [.. t.Columns.Select(c => $"{c.Type}")], [.. t.Key.Select(schema.IndexOf)], new Dictionary<int, string>());
    });

    /// <summary>Some rows of some tables put in place of others, or taken away.</summary>
    public List<(string Table, List<(object?[] Row, int Weight)> Changes)> Transaction()
    {
        var changes = new List<(string, List<(object?[], int)>)>();
        for (var i = 1 + _random.Next(4); i > 0; i--)
        {
            var (table, names, columns) = Tables[_random.Next(3) == 0 ? 0 : _random.Next(Tables.Length)];
            var (rows, made) = (_rows[table], new List<(object?[], int)>());
            for (var n = 1 + _random.Next(8); n > 0; n--)
            {
                var row = columns.Select(c => Value(c.Type, c.Nullable)).ToArray();
                var key = string.Join("|", names.Select(k => row[Array.FindIndex(columns, c => c.Name == k)]));
                if (rows.Remove(key, out var before))
                {
                    made.Add((before, -1));
                }

                if (before is null || _random.Next(3) > 0)
                {
                    rows[key] = row;
                    made.Add((row, 1));
                }
            }

            changes.Add((table, made));
        }

        return changes;
    }

    private object? Value(DataType type, bool nullable)
    {
        if (nullable && _random.Next(6) == 0)
        {
            return null;
        }

        var n = _random.Next(-2, 6);
        return type.Kind switch
        {
            TypeKind.Int32 => n,
            TypeKind.Int64 => (long)n,
            TypeKind.Float64 => n / 3d,
            TypeKind.Decimal => n * 37L, // both in 64 bits
            _ => new[] { "a", "A", "b", "B", "ab", "aB", "", "c" }[n + 2],
        };
    }

    private (LogicalNode Node, List<ColumnExpr> Columns) Relation(int depth, double groups)
    {
        if (depth == 0)
        {
            var (table, _, columns) = Tables[_random.Next(2) == 0 ? 0 : _random.Next(Tables.Length)];
            return (new LogicalTable(NoTarget.Instance, table, new RowMembers(typeof(object), [.. columns.Select(c => new RowMember(c.Name, null, c.Clr))])), [.. columns.Select(c => new ColumnExpr(0, c.Name, c.Clr))]);
        }

        if (_random.NextDouble() < groups)
        {
            return Aggregate(Relation(depth, 0.1));
        }

        return _random.Next(9) switch
        {
            0 or 1 => Filter(Relation(depth - 1, 0.3)),
            2 => Project(Relation(depth - 1, 0.3)),
            3 => Union(Relation(depth - 1, 0.2)),
            4 => Distinct(Relation(depth - 1, 0.2)),
            5 => Top(Relation(depth - 1, 0.2)),
            _ => Join(Relation(depth - 1, 0.2), Relation(_random.Next(Math.Min(depth, 2)), 0.3)),
        };
    }

    private (LogicalNode, List<ColumnExpr>) Filter((LogicalNode Node, List<ColumnExpr> Columns) input) => (new LogicalFilter(input.Node, Condition(input.Columns)), input.Columns);

    private (LogicalNode, List<ColumnExpr>) Project((LogicalNode Node, List<ColumnExpr> Columns) input) => Project(input.Node, input.Columns);

    private (LogicalNode, List<ColumnExpr>) Project(LogicalNode node, IReadOnlyList<ColumnExpr> columns)
    {
        var values = columns.OrderBy(_ => _random.Next()).Take(2 + _random.Next(5)).Select(c => _random.Next(4) == 0 ? Computed(columns) : c).Select(v => new NamedExpr(Name(), v)).ToList();
        return (new LogicalProject(node, values), [.. values.Select(v => new ColumnExpr(0, v.Name, v.Value.Type))]);
    }

    private (LogicalNode, List<ColumnExpr>) Union((LogicalNode Node, List<ColumnExpr> Columns) input)
    {
        var other = Filter(input);
        List<UnionColumn> columns = [.. input.Columns.Select(c => new UnionColumn(Name(), c, c))];
        return (new LogicalUnion(input.Node, other.Item1, columns), [.. columns.Select(c => new ColumnExpr(0, c.Name, c.Left.Type))]);
    }

    private static (LogicalNode, List<ColumnExpr>) Distinct((LogicalNode Node, List<ColumnExpr> Columns) input) => (new LogicalDistinct(input.Node, input.Columns), input.Columns);

    private (LogicalNode, List<ColumnExpr>) Top((LogicalNode Node, List<ColumnExpr> Columns) input)
    {
        var columns = input.Columns.OrderBy(_ => _random.Next()).ToList();
        return (new LogicalTop(input.Node, [.. columns.Take(_random.Next(3))], [columns[^1]], _random.Next(2) == 0, 1 + _random.Next(3)), input.Columns);
    }

    private (LogicalNode, List<ColumnExpr>) Join((LogicalNode Node, List<ColumnExpr> Columns) left, (LogicalNode Node, List<ColumnExpr> Columns) right)
    {
        var kind = (JoinKind)_random.Next((int)JoinKind.Anti + 1);
        kind = _random.Next(2) == 0 ? JoinKind.Inner : kind;
        var pairs = left.Columns.SelectMany(l => right.Columns.Where(r => Family(l) == Family(r)), (l, r) => (l, r)).OrderBy(p => p.r.Name is "Id" or "T" ? _random.Next(3) : 1 + _random.Next(3)).Take(1 + (_random.Next(4) / 3)).ToList();
        if (pairs.Count == 0)
        {
            return Distinct(left);
        }

        var join = new LogicalJoin(kind, left.Node, right.Node, [.. pairs.Select(p => p.l)], [.. pairs.Select(p => p.r)]);
        if (kind.IsTest())
        {
            return (join, left.Columns);
        }

        List<ColumnExpr> both = [.. left.Columns, .. right.Columns.Select(c => c with { Input = 1 })];
        var seen = both.ConvertAll(c => kind.MayMiss(c.Input) && c.Type.IsValueType && Nullable.GetUnderlyingType(c.Type) is null ? c with { Type = typeof(Nullable<>).MakeGenericType(c.Type) } : c);
        return _random.Next(3) == 0 ? Filter(Project(join, seen)) : Project(join, seen);
    }

    private (LogicalNode, List<ColumnExpr>) Aggregate((LogicalNode Node, List<ColumnExpr> Columns) input)
    {
        var keys = input.Columns.OrderBy(_ => _random.Next()).Where(c => ClrTypes.Strip(c.Type) != typeof(double)).Take(_random.Next(4)).Select(c => new NamedExpr(Name(), _random.Next(8) == 0 ? Computed(input.Columns) : c)).ToList();
        var calls = Enumerable.Range(0, 1 + _random.Next(4)).Select(_ => Call(input.Columns)).ToList();
        LogicalNode node = new LogicalAggregate(input.Node, keys, [.. calls.Select(c => c.Call)]);
        var shown = keys.ConvertAll(k => new ColumnExpr(0, k.Name, k.Value.Type));
        List<NamedExpr> results = [.. shown.Select(k => new NamedExpr(Name(), k)), .. calls.Select(c => new NamedExpr(Name(), Shown(c.Call, c.Type)))];
        node = new LogicalProject(node, results);
        List<ColumnExpr> columns = [.. results.Select(r => new ColumnExpr(0, r.Name, r.Value.Type))];
        return columns.TrueForAll(c => ClrTypes.Strip(c.Type) == typeof(double)) ? Distinct(input) : _random.Next(5) == 0 ? Filter((node, columns)) : (node, columns);
    }

    private static Expr Shown(LogicalCall call, Type type)
    {
        var column = new ColumnExpr(0, call.Name, type);
        return call.IsWhole ? new CallExpr(ScalarOp.Multiply, column, new ConstantExpr(3m, typeof(decimal)), type) : column;
    }

    private (LogicalCall Call, Type Type) Call(List<ColumnExpr> columns)
    {
        var argument = _random.Next(3) == 0 ? Computed(columns) : columns[_random.Next(columns.Count)];
        var strip = ClrTypes.Strip(argument.Type);
        var isNumber = strip == typeof(int) || strip == typeof(long) || strip == typeof(decimal) || strip == typeof(double);
        var sum = strip == typeof(double) ? typeof(double?) : strip == typeof(decimal) ? typeof(decimal?) : typeof(long?);
        return _random.Next(isNumber ? 9 : 6) switch
        {
            0 => (new LogicalCall(Name(), AggregateKind.Count, null, false), typeof(long)),
            1 => (new LogicalCall(Name(), AggregateKind.Count, argument, false), typeof(long)),
            2 => (new LogicalCall(Name(), AggregateKind.CountDistinct, argument, false), typeof(long)),
            3 or 4 => (new LogicalCall(Name(), AggregateKind.Min, argument, false), argument.Type),
            5 => (new LogicalCall(Name(), AggregateKind.Max, argument, false), argument.Type),
            6 or 7 => (new LogicalCall(Name(), AggregateKind.Sum, argument, false), sum),
            _ => (new LogicalCall(Name(), AggregateKind.Average, argument, strip != typeof(double) && _random.Next(2) == 0), strip == typeof(double) ? typeof(double?) : typeof(decimal?)),
        };
    }

    private Expr Computed(IReadOnlyList<ColumnExpr> columns)
    {
        var (a, b) = (columns[_random.Next(columns.Count)], columns[_random.Next(columns.Count)]);
        var (x, y) = (Family(a), Family(b));
        if (x == y && x == 's')
        {
            return new CallExpr(ScalarOp.Concat, a, b, typeof(string));
        }

        if (x is 'i' or 'd' && y is 'i' or 'd')
        {
            var (op, isExact) = (_random.Next(4), x == 'i' && y == 'i');
            return op == 3
                ? new CallExpr(ScalarOp.Divide, a, b, typeof(decimal?))
                : new CallExpr((ScalarOp)((int)ScalarOp.Add + op), a, b, isExact ? typeof(int?) : typeof(decimal?));
        }

        return _random.Next(3) switch
        {
            0 => new CallExpr(ScalarOp.If, [Condition(columns), a, new ConstantExpr(null, a.Type)], a.Type),
            1 => new ConstantExpr(7, typeof(int)),
            _ => new CallExpr(ScalarOp.If, [new CallExpr(ScalarOp.IsNull, a, typeof(bool)), new ConstantExpr(0, typeof(int)), new ConstantExpr(1, typeof(int))], typeof(int)),
        };
    }

    private CallExpr Condition(IReadOnlyList<ColumnExpr> columns)
    {
        if (_random.Next(3) == 0)
        {
            return new CallExpr(_random.Next(4) == 0 ? ScalarOp.Or : ScalarOp.And, Condition(columns), Condition(columns), typeof(bool));
        }

        var column = columns[_random.Next(columns.Count)];
        if (_random.Next(6) == 0)
        {
            return new CallExpr(_random.Next(3) == 0 ? ScalarOp.IsNull : ScalarOp.IsNotNull, column, typeof(bool));
        }

        var other = columns.Where(c => Family(c) == Family(column)).OrderBy(_ => _random.Next()).First();
        Expr right = other != column && _random.Next(2) == 0 ? other : Family(column) switch
        {
            's' => new ConstantExpr(_random.Next(2) == 0 ? "a" : "b", typeof(string)),
            'd' => new ConstantExpr(1.11m, typeof(decimal)),
            'f' => new ConstantExpr(0.5d, typeof(double)),
            _ => new ConstantExpr(1, typeof(int)),
        };
        return new CallExpr((ScalarOp)((int)ScalarOp.Equal + _random.Next(6)), column, right, typeof(bool));
    }

    private static char Family(ColumnExpr column) => ClrTypes.Strip(column.Type) is var type && type == typeof(string) ? 's' : type == typeof(decimal) ? 'd' : type == typeof(double) ? 'f' : 'i';

    private string Name() => $"c{_names++}";
}
