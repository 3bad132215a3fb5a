namespace CdcLake;

/// <summary>How much a <see cref="MySqlFinding"/> matters.</summary>
public enum MySqlFindingSeverity
{
    /// <summary>Good to know; nothing has to be done.</summary>
    Information,

    /// <summary>A pipeline runs, but something may go wrong later.</summary>
    Warning,

    /// <summary>A pipeline refuses to run, with the same words.</summary>
    Error,
}
