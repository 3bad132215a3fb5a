using System.Globalization;
using CdcLake.Columnar;
using CdcLake.Expressions;
using CdcLake.Planning.Logical;

namespace CdcLake.Planning.Binding;

/// <content>Rows by functions of the user, and rows that age.</content>
internal sealed partial class Planner
{
    public BoundStream Rows(LogicalRows rows)
    {
        var (input, function) = (_bound[rows.Input], rows.Function);
        List<(string Name, BoundExpr Value)> read = function.Reads is { } columns
            ? [.. columns.Select(c => (c.Name, input.Binder.Bind(c.Value)))]
            : [.. input.Names(new ColumnSet { All = true }).DistinctBy(n => input.OrdinalOf(n)).Select(n => (input.Node.Schema[input.OrdinalOf(n)].Name, input.Binder.Bind(new ColumnExpr(0, n, typeof(object)))))];
        var source = ProjectNode(input, read);
        var fingerprint = NodeFactory.Hash(["rows", source.Fingerprint, source.Schema.ToString(), function.Version, function.Output.ToString()]);
        var node = _nodes.Add(
            $"rows({input.Stem})", function.Output, fingerprint, $"\"{function.Version}\"",
            n => new RowsNode(n, function.Output, fingerprint, source, function.Function, name => function.Over(name, source.Schema)));
        if (!node.Function.Equals(function.Function))
        {
            throw new UnsupportedExpressionException(
                $"Two functions over {input.Stem} are called \"{function.Version}\", so that nothing tells their results apart. Give each SelectRow a version of its own, or use one stream twice.");
        }

        var ordinals = function.Output.Fields.Select((f, i) => (f.Name, i)).ToDictionary(f => new ColumnName(0, f.Name), f => f.i);
        return new BoundStream(node, node.Name, ordinals, null);
    }

    public BoundStream Recent(LogicalRecent recent)
    {
        var input = _bound[recent.Input];
        var wanted = _read[recent];
        var names = input.Names(wanted).ToList();
        var time = input.Binder.Bind(recent.Time);
        if (time.Type.Kind is not (TypeKind.Date or TypeKind.DateTime or TypeKind.Timestamp))
        {
            throw new SchemaMismatchException($"\"{recent.Time}\" is {time.Type}, which says not how old a row is. KeepRecent needs a DATE, DATETIME or TIMESTAMP.");
        }

        var side = Side(input, [time], names);
        var schema = side.Node.Schema;
        var period = recent.Period.Ticks.ToString(CultureInfo.InvariantCulture);
        var fingerprint = NodeFactory.Hash(["recent", side.Node.Fingerprint, schema.ToString(), time.Key, period]);
        var node = _nodes.Add(
            $"recent({input.Stem})", schema, fingerprint, $"rows whose {time.Text} is at most {recent.Period} before the newest commit",
            n => new RecentNode(n, schema, fingerprint, side.Node, side.Key[0], recent.Period));
        var ordinals = side.Ordinals.ToDictionary(o => new ColumnName(0, o.Key), o => o.Value);
        var stream = new BoundStream(node, node.Name, ordinals, input.NaturalKey?.All(ordinals.ContainsKey) == true ? input.NaturalKey : null) { Origins = side.Origins };
        return wanted.All ? Only(stream, names) : stream;
    }
}
