using CdcLake.Checkpoints;
using CdcLake.Columnar;
using CdcLake.Dataflow;
using CdcLake.State.Spilling;

namespace CdcLake.Runtime;

/// <summary>The stages of one operator of the plan: one, or one for each partition. Owns them.</summary>
/// <param name="All">By number of the partition.</param>
/// <param name="Key">Key columns of the operator; null for one without a key, which runs once.</param>
/// <param name="Parts">Which of the key columns say the partition.</param>
/// <param name="Create">Makes another operator of the same meaning.</param>
internal sealed record StagePartitions(IReadOnlyList<Stage> All, Schema? Key, IReadOnlyList<int> Parts, Func<IOperator> Create) : IDisposable
{
    private StateBudget? _budget;

    /// <summary>As in the plan.</summary>
    public string Name => All[0].Name;

    /// <summary>State stores of each partition.</summary>
    public int Stores => All[0].Operator.State.Count;

    /// <summary>What can be seen of it while it runs.</summary>
    public StageProbe Probe => StageProbe.Of([.. All.Select(s => s.Probe)]);

    /// <summary>The parts of a checkpoint that its state is.</summary>
    public IEnumerable<CheckpointPart> Parted => Stores == 0 ? [] : All.Select(s => new CheckpointPart(s.Partition.PartOf(Name), s.Operator.State, s.Operator.AfterRestore)
    {
        Operator = Name,
        Partition = s.Partition,
        CreateFormer = Key is null ? null : CreateFormer,
    });

    /// <summary>Gives all partitions, whose state is empty, their parts of a budget.</summary>
    public void Use(StateBudget budget)
    {
        _budget = budget;
        foreach (var store in All.SelectMany(s => s.Operator.State))
        {
            store.Use(budget);
        }
    }

    public void Dispose()
    {
        foreach (var stage in All)
        {
            stage.Dispose();
        }
    }

    private FormerPart CreateFormer()
    {
        var former = Create();
        foreach (var store in _budget is null ? [] : former.State)
        {
            store.Use(_budget!);
        }

        return new FormerPart(former.State, () => HandOver(former), () => GiveUp(former));
    }

    private static void GiveUp(IOperator former)
    {
        foreach (var store in former.State)
        {
            store.Log.GiveUp();
        }

        former.Dispose();
    }

    // Each partition takes the keys that are its own now.
    private void HandOver(IOperator former)
    {
        former.AfterRestore();
        foreach (var stage in All)
        {
            stage.Operator.TakeOver(former, new KeyShare(Key!, Parts, stage.Partition.Number, stage.Partition.Count));
        }
    }
}
