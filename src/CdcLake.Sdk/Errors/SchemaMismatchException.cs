namespace CdcLake;

/// <summary>Names or types do not agree: an unknown table or column, a row type that cannot hold a column without loss, or a table definition that changed while it was being captured.</summary>
public sealed class SchemaMismatchException : CdcLakeException
{
    internal SchemaMismatchException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>True when a table is not there, perhaps on its way from a DROP to a CREATE.</summary>
    internal bool IsTableMissing { get; init; }
}
