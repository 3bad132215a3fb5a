namespace CdcLake;

/// <summary>A computed value does not fit the type of its column.</summary>
public sealed class ArithmeticOverflowException : CdcLakeException
{
    internal ArithmeticOverflowException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
