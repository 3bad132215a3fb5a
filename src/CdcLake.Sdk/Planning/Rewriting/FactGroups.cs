using CdcLake.Columnar;
using CdcLake.Expressions;
using CdcLake.Expressions.Binding;
using CdcLake.Planning.Binding;
using CdcLake.Planning.Logical;

namespace CdcLake.Planning.Rewriting;

/// <summary>The groups of one side of a join: by the keys of an aggregation that are about that side, and by what the join compares.</summary>
internal sealed class FactGroups
{
    private readonly LogicalAggregate _aggregate;
    private readonly JoinChain _chain;
    private readonly List<NamedExpr> _keys = [];
    private readonly List<NamedExpr> _shown = [];
    private readonly List<(string Name, Expr Value)> _added = [];
    private readonly List<string> _joinNames = [];
    private readonly bool _hasOthers;

    public FactGroups(LogicalAggregate aggregate, JoinChain chain, NewNames names)
    {
        (_aggregate, _chain) = (aggregate, chain);
        var own = new List<(Expr? AtJoin, string Name)>();
        foreach (var key in aggregate.Keys)
        {
            if (chain.SideOf(key.Value, chain.Top) != Sides.Facts)
            {
                _shown.Add(key);
                continue;
            }

            var name = names.Of(key.Name);
            own.Add((chain.AtJoin(key.Value), name));
            _keys.Add(new NamedExpr(name, key.Value));
            _shown.Add(new NamedExpr(key.Name, new ColumnExpr(0, name, typeof(object))));
        }

        AreWhole = true;
        var partners = aggregate.Keys.Where(k => chain.SideOf(k.Value, chain.Top) == Sides.Partners).Select(k => chain.AtJoin(k.Value)).ToList();
        foreach (var (mine, theirs) in JoinKeys.Zip(PartnerKeys))
        {
            var at = own.FindIndex(k => Equals(k.AtJoin, mine));
            AreWhole &= at >= 0 || (chain.Join.Kind == JoinKind.Inner && partners.Contains(theirs));
            if (at < 0)
            {
                own.Add((mine, names.Of(mine is ColumnExpr column ? column.Name : $"{mine}")));
                _added.Add((own[^1].Name, mine));
                _keys.Add(new NamedExpr(own[^1].Name, chain.Above.Any(n => n is LogicalProject) ? new ColumnExpr(0, own[^1].Name, mine.Type) : mine));
            }

            _joinNames.Add(own[at < 0 ? own.Count - 1 : at].Name);
        }

        _hasOthers = own.Exists(k => !_joinNames.Contains(k.Name));
    }

    /// <summary>What the rows are grouped by below the join.</summary>
    public IReadOnlyList<NamedExpr> Keys => _keys;

    /// <summary>The keys of the aggregation, over what comes out of <see cref="Above"/>.</summary>
    public IReadOnlyList<NamedExpr> Shown => _shown;

    /// <summary>True when a group of the aggregation has the rows of one group here.</summary>
    public bool AreWhole { get; }

    private IReadOnlyList<Expr> JoinKeys => _chain.FactSide == 0 ? _chain.Join.LeftKey : _chain.Join.RightKey;

    private IReadOnlyList<Expr> PartnerKeys => _chain.FactSide == 0 ? _chain.Join.RightKey : _chain.Join.LeftKey;

    /// <summary>
    /// False where there may be as many groups as rows, each of which takes several times as much as a row: by a key of the rows, by the order of an order's lines, and, where the groups are
    /// none that the query asks for, by more than the join compares.
    /// </summary>
    public bool IsWorthIt(PlanFacts facts)
    {
        if (!AreWhole && (_hasOthers || JoinSides.IsLeadingPart(_chain.Join, _chain.FactSide, facts)))
        {
            return false;
        }

        var known = _keys.Select(k => _added.Find(a => a.Name == k.Name).Value ?? _chain.AtJoin(k.Value)).OfType<ColumnExpr>().Select(c => c.Name).ToHashSet(StringComparer.Ordinal);
        return facts.Of(_chain.Join.Inputs[_chain.FactSide]).NaturalKey is not { } natural || !natural.All(n => known.Contains(n.Name));
    }

    /// <summary>
    /// The rows with all columns that keys and calls are computed from; null where that is not the same below the join: it may fail for rows that have no partner, or the text that a group shows
    /// would depend on texts that it does not.
    /// </summary>
    public LogicalNode? Input(IReadOnlyList<LogicalCall> calls, PlanFacts facts)
    {
        var mayDrop = !_chain.Join.Kind.Keeps(_chain.FactSide);
        var rows = facts.Of(_aggregate.Input).Binder;
        var values = calls.Select(c => c.Argument).Concat(_keys.Where(k => _added.TrueForAll(a => a.Name != k.Name)).Select(k => k.Value)).OfType<Expr>().ToList();
        if ((mayDrop && values.Exists(v => MayFail(v, rows))) || AreSpelledTogether(facts))
        {
            return null;
        }

        var wanted = values.SelectMany(ExprColumns.Of).Select(c => c.Name).ToHashSet(StringComparer.Ordinal);
        return Rows(_chain.Top, wanted, mayDrop ? facts : null);
    }

    /// <summary>The join with groups in place of rows, and above it what was there, of the other side only.</summary>
    public LogicalNode Above(LogicalAggregate groups)
    {
        var join = _chain.Join;
        List<Expr> keys = [.. _joinNames.Zip(JoinKeys, (n, k) => new ColumnExpr(0, n, k.Type))];
        LogicalNode made = _chain.FactSide == 0
            ? new LogicalJoin(join.Kind, groups, join.Right, keys, join.RightKey)
            : new LogicalJoin(join.Kind, join.Left, groups, join.LeftKey, keys);
        var side = _chain.FactSide;
        for (var level = 0; level < _chain.Above.Count; level++)
        {
            if (_chain.Above[level] is not LogicalProject project)
            {
                made = _chain.Above[level].WithInputs([made]);
                continue;
            }

            var kept = project.Columns.Where(c => _chain.SideOf(c.Value, level) is Sides.None or Sides.Partners);
            var passed = groups.Keys.Select(k => k.Name).Concat(groups.Calls.Select(c => c.Name)).Select(n => new NamedExpr(n, new ColumnExpr(side, n, typeof(object))));
            made = new LogicalProject(made, [.. kept, .. passed]);
            side = 0;
        }

        return made;
    }

    // The projections of the chain as far as they are about the rows alone, with what the join compares beside them.
    private LogicalNode? Rows(int level, HashSet<string> wanted, PlanFacts? facts)
    {
        if (level == 0)
        {
            return _chain.Join.Inputs[_chain.FactSide];
        }

        if (_chain.Above[level - 1] is not LogicalProject project)
        {
            return Rows(level - 1, wanted, facts);
        }

        var columns = project.Columns.Where(c => wanted.Contains(c.Name)).ToList();
        if (facts is not null && columns.Exists(c => MayFail(c.Value, facts.Of(project.Input).Binder)))
        {
            return null;
        }

        var isFirst = !_chain.Above.Take(level - 1).Any(n => n is LogicalProject);
        var below = Rows(level - 1, [.. columns.SelectMany(c => ExprColumns.Of(c.Value)).Select(c => c.Name)], facts);
        var own = columns.Select(c => isFirst ? c with { Value = ExprColumns.OnItsSide(c.Value) } : c);
        return below is null ? null : new LogicalProject(below, [.. own, .. _added.Select(a => new NamedExpr(a.Name, isFirst ? a.Value : new ColumnExpr(0, a.Name, a.Value.Type)))]);
    }

    private static bool MayFail(Expr value, ExprBinder binder) => value is CallExpr { Op: ScalarOp.InOrder } texts
        ? binder.Bind(texts.Arguments[0]).CanFail || binder.Bind(texts.Arguments[4]).CanFail
        : binder.BindWhole(value).CanFail;

    /// <summary>Texts of one group that are equal without having the same bytes are shown as one of the rows has them all: a text more among them, and it may be another row.</summary>
    private bool AreSpelledTogether(PlanFacts facts)
    {
        var joined = facts.Of(_chain.Join.Inputs[_chain.FactSide]).Binder;
        var rows = facts.Of(_aggregate.Input).Binder;
        return _added.Exists(a => IsSpelled(joined.Bind(a.Value))) && _keys.Exists(k => _added.TrueForAll(a => a.Name != k.Name) && IsSpelled(rows.Bind(k.Value)));
    }

    private static bool IsSpelled(BoundExpr value) => value.Type.Kind == TypeKind.String && value.Labels.IsEmpty && value.Collation is { IsBytes: false };
}
