namespace CdcLake;

/// <summary>The catalog or the table it names is not usable: not ours, another schema, damaged metadata, or not writable.</summary>
public sealed class CatalogException : CdcLakeException
{
    internal CatalogException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>What it was about, for code that goes on differently when a table is missing or a namespace not empty.</summary>
    /// <value>Default: <see cref="CatalogError.Other"/>.</value>
    public CatalogError Error { get; internal init; }
}
