namespace CdcLake;

/// <summary>What the dashboard shows and allows. Set in <c>MapCdcLakeDashboard</c>; copied there, so that later changes have no effect.</summary>
public sealed class CdcLakeDashboardOptions
{
    /// <summary>
    /// Name of the authorization policy whose requirements a user has to meet to pause, resume, checkpoint, restart or reset a pipeline. Reading needs none of it. Also who sits at the machine
    /// itself has to meet it: a policy that asks for nothing, <c>p => p.RequireAssertion(_ => true)</c>, leaves the rules of reading.
    /// </summary>
    /// <value>Default: null, nobody may act.</value>
    public string? ActionPolicy { get; set; }

    /// <summary>Whether rows of tables and views may be read. Numbers about them, such as how many there are, are shown in any case.</summary>
    /// <value>Default: true.</value>
    public bool ShowRows { get; set; } = true;

    /// <summary>Rows that one request reads at most, to sort them or to draw a chart of them; the page says when a table has more.</summary>
    /// <value>Default: 50,000.</value>
    public int ReadRows { get; set; } = 50_000;

    /// <summary>How often open pages get new numbers.</summary>
    /// <value>Default: 1 second.</value>
    public TimeSpan RefreshInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Open pages that get new numbers by themselves at the same time; further ones are refused and try again.</summary>
    /// <value>Default: 100.</value>
    public int MaxLivePages { get; set; } = 100;

    internal CdcLakeDashboardOptions Freeze()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(ReadRows, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxLivePages, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(RefreshInterval, TimeSpan.FromMilliseconds(100));
        if (ActionPolicy is { } policy)
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(policy, nameof(ActionPolicy));
        }

        return (CdcLakeDashboardOptions)MemberwiseClone();
    }
}
