namespace CdcLake.Flink.Sql;

/// <summary>What is said about a translation beside its statements: warnings, each once, and refusals.</summary>
internal sealed class Notes
{
    private readonly List<string> _warnings = [];

    public IReadOnlyList<string> Warnings => _warnings;

    public void Warn(string warning)
    {
        if (!_warnings.Contains(warning))
        {
            _warnings.Add(warning);
        }
    }
}

/// <summary>One operator of the plan, as what is said of it names it.</summary>
/// <param name="Name">Of the operator.</param>
/// <param name="Notes">Where warnings go.</param>
/// <param name="ComparesByBytes">Whether texts may be compared otherwise than their collation says.</param>
internal sealed record Place(string Name, Notes Notes, bool ComparesByBytes)
{
    public void Warn(string warning) => Notes.Warn($"{Name}: {warning}");

    public FlinkTranslationException Refuse(string construct, string reason) => new(Name, construct, reason);
}
