using CdcLake.Columnar;
using CdcLake.Expressions;
using CdcLake.Expressions.Binding;
using CdcLake.Planning.Logical;

namespace CdcLake.Planning.Rewriting;

/// <summary>
/// Aggregates in two steps: over the rows of one join key, then over what these gave. Only those whose second step gives the very same value: no sum of rounded sums of floating-point numbers,
/// no count of different values, no list.
/// </summary>
/// <param name="chain">What is between the aggregates and the rows.</param>
/// <param name="names">Of what is computed below the join.</param>
/// <param name="namesAbove">Of what is computed of that.</param>
internal sealed class PartialCalls(JoinChain chain, NewNames names, NewNames namesAbove)
{
    private const int MostDigits = 28; // so that ten billion values add up to no more than 38

    private readonly List<LogicalCall> _partial = [];
    private readonly List<LogicalCall> _second = [];

    /// <summary>What is computed of the rows of a join key, before the join.</summary>
    public IReadOnlyList<LogicalCall> Partial => _partial;

    /// <summary>What is computed of that above the join.</summary>
    public IReadOnlyList<LogicalCall> Second => _second;

    /// <summary>The value of a call, where a group is the rows of one join key; null where it cannot be had from them.</summary>
    public Expr? Whole(LogicalCall call, ExprBinder rows) => chain.SideOf(call.Argument, chain.Top) switch
    {
        Sides.None or Sides.Facts when AddsUp(call, rows, mayBeFloat: true) => Column(call),
        Sides.Partners => call.Kind switch
        {
            AggregateKind.Min or AggregateKind.Max when rows.Bind(call.Argument!).Type.Kind != TypeKind.String => call.Argument,
            AggregateKind.Count => OfPartner(call.Argument!, Rows()),
            AggregateKind.CountDistinct => OfPartner(call.Argument!, new ConstantExpr(1L, typeof(long))),
            _ => null,
        },
        _ => null,
    };

    /// <summary>The value of a call, over the keys of a group and <see cref="Second"/>; null where there is no second step.</summary>
    public Expr? Final(LogicalCall call, ExprBinder rows, bool isGlobal) => chain.SideOf(call.Argument, chain.Top) switch
    {
        Sides.None or Sides.Facts when AddsUp(call, rows, mayBeFloat: false) => call.Kind switch
        {
            AggregateKind.Count => Total(Again(call.Name, AggregateKind.Sum, Column(call)), isGlobal),
            AggregateKind.Sum => Again(call.Name, AggregateKind.Sum, Column(call)),
            AggregateKind.Min or AggregateKind.Max => Again(call.Name, call.Kind, Column(call)),
            AggregateKind.Average when !call.IsWhole => Mean(call),
            _ => null,
        },
        Sides.Partners => call.Kind switch
        {
            AggregateKind.Min or AggregateKind.Max or AggregateKind.CountDistinct => Again(call.Name, call.Kind, call.Argument!),
            AggregateKind.Count => Total(Again(call.Name, AggregateKind.Sum, OfPartner(call.Argument!, Rows())), isGlobal),
            _ => null,
        },
        _ => null,
    };

    /// <summary>False for sums that may need more digits of some rows than of all of them, or are rounded.</summary>
    private static bool AddsUp(LogicalCall call, ExprBinder rows, bool mayBeFloat)
    {
        if (call.Kind is not (AggregateKind.Sum or AggregateKind.Average))
        {
            return true;
        }

        var type = rows.BindNumber(call.Argument!).Type;
        return CommonTypes.IsFloat(type) ? mayBeFloat : DecimalRules.Of(type).Precision <= MostDigits;
    }

    private ColumnExpr Rows() => Column(new LogicalCall("count(*)", AggregateKind.Count, null, false));

    private ColumnExpr Column(LogicalCall call)
    {
        var known = _partial.Find(call.IsSame);
        if (known is null)
        {
            _partial.Add(known = call with { Name = names.Of(call.Name) });
        }

        return new ColumnExpr(0, known.Name, typeof(object));
    }

    private ColumnExpr Again(string name, AggregateKind kind, Expr argument)
    {
        var known = _second.Find(c => c.Kind == kind && Equals(c.Argument, argument));
        if (known is null)
        {
            _second.Add(known = new LogicalCall(name, kind, argument, false));
        }

        return new ColumnExpr(0, known.Name, typeof(object));
    }

    /// <summary>Of no rows the count is 0, where their sum is null.</summary>
    private static Expr Total(ColumnExpr sum, bool isGlobal) => isGlobal ? new CallExpr(ScalarOp.Coalesce, sum, new ConstantExpr(0L, typeof(long)), typeof(long)) : sum;

    /// <summary>A quotient has the digits of a mean, and is rounded as one, where the sum is a decimal.</summary>
    private CallExpr Mean(LogicalCall call)
    {
        var argument = ClrTypes.Strip(call.Argument!.Type) == typeof(decimal) ? call.Argument : new CallExpr(ScalarOp.Cast, call.Argument, typeof(decimal));
        var sum = new LogicalCall($"sum({call.Argument})", AggregateKind.Sum, argument, false);
        var count = new LogicalCall($"count({call.Argument})", AggregateKind.Count, argument, false);
        return new CallExpr(ScalarOp.Divide, Again(namesAbove.Of(sum.Name), AggregateKind.Sum, Column(sum)), Again(namesAbove.Of(count.Name), AggregateKind.Sum, Column(count)), typeof(decimal));
    }

    private static CallExpr OfPartner(Expr value, Expr count) =>
        new(ScalarOp.If, [new CallExpr(ScalarOp.IsNull, value, typeof(bool)), new ConstantExpr(0L, typeof(long)), count], typeof(long));
}
