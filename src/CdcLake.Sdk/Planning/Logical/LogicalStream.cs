using CdcLake.Connectors;
using CdcLake.Expressions;
using CdcLake.Expressions.Functions;
using CdcLake.Expressions.Translation;

namespace CdcLake.Planning.Logical;

/// <summary>
/// A stream while a chain is put together: the operator at its end, and what a lambda over it sees. Each operator translates its lambdas at once, so that an error
/// points to the line that wrote them. Immutable; a node with two consumers is a fan-out.
/// </summary>
/// <param name="Node">The operator.</param>
/// <param name="Shape">Over the operator's output.</param>
internal sealed record LogicalStream(LogicalNode Node, Shape Shape)
{
    /// <summary>What the user wrote so far.</summary>
    public WrittenQuery Written { get; init; } = new("rows");

    private const int MostWindows = 100;

    /// <summary>The changes of a table; <paramref name="members"/> is null for an untyped one.</summary>
    public static LogicalStream Table(ISourceTarget source, string table, RowMembers? members) =>
        new(new LogicalTable(source, table, members), RowMembers.ShapeOf(members)) { Written = new("table") { Table = table, Members = members } };

    public LogicalStream Where(UserLambda condition) => condition.Translate(Shape) is ScalarShape scalar
        ? this with { Node = new LogicalFilter(Node, scalar.Value), Written = new("Where", Written) { Lambdas = [condition] } }
        : throw new UnsupportedExpressionException($"\"{condition}\" is not a truth value.");

    public LogicalStream Select(UserLambda selector) => Project(Node, selector.Translate(Shape)) with { Written = new("Select", Written) { Lambdas = [selector] } };

    /// <summary>A join of rows of both sides. Where the kind keeps rows without a partner, <paramref name="result"/> may compare the other side with null.</summary>
    public LogicalStream Join(JoinKind kind, LogicalStream right, UserLambda leftKey, UserLambda rightKey, UserLambda result)
    {
        var node = JoinNode(kind, right, leftKey, rightKey);
        return Project(node, result.Translate(Side(kind, 0, Shape), Side(kind, 1, right.Shape))) with
        {
            Written = new("Join", Written, right.Written) { Kind = kind, Lambdas = [leftKey, rightKey, result] },
        };
    }

    /// <summary>The rows that have, or have not, a partner on the other side.</summary>
    public LogicalStream Test(JoinKind kind, LogicalStream right, UserLambda leftKey, UserLambda rightKey) =>
        this with { Node = JoinNode(kind, right, leftKey, rightKey), Written = new("Exists", Written, right.Written) { Kind = kind, Lambdas = [leftKey, rightKey] } };

    public LogicalStream Distinct() => this with { Node = new LogicalDistinct(Node, Shape is OpenRowShape ? null : Leaves("Distinct")), Written = new("Distinct", Written) };

    public LogicalStream UnionAll(LogicalStream right)
    {
        if (Shape is OpenRowShape)
        {
            return this with { Node = new LogicalUnion(Node, right.Node, null), Written = new("UnionAll", Written, right.Written) };
        }

        var names = Named(ShapeColumns.Flatten(Shape, "value"));
        var (lefts, rights) = (Leaves("UnionAll"), right.Leaves("UnionAll"));
        if (lefts.Count != rights.Count)
        {
            throw new SchemaMismatchException(
                $"The two streams of a union have {lefts.Count} and {rights.Count} columns. Give both results the same members, in the same order, with Select.");
        }

        var columns = names.Select((n, i) => new UnionColumn(n.Name, lefts[i], rights[i])).ToList();
        return new LogicalStream(new LogicalUnion(Node, right.Node, columns), ShapeColumns.Rebase(Shape, "value")) { Written = new("UnionAll", Written, right.Written) };
    }

    /// <summary>The first or last rows of each group; no key means of all rows.</summary>
    public LogicalStream Top(UserLambda? key, UserLambda order, bool descending, int count)
    {
        if (count < 1 || count > LogicalTop.MostRows)
        {
            throw new ArgumentOutOfRangeException(nameof(count), count, $"Keep 1 to {LogicalTop.MostRows:N0} rows.");
        }

        List<Expr> Values(UserLambda lambda) => [.. ShapeColumns.Flatten(lambda.Translate(Shape), "key").Select(k => k.Value)];
        return this with { Node = new LogicalTop(Node, key is null ? [] : Values(key), Values(order), descending, count), Written = new(count == 1 ? "MaxBy, MinBy" : "TopN", Written) };
    }

    /// <summary>The columns of a row under the names of its members; null for an untyped row.</summary>
    public IReadOnlyList<NamedExpr>? Members => Shape is OpenRowShape ? null : Named(ShapeColumns.Flatten(Shape, "value"));

    /// <summary>New rows by a function of the user.</summary>
    public LogicalStream Rows(UserFunction function) => new(new LogicalRows(Node, function), function.Result) { Written = new("SelectRow", Written) };

    /// <summary>Each row once for each of the windows of a size that begin every so often and that it is in.</summary>
    public LogicalStream Windows(UserLambda time, TimeSpan size, TimeSpan slide, UserLambda result)
    {
        if (slide.Ticks < TimeSpan.TicksPerMicrosecond || slide.Ticks % TimeSpan.TicksPerMicrosecond != 0 || size < slide || size.Ticks % slide.Ticks != 0 || size.Ticks / slide.Ticks > MostWindows)
        {
            throw new ArgumentOutOfRangeException(nameof(size), size, $"A window is 1 to {MostWindows} times as long as its slide, {slide}, which is whole microseconds.");
        }

        var value = time.Translate(Shape) is ScalarShape scalar ? scalar.Value : throw new UnsupportedExpressionException($"\"{time}\" is no time.");
        var last = new CallExpr(DateFunctions.WindowStart(slide.Ticks / TimeSpan.TicksPerMicrosecond), value.Type, value);
        var rows = Where(new CallExpr(ScalarOp.IsNotNull, value, typeof(bool)));
        var windows = new Queue<LogicalStream>();
        for (var back = TimeSpan.Zero; back < size; back += slide)
        {
            var start = back == TimeSpan.Zero ? last : new CallExpr(ScalarOp.AddTime, last, new ConstantExpr(-back.Ticks / TimeSpan.TicksPerMicrosecond, typeof(long)), value.Type);
            windows.Enqueue(Project(rows.Node, result.Translate(Shape, new ScalarShape(start))));
        }

        while (windows.Count > 1)
        {
            windows.Enqueue(windows.Dequeue().UnionAll(windows.Dequeue()));
        }

        return windows.Dequeue() with { Written = new("Windows", Written) };
    }

    private LogicalStream Where(Expr condition) => this with { Node = new LogicalFilter(Node, condition) };

    /// <summary>The rows whose time is at most so long before the newest commit.</summary>
    public LogicalStream Recent(UserLambda time, TimeSpan period)
    {
        if (period <= TimeSpan.Zero)
        {
            throw new ArgumentOutOfRangeException(nameof(period), period, "Keep rows for some time.");
        }

        return time.Translate(Shape) is ScalarShape scalar && ClrTypes.Strip(scalar.Value.Type) is var type && (type == typeof(DateTime) || type == typeof(DateTimeOffset) || type == typeof(DateOnly))
            ? this with { Node = new LogicalRecent(Node, scalar.Value, period), Written = new("KeepRecent", Written) }
            : throw new UnsupportedExpressionException($"\"{time}\" is no date or time, so nothing says how old a row is.");
    }

    /// <summary>An aggregation; no key means one group. <paramref name="group"/> is the type of the result lambda's parameter.</summary>
    public LogicalStream Aggregate(Type group, UserLambda? key, UserLambda result)
    {
        var keyShape = key is null ? null : key.Translate(Shape);
        var keys = keyShape is null ? [] : GroupKeys(Named(ShapeColumns.Flatten(keyShape, "key")));
        var rows = new GroupShape(group, keyShape is null ? null : ShapeColumns.Rebase(keyShape, "key", keepConstants: true), Shape);
        var calls = new CallCollector(keys);
        var extracted = calls.Extract(result.Translate(rows));
        return Project(new LogicalAggregate(Node, keys, calls.Calls), extracted) with
        {
            Written = new("Aggregate", Written) { Lambdas = key is null ? [result] : [key, result] },
        };
    }

    /// <summary>A sink over the stream; no key means the natural one.</summary>
    public LogicalSink To(string name, ISinkTarget target, UserLambda? key)
    {
        var columns = Shape is OpenRowShape ? null : Columns(name, ShapeColumns.Flatten(Shape, "value"));
        var keyShape = key?.Translate(Shape) ?? MarkedKey();
        var keys = keyShape is null ? null : Columns(name, ShapeColumns.Flatten(keyShape, "key"));
        return keys is { Count: 0 }
            ? throw new UnsupportedExpressionException($"The key of {name} has no columns. Name at least one: key: r => r.Id.")
            : new LogicalSink(Node, name, target, columns, keys) { Written = Written };
    }

    // What the row type marks by [Key] is the key where the call names none.
    private RecordShape? MarkedKey() => Shape is RecordShape record && record.Members.Any(m => m.IsKey)
        ? record with { Members = [.. record.Members.Where(m => m.IsKey)] }
        : null;

    /// <summary>Constants make no groups; but a key of nothing else still has no group while there are no rows, other than no key.</summary>
    private static List<NamedExpr> GroupKeys(List<NamedExpr> keys)
    {
        var computed = keys.FindAll(k => k.Value is not ConstantExpr);
        return computed.Count > 0 || keys.Count == 0 ? computed : [keys[0]];
    }

    private LogicalJoin JoinNode(JoinKind kind, LogicalStream right, UserLambda leftKey, UserLambda rightKey)
    {
        var leftKeys = ShapeColumns.Flatten(leftKey.Translate(Shape), "key").Select(k => k.Value).ToList();
        var rightKeys = ShapeColumns.Flatten(rightKey.Translate(right.Shape), "key").Select(k => k.Value).ToList();
        return leftKeys.Count != rightKeys.Count || leftKeys.Count == 0
            ? throw new UnsupportedExpressionException($"The keys \"{leftKey}\" and \"{rightKey}\" of a join must have the same number of values, at least one.")
            : new LogicalJoin(kind, Node, right.Node, leftKeys, rightKeys);
    }

    /// <summary>One side as the result of a join sees it.</summary>
    private static Shape Side(JoinKind kind, int side, Shape shape) =>
        shape.FromInput(side) is var seen && kind.MayMiss(side) ? seen with { Partner = LogicalJoin.Partner(side) } : seen;

    /// <summary>The columns a row consists of.</summary>
    private List<ColumnExpr> Leaves(string operation) => Columns(operation, ShapeColumns.Flatten(Shape, "value"));

    private static List<ColumnExpr> Columns(string sink, List<(string Name, Expr Value)> leaves)
    {
        var columns = new List<ColumnExpr>(leaves.Count);
        foreach (var (_, value) in leaves)
        {
            columns.Add(value as ColumnExpr ?? throw new UnsupportedExpressionException(
                $"The key of {sink} contains \"{value}\", which is no column of the result. Add it to the result with Select and name that column."));
        }

        return columns;
    }

    private static LogicalStream Project(LogicalNode input, Shape result) =>
        new(new LogicalProject(input, Named(ShapeColumns.Flatten(result, "value"))), ShapeColumns.Rebase(result, "value"));

    private static List<NamedExpr> Named(List<(string Name, Expr Value)> leaves)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (name, _) in leaves)
        {
            if (!names.Add(name))
            {
                throw new SchemaMismatchException(
                    $"Two members of a result become column \"{name}\". Rename one of them, or give it another column with [ColumnName(\"…\")].");
            }
        }

        return [.. leaves.Select(l => new NamedExpr(l.Name, l.Value))];
    }
}
