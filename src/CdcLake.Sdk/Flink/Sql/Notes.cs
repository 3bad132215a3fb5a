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
