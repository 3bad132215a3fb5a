namespace CdcLake.Compression;

/// <summary>
/// Bytes of a file do not follow their format. Raised deep inside decoders, which do not know the file; the reader that opened the file turns it into
/// the public error that names it.
/// </summary>
internal sealed class CorruptDataException : CdcLakeException
{
    /// <param name="what">The structure that is wrong.</param>
    /// <param name="offset">Byte offset in the block that was being decoded, or in the file.</param>
    /// <param name="details">What was found, and what was expected.</param>
    public CorruptDataException(string what, long offset, string details)
        : base($"{what} at byte {offset}: {details}")
    {
    }
}
