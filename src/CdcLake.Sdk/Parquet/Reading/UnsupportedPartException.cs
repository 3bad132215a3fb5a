namespace CdcLake.Parquet.Reading;

/// <summary>
/// A file is well formed but uses what this version does not read. Raised by decoders, which know neither file nor column; the reader that opened the file
/// turns it into the public error that names both.
/// </summary>
internal sealed class UnsupportedPartException : CdcLakeException
{
    /// <param name="what">What is not read, such that "uses {what}" is a sentence.</param>
    public UnsupportedPartException(string what)
        : base(what)
    {
    }
}
