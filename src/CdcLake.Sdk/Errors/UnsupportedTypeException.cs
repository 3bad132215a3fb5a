namespace CdcLake;

/// <summary>A captured column has a type, or holds a value, that cannot be represented without loss.</summary>
public sealed class UnsupportedTypeException : CdcLakeException
{
    internal UnsupportedTypeException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
