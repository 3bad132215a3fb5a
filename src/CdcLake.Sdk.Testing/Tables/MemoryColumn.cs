using CdcLake.MySql.Tables;

namespace CdcLake.Testing.Tables;

/// <summary>A column with what the server does for a writer who leaves it out.</summary>
/// <param name="Column">As the log describes it.</param>
internal sealed record MemoryColumn(MySqlColumn Column)
{
    /// <summary>The value where none is written; null where there is none.</summary>
    public Func<TimeProvider, object>? Default { get; init; }

    /// <summary>The server numbers the rows.</summary>
    public bool IsAutoIncrement { get; init; }
}
