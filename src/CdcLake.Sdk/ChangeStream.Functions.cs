using System.Diagnostics.CodeAnalysis;
using System.Linq.Expressions;
using CdcLake.Expressions.Translation;
using CdcLake.Planning.Binding;
using CdcLake.Planning.Logical;

namespace CdcLake;

/// <content>The way out to functions that the engine cannot look into, and rows that age.</content>
public sealed partial class ChangeStream<T>
{
    /// <summary>
    /// Computes new rows, one from each, by a function that is executed, a row at a time, instead of translated: what <see cref="Select"/> has no words for. It costs an object a row and reads
    /// all columns, so drop rows and columns before it. Declared to be pure: for equal rows it gives equal results, always, on every machine, and nothing else happens. A row that is updated or deleted
    /// is withdrawn by calling it again with the former row. Texts that it makes compare by bytes; decimals have 10 fractional digits at most, unless their property says
    /// <c>[Column(TypeName = "decimal(18, 2)")]</c>. Cannot be exported to Flink.
    /// </summary>
    /// <typeparam name="TResult">A record, class or anonymous type whose properties become columns, named in snake case; or a scalar.</typeparam>
    /// <param name="function">Makes a row; never null. Where a pipeline runs in several partitions, several threads call it at once.</param>
    /// <param name="version">
    /// Names what the function computes: <c>"phone/2"</c>. Give it another one whenever the results change: checkpoints and targets made with the old one are then seen to be another query's, as after
    /// any other change of the query. Two functions over one stream need two.
    /// </param>
    /// <exception cref="SchemaMismatchException">A property of either type can stand for no column.</exception>
    /// <exception cref="RowFunctionException">While it runs: the function failed, or gave what no column holds.</exception>
    [UnconditionalSuppressMessage("Trimming", "IL2091", Justification = "Row types are kept where they enter the chain.")]
    public ChangeStream<TResult> SelectRow<[DynamicallyAccessedMembers(RowMembers.Kept)] TResult>(Func<T, TResult> function, string version)
    {
        ArgumentNullException.ThrowIfNull(function);
        ArgumentException.ThrowIfNullOrWhiteSpace(version);
        return With<TResult>(s => s.Rows(new CalledFunction<T, TResult>(function, version, s.Members)));
    }

    /// <summary>
    /// Gives each row once for each of the windows that it is in, which overlap: what <c>HOP</c> does. Group by the window's start for sums of the last seven days for each day. A row without a time is in no
    /// window. It multiplies rows by <c>size / slide</c>.
    /// </summary>
    /// <typeparam name="TTime">DateTime or DateTimeOffset, possibly nullable.</typeparam>
    /// <typeparam name="TResult">A record, class or anonymous type.</typeparam>
    /// <param name="time">When a row is from.</param>
    /// <param name="size">How long a window is: a whole multiple of <paramref name="slide"/>, at most 100 of it.</param>
    /// <param name="slide">From the start of a window to that of the next one; the starts are counted from 1970, of TIMESTAMP in UTC.</param>
    /// <param name="result">The row in a window, from the row and the window's start. The window ends before <c>start + size</c>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The sizes do not fit together.</exception>
    public ChangeStream<TResult> SlidingWindows<TTime, [DynamicallyAccessedMembers(RowMembers.Kept)] TResult>(
        Expression<Func<T, TTime>> time, TimeSpan size, TimeSpan slide, Expression<Func<T, TTime, TResult>> result) =>
        With<TResult>(s => s.Windows(new UserLambda(time), size, slide, new UserLambda(result)));

    /// <summary>
    /// Keeps the rows whose time is at most so long before the newest commit of the source, and drops each when its time has passed, so that joins, groups and orders behind it keep no more than
    /// that. After every commit the result is that of <c>WHERE time &gt;= commit − INTERVAL period</c>, where <c>commit</c> is the newest commit time in the log up to there: it depends on the log alone,
    /// so that a restart gives the same. While nothing is committed, in any table of the server, nothing ages. Rows without a time are dropped. After an initial snapshot the commit time is that of the
    /// snapshot; clocks that go back are waited for.
    /// </summary>
    /// <param name="time">When a row is from: a DATE (its midnight), DATETIME (taken as UTC) or TIMESTAMP. A sum over sliding days: <c>.KeepRecent(s => s.SaleTs, TimeSpan.FromDays(7)).Aggregate(…)</c>.</param>
    /// <param name="period">How long rows are kept; more than zero.</param>
    /// <exception cref="ArgumentOutOfRangeException">The period is not positive.</exception>
    public ChangeStream<T> KeepRecent<TTime>(Expression<Func<T, TTime>> time, TimeSpan period) => With<T>(s => s.Recent(new UserLambda(time), period));
}
