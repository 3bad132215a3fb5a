namespace CdcLake.Connectors;

/// <summary>What a pipeline keeps of its captured tables with everything that it stores: which query over which tables, a hyphen, what these are like; hashes.</summary>
internal static class CapturedTables
{
    /// <summary>True when both are of one query over the same tables, and these were altered in between.</summary>
    /// <param name="former">What was kept; null or empty where nothing was.</param>
    /// <param name="now">What is read now; empty where alterations are not followed.</param>
    public static bool WereAltered(string? former, string now) =>
        now.Length > 0 && !string.IsNullOrEmpty(former) && former != now && former.Split('-')[0] == now.Split('-')[0];
}
