namespace CdcLake;

/// <summary>An operator of a <see cref="PlanDescription"/>. Immutable.</summary>
/// <param name="Name">As in <see cref="StageStatus.Name"/> and <see cref="SinkStatus.Name"/>: <c>join(appdb.sales,appdb.products)</c>. Before the first run, when it has no name yet: what it does, in one line.</param>
/// <param name="Kind">What it does.</param>
public sealed record OperatorDescription(string Name, OperatorKind Kind)
{
    /// <summary>Hex hash of its meaning and that of its inputs: where it is the same, a checkpoint's state fits. Empty before the first run.</summary>
    public string Fingerprint { get; init; } = "";

    /// <summary>What it computes, for people: <c>by id: sum(qty), count(*)</c>.</summary>
    public string Detail { get; init; } = "";

    /// <summary>Operators that it reads; of a join first the left, then the right. The same object where two operators read one.</summary>
    public IReadOnlyList<OperatorDescription> Inputs { get; init; } = [];

    /// <summary>
    /// Columns of the upsert key of a sink, the primary key of a table as far as it is captured, the groups of an aggregate or <c>TopN</c>, the left side of a join. Empty where there is none. Before the
    /// first run expressions of the query; empty for tables and for a sink whose key is that of its rows.
    /// </summary>
    public IReadOnlyList<string> Key { get; init; } = [];

    /// <summary>Columns of a join's right side that are equal to those of <see cref="Key"/>, in that order; empty for others.</summary>
    public IReadOnlyList<string> RightKey { get; init; } = [];

    /// <summary>What it gives, or a sink writes, in order; of a table what is captured. Empty before the first run.</summary>
    public IReadOnlyList<ColumnDescription> Columns { get; init; } = [];

    /// <summary>What it keeps between transactions, for people; null where it keeps nothing, and before the first run.</summary>
    public string? State { get; init; }

    /// <summary>By which columns it is spread over how many partitions, for people; null where it runs once.</summary>
    public string? Partitioning { get; init; }

    /// <summary>What <see cref="Detail"/> is called where the plan is printed.</summary>
    internal string Label { get; init; } = "";

    /// <summary>Whether its columns have a line where the plan is printed.</summary>
    internal bool PrintsColumns { get; init; }

    /// <summary>True when the changes of this operator reach the other one: it is printed below that.</summary>
    /// <param name="other">An operator of the same plan.</param>
    public bool IsBelow(OperatorDescription other)
    {
        ArgumentNullException.ThrowIfNull(other);
        var seen = new HashSet<OperatorDescription>(ReferenceEqualityComparer.Instance);
        var open = new Stack<OperatorDescription>(other.Inputs);
        while (open.TryPop(out var next))
        {
            if (ReferenceEquals(next, this))
            {
                return true;
            }

            if (seen.Add(next))
            {
                foreach (var input in next.Inputs)
                {
                    open.Push(input);
                }
            }
        }

        return false;
    }

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}
