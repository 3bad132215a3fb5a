namespace CdcLake;

/// <summary>A lambda uses a C# construct outside the documented subset. Thrown by <c>Build</c>; the message prints the sub-expression and a hint.</summary>
public sealed class UnsupportedExpressionException : CdcLakeException
{
    internal UnsupportedExpressionException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
