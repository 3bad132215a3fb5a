using System.Text;

namespace CdcLake.Checkpoints;

/// <summary>Compares the operators of a checkpoint with those of the plan that was built.</summary>
internal static class PlanDiff
{
    /// <summary>One line for each operator that was added (+), removed (−) or changed (~); null when there is no difference.</summary>
    public static string? Print(IReadOnlyList<DescribedOperator> stored, IReadOnlyList<CheckpointOperator> built)
    {
        var text = new StringBuilder();
        var before = stored.ToDictionary(o => o.Name, StringComparer.Ordinal);
        foreach (var now in built)
        {
            if (!before.Remove(now.Name, out var then))
            {
                text.Append("\n  + ").Append(now.Name);
            }
            else if (then.Fingerprint != now.Fingerprint || then.Stores.Count != now.Stores * then.Partitions)
            {
                text.Append("\n  ~ ").Append(now.Name).Append(" (its meaning or its input changed)");
            }
        }

        foreach (var gone in stored.Where(o => before.ContainsKey(o.Name)))
        {
            text.Append("\n  - ").Append(gone.Name);
        }

        return text.Length == 0 ? null : text.ToString();
    }
}
