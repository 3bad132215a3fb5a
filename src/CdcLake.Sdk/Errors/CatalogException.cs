namespace CdcLake;

/// <summary>The catalog or the table it names is not usable: not ours, another schema, damaged metadata, or not writable.</summary>
public sealed class CatalogException : CdcLakeException
{
    internal CatalogException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
