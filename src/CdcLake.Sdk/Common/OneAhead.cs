using System.Runtime.CompilerServices;

namespace CdcLake.Common;

/// <summary>Makes the next piece of a sequence while the one before is dealt with.</summary>
internal static class OneAhead
{
    /// <summary>The same pieces in the same order, each made on another thread while the caller has the one before. At most two exist at a time.</summary>
    /// <param name="pieces">Touches nothing that the caller changes before the end of the enumeration.</param>
    /// <param name="isWorthIt">False where there is hardly more than one piece: each is made when the caller asks for it, on the caller's thread.</param>
    /// <param name="cancellationToken">Ends the enumeration between two pieces.</param>
    public static async IAsyncEnumerable<T> OneAheadAsync<T>(this IEnumerable<T> pieces, bool isWorthIt, [EnumeratorCancellation] CancellationToken cancellationToken)
        where T : class, IDisposable
    {
        using var source = pieces.GetEnumerator();
        var next = Next(source);
        try
        {
            while (next is { } piece)
            {
                next = null;
                var making = isWorthIt ? Task.Run(() => Next(source), CancellationToken.None) : null; // over before the caller gets another piece, or leaves
                try
                {
                    yield return piece;
                }
                finally
                {
                    next = making is null ? null : await making.ConfigureAwait(false); // nobody else may call the source meanwhile
                }

                cancellationToken.ThrowIfCancellationRequested();
                next ??= making is null ? Next(source) : null;
            }
        }
        finally
        {
            next?.Dispose();
        }
    }

    private static T? Next<T>(IEnumerator<T> source)
        where T : class => source.MoveNext() ? source.Current : null;
}
