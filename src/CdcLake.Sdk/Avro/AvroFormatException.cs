namespace CdcLake.Avro;

/// <summary>
/// Bytes are not a well-formed Avro file. Raised by decoders, which do not know the file; whoever opened it turns this into the error that names it.
/// </summary>
internal sealed class AvroFormatException : CdcLakeException
{
    public AvroFormatException(string details, Exception? innerException = null)
        : base($"Damaged Avro data: {details}", innerException)
    {
    }
}
