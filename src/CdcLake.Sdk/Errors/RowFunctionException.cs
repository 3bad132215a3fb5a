namespace CdcLake;

/// <summary>
/// A function given to <see cref="ChangeStream{T}.SelectRow{TResult}"/> failed, or its result does not fit the columns that its type has. The message names the function's version and shows the row.
/// Not transient: the same row comes again after a restart. Correct the function; its version stays what it is while no row that it did give is another one now.
/// </summary>
public sealed class RowFunctionException : CdcLakeException
{
    internal RowFunctionException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
