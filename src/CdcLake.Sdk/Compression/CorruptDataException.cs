namespace CdcLake.Compression;

/// <summary>
/// Bytes of a file do not follow their format. Raised deep inside decoders, which do not know the file; the reader that opened the file turns it into
/// the public error that names it.
/// </summary>
internal sealed class CorruptDataException : CdcLakeException
{
    public CorruptDataException(string what, long offset, string details)
        : base($"{what} is damaged at byte {offset}: {details}")
    {
        Offset = offset;
    }

    /// <summary>Byte offset of the damage, relative to the block that was being decoded.</summary>
    public long Offset { get; }
}
