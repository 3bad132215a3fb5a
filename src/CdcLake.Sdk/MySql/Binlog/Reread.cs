namespace CdcLake.MySql.Binlog;

/// <summary>
/// Where the log has met a change of a captured table that its events do not tell: reading ends before the transaction that made it, and the tables are read anew. Not thread-safe.
/// </summary>
/// <param name="isAllowed">False where tables cannot be read, or shall not be: then such a change is an error.</param>
internal sealed class Reread(bool isAllowed)
{
    private bool _isAllowed = isAllowed;

    /// <summary>What happened, for people; null while nothing has.</summary>
    public string? Reason { get; private set; }

    /// <summary>Takes an error for a reason to read the tables anew, if that is allowed.</summary>
    public bool TryTake(SchemaMismatchException error)
    {
        Reason ??= _isAllowed ? error.Message : null;
        return _isAllowed;
    }

    /// <summary>It is allowed from here on.</summary>
    public void Allow() => _isAllowed = true;
}
