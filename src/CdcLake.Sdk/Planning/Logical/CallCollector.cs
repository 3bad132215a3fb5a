using CdcLake.Expressions;
using CdcLake.Expressions.Translation;

namespace CdcLake.Planning.Logical;

/// <summary>Takes the aggregates out of a result: each becomes a column of the aggregation, equal ones the same.</summary>
internal sealed class CallCollector
{
    private readonly List<LogicalCall> _calls = [];
    private readonly HashSet<string> _keys;

    public CallCollector(IReadOnlyList<NamedExpr> keys) => _keys = [.. keys.Select(k => k.Name)];

    public IReadOnlyList<LogicalCall> Calls => _calls;

    /// <summary>The result over keys and aggregate columns.</summary>
    public Shape Extract(Shape shape) => shape switch
    {
        ScalarShape scalar => new ScalarShape(Extract(scalar.Value)),
        RecordShape record => new RecordShape(record.Type, [.. record.Members.Select(m => m with { Value = Extract(m.Value) })]),
        _ => shape,
    };

    /// <remarks><c>isOperand</c>: of arithmetic or a comparison, where a mean has all its digits.</remarks>
    private Expr Extract(Expr expression, bool isOperand = false) => expression switch
    {
        AggregateExpr aggregate => Column(aggregate, isOperand && aggregate.Kind == AggregateKind.Average),
        CallExpr call => call with
        {
            Arguments = [.. call.Arguments.Select(a => Extract(a, call.Op is >= ScalarOp.Add and <= ScalarOp.Remainder or >= ScalarOp.Equal and <= ScalarOp.GreaterOrEqual))],
        },
        _ => expression,
    };

    private ColumnExpr Column(AggregateExpr aggregate, bool isWhole)
    {
        var call = new LogicalCall(aggregate.ToString(), aggregate.Kind, aggregate.Argument, isWhole, aggregate.Fraction);
        var known = _calls.Find(call.IsSame);
        if (known is null)
        {
            var name = call.Name;
            while (_keys.Contains(name) || _calls.Exists(c => c.Name == name))
            {
                name += "'";
            }

            known = call with { Name = name };
            _calls.Add(known);
        }

        return new ColumnExpr(0, known.Name, aggregate.Type);
    }
}
